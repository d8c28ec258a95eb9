// How the show leaves this computer, second by second, and whether that is well.

import type { Outgoing, Verdict } from "@livehouse/publish";

import { bitrate, compact } from "../shell/figures.ts";
import { Icon, type IconName } from "../shell/icon.tsx";
import { Sparkline } from "./sparkline.tsx";
import type { Studio } from "./studio.ts";
import { studioText } from "./words.ts";

export function HealthCard({ studio }: { studio: Studio }) {
  const t = studioText().health;
  const { onAir } = studio;
  const reading = onAir.readings.value.at(-1) ?? null;
  const server = onAir.server.value;
  return (
    <section class="card studio-card health" aria-labelledby="health">
      <header class="card-head">
        <h2 id="health">{t.title}</h2>
      </header>
      {onAir.underWay.value && <VerdictLine verdict={onAir.verdict.value} />}
      {reading?.path === "tcp" && <p class="form-note">{t.tcp}</p>}
      <Sparkline values={onAir.readings.value.map((one) => one.bps)} />
      <dl class="figures">
        <Figure name={t.rate} value={reading === null ? null : bitrate(reading.bps)} large />
        <Figure name={t.loss} value={reading?.loss == null ? null : percent(reading.loss)} large />
        <Figure
          name={t.roundTrip}
          value={reading?.round_trip_ms == null ? null : t.ms(reading.round_trip_ms)}
          large
        />
        <Figure name={t.picture} value={sayPicture(reading)} />
        <Figure
          name={t.available}
          value={reading?.available_bps == null ? null : bitrate(reading.available_bps)}
        />
        <Figure name={t.codecs} value={sayCodecs(reading)} />
        <Figure name={t.server} value={server?.publishing ? bitrate(server.ingest_bps) : null} />
        <Figure name={t.watching} value={server === null ? null : compact(server.watching)} />
      </dl>
    </section>
  );
}

function VerdictLine({ verdict }: { verdict: Verdict }) {
  const t = studioText().health;
  const icons: Record<Verdict["is"], IconName> = {
    starting: "clock",
    good: "check",
    fair: "info",
    poor: "warning",
  };
  const why =
    verdict.is === "starting"
      ? t.startingWhy
      : verdict.is === "good"
        ? t.goodWhy
        : t.because[verdict.because];
  return (
    <p class={`verdict verdict-${verdict.is}`} role="status">
      <Icon name={icons[verdict.is]} size={20} />
      <span>
        <strong>{t[verdict.is]}</strong>
        <span>{why}</span>
      </span>
    </p>
  );
}

function Figure({ name, value, large = false }: { name: string; value: string | null; large?: boolean }) {
  return (
    <div class={large ? "figure figure-large" : "figure"}>
      <dt>{name}</dt>
      <dd class="numbers">{value ?? "–"}</dd>
    </div>
  );
}

function sayPicture(reading: Outgoing | null): string | null {
  if (reading === null || reading.height === null) return null;
  return studioText().health.pictureIs(reading.height, Math.round(reading.frames_per_s ?? 0));
}

function sayCodecs(reading: Outgoing | null): string | null {
  const codecs = [reading?.video_codec, reading?.audio_codec].filter((codec) => codec != null);
  return codecs.length === 0 ? null : codecs.join(" · ");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
