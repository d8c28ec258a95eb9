// Under the field: danmaku or chat, emoji, how one's danmaku look, and how many characters are left.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { IconButton } from "../shell/button.tsx";
import { Popover } from "../shell/popover.tsx";
import { bulletStyle, COLOURS } from "./bullet-style.ts";
import { BulletStylePanel } from "./bullet-style-panel.tsx";
import { CHARS_MAX, type Draft } from "./draft.ts";
import { EmojiPicker } from "./emoji-picker.tsx";
import { KindSwitch } from "./kind-switch.tsx";
import { text } from "./words.ts";
import type { Writing } from "./writing.ts";

/** The count is shown from here on, or from the half where that is less. */
const COUNTED_FROM = 50;

export function ComposerTools({ draft, writing }: { draft: Draft; writing: Writing }) {
  return (
    <div class="composer-tools">
      <KindSwitch draft={draft} />
      <Emoji writing={writing} />
      {draft.kind.value === "danmaku" && <Style />}
      <Left draft={draft} />
    </div>
  );
}

function Emoji({ writing }: { writing: Writing }) {
  const t = text().composer;
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <IconButton
        icon="smile"
        label={t.emoji}
        aria-haspopup="dialog"
        aria-expanded={open.value}
        buttonRef={button}
        onClick={() => {
          open.value = !open.value;
        }}
      />
      <Popover open={open.value} onClose={() => (open.value = false)} anchor={button} label={t.emoji}>
        <EmojiPicker onPick={(emoji) => writing.insert(emoji)} />
      </Popover>
    </>
  );
}

function Style() {
  const t = text().danmaku;
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const colour = COLOURS[bulletStyle.value.colour].toString(16).padStart(6, "0");
  return (
    <>
      <button
        type="button"
        ref={button}
        class="icon-button style-button"
        aria-label={t.style}
        title={t.style}
        aria-haspopup="dialog"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <span aria-hidden="true" style={{ "--bullet": `#${colour}` }}>
          A
        </span>
      </button>
      <Popover open={open.value} onClose={() => (open.value = false)} anchor={button} label={t.style}>
        <BulletStylePanel />
      </Popover>
    </>
  );
}

function Left({ draft }: { draft: Draft }) {
  const t = text().composer;
  const left = draft.left();
  if (left >= Math.min(COUNTED_FROM, CHARS_MAX[draft.kind.value] / 2)) return null;
  return (
    <span class={left < 0 ? "count count-over numbers" : "count numbers"}>
      {left < 0 ? t.tooLong(String(-left)) : t.left(String(left))}
    </span>
  );
}
