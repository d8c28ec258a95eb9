// After the first run: the room's addresses, the key this once, and the way to the studio.

import type { SetupDoneDto } from "@livehouse/protocol";
import { useLayoutEffect, useRef } from "preact/hooks";

import { CopyLine } from "../shell/copy-line.tsx";
import { Icon } from "../shell/icon.tsx";
import { entryText } from "./words.ts";

export function SetupDone({ name, answer }: { name: string; answer: SetupDoneDto }) {
  const t = entryText().setup;
  const head = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => head.current?.focus(), []);
  return (
    <div class="card setup-done">
      <span class="setup-tick" aria-hidden="true">
        <Icon name="check" size={28} />
      </span>
      <h1 ref={head} tabIndex={-1}>
        {t.doneTitle}
      </h1>
      <p class="lead">{t.doneLead(name)}</p>
      <CopyLine label={t.viewerPage} text={`${location.origin}/r/${answer.room}`} />
      <div class="setup-key">
        <CopyLine label={t.keyTitle} text={answer.stream_key} secret />
        <p class="form-note">{t.keyWhy}</p>
      </div>
      <CopyLine label={t.whip} text={`${location.origin}/whip/${answer.room}`} />
      <div class="setup-ways">
        <a class="button button-primary button-large" href={`/studio/${answer.room}`}>
          <Icon name="broadcast" size={20} />
          <span>{t.studio}</span>
        </a>
        <a class="button button-quiet button-large" href={`/r/${answer.room}`}>
          {t.look}
        </a>
      </div>
    </div>
  );
}
