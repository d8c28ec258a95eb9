// The picture: video, danmaku over it, controls over both, and in their place what there is to say when there is none.

import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { Button } from "../shell/button.tsx";
import { Icon } from "../shell/icon.tsx";
import { Controls } from "./controls.tsx";
import { Curtain } from "./curtain.tsx";
import { isFullScreen, toggleFullScreen } from "./full-screen.ts";
import type { Playback } from "./playback.ts";
import { tellSight } from "./sight.ts";
import { StageLayer } from "./stage-layer.tsx";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

/** Controls go away after the pointer has rested so long on a playing picture. */
const REST_MS = 2_600;

export function Picture({ visit, playback }: { visit: Visit; playback: Playback }) {
  const t = text();
  const player = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const awake = useSignal(true);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { live } = visit.line.room;
  const off = useComputed(() => live.state.value.state === "off");

  useEffect(() => (video.current === null ? undefined : playback.attach(video.current)), [playback]);
  useEffect(
    () => (video.current === null ? undefined : tellSight(video.current, playback, visit.show.whep)),
    [playback, visit],
  );
  useSignalEffect(() => playback.play(visit.show.source.value));

  const wake = (): void => {
    awake.value = true;
    clearTimeout(rest.current);
    rest.current = setTimeout(() => {
      awake.value = false;
    }, REST_MS);
  };
  useEffect(() => () => clearTimeout(rest.current), []);

  const playing = playback.hasPicture.value && !playback.paused.value && live.state.value.state === "on";
  return (
    <section
      ref={player}
      class={`player${awake.value || !playing ? " player-awake" : ""}${isFullScreen.value ? " player-full" : ""}`}
      aria-label={t.picture.region}
      onPointerMove={wake}
      onPointerDown={wake}
      onFocusCapture={wake}
    >
      {/* biome-ignore lint/a11y/useMediaCaption: a live picture has no caption track; live captions come with their own part. */}
      <video ref={video} class="video" playsInline hidden={off.value} />
      <Curtain visit={visit} playback={playback} />
      <StageLayer visit={visit} paused={playback.paused} />
      {!off.value && (
        <button
          type="button"
          class="player-touch"
          aria-hidden="true"
          tabIndex={-1}
          onClick={(event) => {
            // On a touch screen the first touch only brings the controls.
            if ((event as unknown as PointerEvent).pointerType !== "touch") playback.togglePlay();
          }}
          onDblClick={() => void toggleFullScreen(player.current, playback)}
        />
      )}
      {playback.soundRefused.value && playback.hasPicture.value && (
        <button type="button" class="sound-pill" onClick={() => playback.allowSound()}>
          <Icon name="muted" size={18} />
          <span>{t.picture.tapForSound}</span>
        </button>
      )}
      {visit.show.soundOnly.value && playing && (
        <p class="sound-only" role="status">
          <Icon name="info" size={18} />
          <span>{t.picture.soundOnly}</span>
        </p>
      )}
      {playback.startRefused.value && !off.value && (
        <div class="start-over">
          <Button kind="primary" size="large" icon="play" onClick={() => void playback.start()}>
            {t.picture.tapToPlay}
          </Button>
        </div>
      )}
      <Controls
        visit={visit}
        playback={playback}
        onFullScreen={() => void toggleFullScreen(player.current, playback)}
      />
    </section>
  );
}
