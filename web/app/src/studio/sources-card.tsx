// Which devices, and how picture and sound are meant to be. Everything is remembered on this device.

import {
  choicesOf,
  type Device,
  type Plan,
  QUALITIES,
  type Scene,
  type SoundWish,
  type VideoChoice,
} from "@livehouse/publish";

import { Segments, Select, Switch } from "../shell/choice.tsx";
import { mirror, plan, replan } from "./plan.ts";
import type { SourceKind } from "./sources.ts";
import type { Studio } from "./studio.ts";
import { studioText } from "./words.ts";

export function SourcesCard({ studio }: { studio: Studio }) {
  const t = studioText();
  const { sources } = studio;
  const change = (part: Partial<Plan>): void => {
    replan(part);
    if (part.quality !== undefined || part.frames_per_s !== undefined) void sources.refit();
    if (part.sound !== undefined) void sources.open("microphone");
  };
  return (
    <section class="card studio-card" aria-labelledby="settings">
      <header class="card-head">
        <h2 id="settings">{t.settings}</h2>
      </header>
      <div class="sources">
        <DeviceSelect studio={studio} kind="camera" devices={sources.devices.value.cameras} />
        <DeviceSelect studio={studio} kind="microphone" devices={sources.devices.value.microphones} />
      </div>
      <Segments<Plan["quality"]>
        label={t.plan.quality}
        value={plan.value.quality}
        options={QUALITIES.map((quality) => ({ value: quality, name: quality }))}
        onChange={(quality) => change({ quality })}
      />
      <div class="sources">
        <Segments<"30" | "60">
          label={t.plan.frames}
          value={plan.value.frames_per_s === 60 ? "60" : "30"}
          options={[
            { value: "30", name: "30" },
            { value: "60", name: "60" },
          ]}
          onChange={(frames) => change({ frames_per_s: frames === "60" ? 60 : 30 })}
        />
        <Segments<SoundWish>
          label={t.plan.sound}
          value={plan.value.sound}
          options={[
            { value: "speech", name: t.plan.speech },
            { value: "music", name: t.plan.music },
          ]}
          onChange={(sound) => change({ sound })}
        />
      </div>
      <p class="form-note">{plan.value.sound === "music" ? t.plan.musicWhy : t.plan.speechWhy}</p>
      <Segments<Scene>
        label={t.plan.scene}
        value={plan.value.scene}
        options={[
          { value: "motion", name: t.plan.motion },
          { value: "detail", name: t.plan.detail },
        ]}
        onChange={(scene) => change({ scene })}
      />
      <Select<VideoChoice>
        label={t.plan.codec}
        value={plan.value.codec}
        options={codecs().map((codec) => ({
          value: codec,
          name: codec === "auto" ? t.plan.codecAuto : codec,
        }))}
        onChange={(codec) => change({ codec })}
      />
      {studio.onAir.underWay.value && <p class="form-note">{t.plan.codecNote}</p>}
      <Switch
        label={t.plan.mirror}
        on={mirror.value}
        onChange={(on) => {
          mirror.value = on;
        }}
      />
    </section>
  );
}

function DeviceSelect(props: { studio: Studio; kind: SourceKind; devices: readonly Device[] }) {
  const t = studioText().source;
  const { studio, kind, devices } = props;
  const { sources } = studio;
  const open = sources[kind].value?.getSettings().deviceId ?? "";
  const none = sources.chosen[kind].value === "none";
  const named = devices.filter((device) => device.id !== "");
  return (
    <Select
      label={t[kind]}
      value={none ? "none" : open}
      disabled={named.length === 0 && !none}
      options={[
        ...(open === "" && !none ? [{ value: "", name: "–" }] : []),
        ...named.map((device, i) => ({
          value: device.id,
          name: device.label === "" ? t.unnamed(i + 1) : device.label,
        })),
        { value: "none", name: t.none },
      ]}
      onChange={(id) => void sources.choose(kind, id)}
    />
  );
}

function codecs(): VideoChoice[] {
  if (typeof RTCRtpSender === "undefined") return ["auto"];
  return choicesOf(RTCRtpSender.getCapabilities("video")?.codecs ?? []);
}
