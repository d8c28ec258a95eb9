// What is out of the ordinary, over the picture: connecting, mending, live elsewhere, waiting, refused.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

import { sayFailure } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { Dialog } from "../shell/dialog.tsx";
import { running } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { shellText } from "../shell/words.ts";
import type { Studio } from "./studio.ts";
import { studioText } from "./words.ts";

export function Banner({ studio }: { studio: Studio }) {
  const t = studioText().state;
  const state = studio.onAir.state.value;
  const live = studio.line.room.live.state.value;
  switch (state.at) {
    case "offering":
    case "connecting":
      return (
        <Strip busy words={state.at === "offering" && state.since !== null ? t.mending : t.connecting} />
      );
    case "shaky":
    case "restarting":
    case "asking":
      return <Strip busy kind="warn" words={t.mending} />;
    case "waiting": {
      const left_s = Math.ceil((state.deadline - studio.now.value) / 1_000);
      return <Strip busy kind="warn" words={left_s > 0 ? t.waiting(left_s) : t.waitingNow} />;
    }
    case "refused":
      return <Refused code={state.refusal.code} status={state.refusal.status} />;
    case "live":
      return studio.line.session.state.value.at === "waiting" ? (
        <Strip busy kind="warn" words={t.offline} />
      ) : null;
    case "idle":
    case "ended":
    case "taken":
      break;
    default: {
      const never: never = state;
      return never;
    }
  }
  if (live.state === "interrupted" && !studio.resuming.value)
    return <Waits studio={studio} until={live.until} />;
  if (!studio.elsewhere.value) return null;
  return (
    <Strip
      kind="warn"
      words={state.at === "taken" ? t.taken : t.elsewhere}
      why={state.at === "taken" ? t.takenWhy : t.elsewhereWhy}
    >
      <TakeOver studio={studio} words={state.at === "taken" ? t.takeBack : t.takeOver} />
    </Strip>
  );
}

function Waits({ studio, until }: { studio: Studio; until: number }) {
  const t = studioText().state;
  // Read so that the countdown moves.
  void studio.now.value;
  const left = running(studio.line.room.clock.until(until));
  const goOn = async (screen: boolean): Promise<void> => {
    if (screen) {
      if (!(await studio.sources.shareScreen())) return;
    }
    if (!studio.sources.started.value) await studio.sources.start();
    studio.goLive();
  };
  return (
    <Strip kind="warn" words={t.waits(left)} why={t.waitsWhy}>
      {studio.onAir.before() === "screen" && (
        <Button kind="primary" size="small" onClick={() => void goOn(true)}>
          {t.resumeScreen}
        </Button>
      )}
      <Button
        kind={studio.onAir.before() === "screen" ? "quiet" : "primary"}
        size="small"
        onClick={() => void goOn(false)}
      >
        {t.resume}
      </Button>
    </Strip>
  );
}

function TakeOver({ studio, words }: { studio: Studio; words: string }) {
  const t = studioText().state;
  const asks = useSignal(false);
  const close = (): void => {
    asks.value = false;
  };
  return (
    <>
      <Button size="small" onClick={() => (asks.value = true)}>
        {words}
      </Button>
      <Dialog open={asks.value} title={t.takeOverTitle} onClose={close}>
        <p>{t.takeOverWhy}</p>
        <div class="form-foot">
          <Button onClick={close}>{shellText().cancel}</Button>
          <Button
            kind="primary"
            onClick={() => {
              close();
              const ready = studio.sources.started.value ? Promise.resolve() : studio.sources.start();
              void ready.then(() => studio.goLive());
            }}
          >
            {words}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

function Refused({ code, status }: { code: string | null; status: number }) {
  const t = studioText().state;
  const known = shellText().refused as Record<string, string>;
  const why =
    code === "sign_in_needed" || status === 401
      ? t.refusedSignIn
      : (known[code ?? ""] ??
        sayFailure({ kind: "refused", status, code: "fault", message: "", retryAt: null }));
  return <Strip kind="bad" words={t.refused} why={why} />;
}

function Strip(props: {
  words: string;
  why?: string;
  kind?: "plain" | "warn" | "bad";
  busy?: boolean;
  children?: ComponentChildren;
}) {
  const { kind = "plain" } = props;
  return (
    <div class={`strip strip-${kind}`} role={kind === "bad" ? "alert" : "status"}>
      {props.busy ? (
        <span class="spinner" aria-hidden="true" />
      ) : (
        <Icon name={kind === "plain" ? "info" : "warning"} size={20} />
      )}
      <p>
        <strong>{props.words}</strong>
        {props.why !== undefined && <span>{props.why}</span>}
      </p>
      {props.children}
    </div>
  );
}
