// The controls over the picture.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { IconButton } from "../shell/button.tsx";
import { Slider } from "../shell/choice.tsx";
import { compact, running } from "../shell/figures.ts";
import { Popover } from "../shell/popover.tsx";
import { danmakuSettings } from "./bullet-style.ts";
import { useSeconds } from "./clock.ts";
import { DanmakuSettings } from "./danmaku-settings.tsx";
import { isFullScreen } from "./full-screen.ts";
import type { Playback } from "./playback.ts";
import { QualityPanel } from "./quality-panel.tsx";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

type Panel = "nothing" | "danmaku" | "quality";

export function Controls(props: { visit: Visit; playback: Playback; onFullScreen: () => void }) {
  const t = text().picture;
  const { visit, playback } = props;
  const panel = useSignal<Panel>("nothing");
  const danmakuButton = useRef<HTMLButtonElement>(null);
  const qualityButton = useRef<HTMLButtonElement>(null);
  const live = visit.line.room.live.state.value.state !== "off";
  const danmaku = danmakuSettings.value;
  const close = (): void => {
    panel.value = "nothing";
  };
  const opens = (which: Panel): void => {
    panel.value = panel.value === which ? "nothing" : which;
  };
  return (
    <div
      class={panel.value === "nothing" ? "controls" : "controls controls-held"}
      role="toolbar"
      aria-label={t.controls}
    >
      {live && <PlayAndSound playback={playback} />}
      {live && <OnAir visit={visit} />}
      {live && <Rewind visit={visit} />}
      <span class="controls-gap" />
      <IconButton
        icon={danmaku.on ? "danmaku" : "danmaku-off"}
        label={danmaku.on ? t.danmakuOff : t.danmakuOn}
        onClick={() => {
          danmakuSettings.value = { ...danmaku, on: !danmaku.on };
        }}
      />
      <IconButton
        icon="settings"
        label={text().settingsSections.danmaku}
        aria-haspopup="dialog"
        aria-expanded={panel.value === "danmaku"}
        buttonRef={danmakuButton}
        onClick={() => opens("danmaku")}
      />
      {live && (
        <IconButton
          icon="signal"
          label={t.quality}
          aria-haspopup="dialog"
          aria-expanded={panel.value === "quality"}
          buttonRef={qualityButton}
          onClick={() => opens("quality")}
        />
      )}
      {live && document.pictureInPictureEnabled && (
        <IconButton
          class="not-on-phone"
          icon="pip"
          label={t.pip}
          pressed={playback.inPip.value}
          onClick={() => void playback.togglePip()}
        />
      )}
      <IconButton
        icon={isFullScreen.value ? "shrink" : "expand"}
        label={isFullScreen.value ? t.leaveFull : t.full}
        onClick={props.onFullScreen}
      />
      <Popover
        open={panel.value === "danmaku"}
        onClose={close}
        anchor={danmakuButton}
        label={text().settingsSections.danmaku}
      >
        <DanmakuSettings />
      </Popover>
      <Popover open={panel.value === "quality"} onClose={close} anchor={qualityButton} label={t.quality}>
        <QualityPanel show={visit.show} />
      </Popover>
    </div>
  );
}

function PlayAndSound({ playback }: { playback: Playback }) {
  const t = text().picture;
  const silent = playback.muted.value || playback.soundRefused.value;
  const volume = silent ? 0 : playback.volume.value;
  const stopped = playback.paused.value || playback.startRefused.value;
  return (
    <>
      <IconButton
        icon={stopped ? "play" : "pause"}
        label={stopped ? t.play : t.pause}
        onClick={() => playback.togglePlay()}
      />
      <div class="sound">
        <IconButton
          icon={silent ? "muted" : "sound"}
          label={silent ? t.unmute : t.mute}
          onClick={() => playback.toggleMute()}
        />
        <Slider
          bare
          label={t.volume}
          value={volume}
          min={0}
          max={1}
          step={0.05}
          says={t.percent(String(Math.round(volume * 100)))}
          onInput={(value) => playback.setVolume(value)}
        />
      </div>
    </>
  );
}

/** Back a little, and back to live: where the server keeps what was. */
function Rewind({ visit }: { visit: Visit }) {
  const t = text().picture;
  const { choose, llhls } = visit.show;
  if (choose.way.value !== "hls" || llhls.state.value.at !== "playing") return null;
  return (
    <>
      <IconButton icon="left" label={t.back10} onClick={() => llhls.back(10)} />
      {llhls.behindS.value > 0 && (
        <button type="button" class="badge badge-live back-to-live" onClick={() => llhls.backToLive()}>
          {t.backToLive(running(llhls.behindS.value * 1000))}
        </button>
      )}
    </>
  );
}

/** How long the show has been on, and how many see it; over the picture because that is where one looks. */
function OnAir({ visit }: { visit: Visit }) {
  const { clock, live, presence } = visit.line.room;
  const state = live.state.value;
  useSeconds();
  if (state.state === "off") return null;
  const present = presence.present.value;
  return (
    <span class="on-air numbers">
      <span class="badge badge-live">{text().live}</span>
      <span>{running(clock.now() - state.since)}</span>
      <span class="on-air-people">{text().people(compact(present), present === 1)}</span>
    </span>
  );
}
