// The row under the picture: microphone, camera, screen, and the one button that counts.

import { useSignal } from "@preact/signals";

import { Button, IconButton } from "../shell/button.tsx";
import { Dialog } from "../shell/dialog.tsx";
import { LevelMeter } from "./level-meter.tsx";
import type { Studio } from "./studio.ts";
import { studioText } from "./words.ts";

export function Controls({ studio }: { studio: Studio }) {
  const t = studioText();
  const { sources, onAir } = studio;
  const asks = useSignal(false);
  const live = studio.line.room.live.state.value.state !== "off";
  const mine = onAir.underWay.value;
  const nothing = sources.picture.value === null && sources.sound.value === null;
  const screenable = navigator.mediaDevices?.getDisplayMedia !== undefined;
  const toggleScreen = (): void => {
    if (sources.screen.value === null) void sources.shareScreen();
    else sources.unshareScreen();
  };
  return (
    <div class="controls">
      <div class="controls-sources">
        <IconButton
          class="control"
          icon={sources.muted.value ? "mic-off" : "mic"}
          label={sources.muted.value ? t.unmute : t.mute}
          pressed={sources.muted.value}
          disabled={sources.microphone.value === null}
          onClick={() => {
            sources.muted.value = !sources.muted.value;
          }}
        />
        <IconButton
          class="control"
          icon={sources.hidden.value ? "camera-off" : "camera"}
          label={sources.hidden.value ? t.cameraShow : t.cameraHide}
          pressed={sources.hidden.value}
          disabled={sources.camera.value === null}
          onClick={() => {
            sources.hidden.value = !sources.hidden.value;
          }}
        />
        {screenable && (
          <IconButton
            class="control control-screen"
            icon="screen"
            label={sources.screen.value === null ? t.share : t.shareStop}
            pressed={sources.screen.value !== null}
            onClick={toggleScreen}
          />
        )}
        <LevelMeter level={studio.level} />
      </div>
      {mine || live ? (
        <Button
          kind="danger"
          size="large"
          icon="stop"
          busy={studio.ending.value}
          onClick={() => {
            asks.value = true;
          }}
        >
          {t.end}
        </Button>
      ) : (
        <Button
          kind="primary"
          size="large"
          icon="broadcast"
          class="go-live"
          disabled={nothing}
          onClick={() => studio.goLive()}
        >
          {t.goLive}
        </Button>
      )}
      <Dialog
        open={asks.value}
        title={t.endTitle}
        onClose={() => {
          asks.value = false;
        }}
      >
        <p>{t.endWhy(studio.viewers())}</p>
        <div class="form-foot">
          <Button
            onClick={() => {
              asks.value = false;
            }}
          >
            {t.endStay}
          </Button>
          <Button
            kind="danger"
            onClick={() => {
              asks.value = false;
              void studio.end();
            }}
          >
            {t.end}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
