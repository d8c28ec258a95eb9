// What viewers see, before they see it.

import { useEffect, useRef } from "preact/hooks";

import { Button } from "../shell/button.tsx";
import { Icon } from "../shell/icon.tsx";
import { mirror } from "./plan.ts";
import { ProblemLine } from "./problem-line.tsx";
import type { Studio } from "./studio.ts";
import { studioText } from "./words.ts";

export function Preview({ studio }: { studio: Studio }) {
  const t = studioText();
  const { sources } = studio;
  const video = useRef<HTMLVideoElement>(null);
  const picture = sources.picture.value;

  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = picture === null ? null : new MediaStream([picture]);
    // A muted video may always play; if the page is hidden it begins when it is seen.
    element.play().catch(() => undefined);
  }, [picture]);

  const fromCamera = sources.screen.value === null;
  return (
    <div class="preview">
      <video
        ref={video}
        class={fromCamera && mirror.value ? "preview-mirror" : ""}
        aria-label={t.preview}
        hidden={picture === null}
        muted
        playsInline
        autoPlay
      />
      {picture === null && <Empty studio={studio} />}
      {picture !== null && fromCamera && sources.hidden.value && (
        <div class="preview-veil">
          <Icon name="camera-off" size={36} />
          <strong>{t.cameraOff}</strong>
          <span>{t.cameraOffWhy}</span>
        </div>
      )}
    </div>
  );
}

function Empty({ studio }: { studio: Studio }) {
  const t = studioText();
  const { sources } = studio;
  if (studio.resuming.value) return <Veil words={t.state.resuming} busy />;
  if (sources.opening.value) return <Veil words={t.waiting} busy />;
  const { camera, microphone } = sources.problems.value;
  if (sources.started.value) {
    return (
      <div class="preview-veil preview-problems">
        <Icon name="camera-off" size={36} />
        <strong>{t.noPicture}</strong>
        {camera !== null && <ProblemLine what="camera" problem={camera} />}
        {microphone !== null && microphone !== camera && (
          <ProblemLine what="microphone" problem={microphone} />
        )}
        {camera !== "insecure" && camera !== "unsupported" && <span>{t.soundOnly}</span>}
        <Button size="small" icon="refresh" onClick={() => void sources.start()}>
          {t.problem.again}
        </Button>
      </div>
    );
  }
  return (
    <div class="preview-veil">
      <Icon name="camera" size={40} />
      <Button kind="primary" size="large" onClick={() => void sources.start().then(() => studio.check.run())}>
        {t.start}
      </Button>
      <span>{t.startWhy}</span>
    </div>
  );
}

function Veil({ words, busy }: { words: string; busy: boolean }) {
  return (
    <div class="preview-veil" role="status">
      {busy && <span class="spinner" aria-hidden="true" />}
      <span>{words}</span>
    </div>
  );
}
