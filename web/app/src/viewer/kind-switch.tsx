// What is written: a danmaku, which flies and is gone, or a message of the chat.

import type { Draft, Kind } from "./draft.ts";
import { text } from "./words.ts";

const KINDS: readonly Kind[] = ["danmaku", "chat"];

export function KindSwitch({ draft }: { draft: Draft }) {
  const t = text().composer;
  return (
    <fieldset class="kind">
      <legend class="said">{t.kind}</legend>
      {KINDS.map((kind) => (
        <label key={kind}>
          <input
            type="radio"
            name="kind"
            checked={draft.kind.value === kind}
            onChange={() => {
              draft.kind.value = kind;
              if (kind === "danmaku") draft.replyTo.value = null;
            }}
          />
          <span>{t[kind]}</span>
        </label>
      ))}
    </fieldset>
  );
}
