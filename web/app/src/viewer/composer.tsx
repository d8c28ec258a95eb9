// The one field: it sends chat or danmaku, and says in words when it cannot.

import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

import { IconButton } from "../shell/button.tsx";
import { running } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { Popover } from "../shell/popover.tsx";
import { bulletStyle, COLOURS } from "./bullet-style.ts";
import { BulletStylePanel } from "./bullet-style-panel.tsx";
import { useSeconds } from "./clock.ts";
import { CHARS_MAX, type Draft, type Kind } from "./draft.ts";
import { EmojiPicker } from "./emoji-picker.tsx";
import { complete, mentionAt } from "./mention.ts";
import { MentionList } from "./mention-list.tsx";
import { send } from "./sending.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

/** How many people are offered at once. */
const OFFERED_MAX = 6;

type Panel = "nothing" | "emoji" | "style";

export function Composer({ visit, draft }: { visit: Visit; draft: Draft }) {
  const muted = visit.line.room.moderation.mutedUntil.value;
  const field = <Field visit={visit} draft={draft} />;
  return muted === null ? (
    field
  ) : (
    <Muted visit={visit} until={muted}>
      {field}
    </Muted>
  );
}

function Field({ visit, draft }: { visit: Visit; draft: Draft }) {
  const t = text().composer;
  const { room } = visit.line;
  const field = useRef<HTMLTextAreaElement>(null);
  const emojiButton = useRef<HTMLButtonElement>(null);
  const styleButton = useRef<HTMLButtonElement>(null);
  const panel = useSignal<Panel>("nothing");
  const caret = useSignal(0);
  const picked = useSignal(0);
  const dismissed = useSignal(false);
  const kind = draft.kind.value;

  const naming = useComputed(() =>
    draft.kind.value === "chat" && !dismissed.value ? mentionAt(draft.text.value, caret.value) : null,
  );
  const offered = naming.value === null ? [] : room.presence.named(naming.value.part, OFFERED_MAX);
  const left = draft.left();

  useSignalEffect(() => {
    if (draft.wantsFocus.value > 0) field.current?.focus();
  });
  useSignalEffect(() => {
    if (naming.value !== null) void visit.meetPeople();
  });

  const write = (value: string, at: number): void => {
    draft.text.value = value;
    draft.refusal.value = null;
    caret.value = at;
    picked.value = 0;
    dismissed.value = false;
  };
  const insert = (words: string): void => {
    const element = field.current;
    const from = element?.selectionStart ?? draft.text.value.length;
    const to = element?.selectionEnd ?? from;
    write(draft.text.value.slice(0, from) + words + draft.text.value.slice(to), from + words.length);
    restoreCaret(element, from + words.length);
  };
  const pick = (at: number): void => {
    const person = offered[at];
    if (person === undefined || naming.value === null) return;
    const done = complete(draft.text.value, caret.value, naming.value, person.name);
    draft.choose(person.id, person.name);
    write(done.text, done.caret);
    restoreCaret(field.current, done.caret);
  };
  const submit = (): void => {
    visit.withName(() => void send(visit, draft));
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter ends a composition (of Chinese, say) and is then not for us; 229 is how older browsers say so.
    if (event.isComposing || event.keyCode === 229) return;
    if (offered.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        picked.value = (picked.value + step + offered.length) % offered.length;
        event.preventDefault();
        return;
      }
      if (event.key === "Enter" || event.key === "Tab") {
        pick(picked.value);
        event.preventDefault();
        return;
      }
      if (event.key === "Escape") {
        dismissed.value = true;
        event.stopPropagation();
        return;
      }
    }
    if (event.key === "Enter" && !(event.shiftKey && kind === "chat")) {
      event.preventDefault();
      submit();
    }
    if (event.key === "Escape" && draft.replyTo.value !== null) draft.replyTo.value = null;
  };

  return (
    <form
      class="composer"
      aria-label={t.region}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Notes visit={visit} draft={draft} />
      {offered.length > 0 && <MentionList people={offered} picked={picked.value} onPick={pick} />}
      <div class="composer-field">
        <textarea
          ref={field}
          rows={1}
          value={draft.text.value}
          placeholder={kind === "chat" ? t.chatHint : t.danmakuHint}
          aria-label={kind === "chat" ? t.chatHint : t.danmakuHint}
          enterkeyhint="send"
          autocomplete="off"
          aria-autocomplete="list"
          {...(offered.length > 0
            ? { "aria-controls": "mentions", "aria-activedescendant": `mention-${picked.value}` }
            : {})}
          onInput={(event) => write(event.currentTarget.value, event.currentTarget.selectionStart)}
          onSelect={(event) => {
            caret.value = event.currentTarget.selectionStart;
          }}
          onKeyDown={onKeyDown}
        />
        <SendButton visit={visit} draft={draft} />
      </div>
      <div class="composer-tools">
        <KindSwitch draft={draft} />
        <IconButton
          icon="smile"
          label={t.emoji}
          aria-haspopup="dialog"
          aria-expanded={panel.value === "emoji"}
          buttonRef={emojiButton}
          onClick={() => {
            panel.value = panel.value === "emoji" ? "nothing" : "emoji";
          }}
        />
        {kind === "danmaku" && (
          <button
            type="button"
            ref={styleButton}
            class="icon-button style-button"
            aria-label={text().danmaku.style}
            title={text().danmaku.style}
            aria-haspopup="dialog"
            aria-expanded={panel.value === "style"}
            onClick={() => {
              panel.value = panel.value === "style" ? "nothing" : "style";
            }}
          >
            <span
              aria-hidden="true"
              style={{ "--bullet": `#${COLOURS[bulletStyle.value.colour].toString(16).padStart(6, "0")}` }}
            >
              A
            </span>
          </button>
        )}
        {left < Math.min(50, CHARS_MAX[kind] / 2) && (
          <span class={left < 0 ? "count count-over numbers" : "count numbers"}>
            {left < 0 ? t.tooLong(String(-left)) : t.left(String(left))}
          </span>
        )}
      </div>
      <Popover
        open={panel.value === "emoji"}
        onClose={() => {
          panel.value = "nothing";
        }}
        anchor={emojiButton}
        label={t.emoji}
      >
        <EmojiPicker onPick={insert} />
      </Popover>
      <Popover
        open={panel.value === "style"}
        onClose={() => {
          panel.value = "nothing";
        }}
        anchor={styleButton}
        label={text().danmaku.style}
      >
        <BulletStylePanel />
      </Popover>
    </form>
  );
}

/** Drawn anew each second, so that it can be pressed as soon as the wait is over. */
function SendButton({ visit, draft }: { visit: Visit; draft: Draft }) {
  const t = text().composer;
  useSeconds();
  const wait = visit.line.room.clock.until(draft.nextAt.value) > 0;
  const unfit = draft.text.value.trim() === "" || draft.left() < 0;
  return (
    <button type="submit" class="send" aria-label={t.send} title={t.send} disabled={unfit || wait}>
      <Icon name="send" size={20} />
    </button>
  );
}

/** The state's change is drawn after this; the caret is set once it is. */
function restoreCaret(element: HTMLTextAreaElement | null, at: number): void {
  requestAnimationFrame(() => {
    element?.focus();
    element?.setSelectionRange(at, at);
  });
}

function KindSwitch({ draft }: { draft: Draft }) {
  const t = text().composer;
  const kinds: readonly Kind[] = ["danmaku", "chat"];
  return (
    <fieldset class="kind">
      <legend class="said">{t.kind}</legend>
      {kinds.map((kind) => (
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

/** Above the field: whom it answers, why the last was refused, how long to wait. */
function Notes({ visit, draft }: { visit: Visit; draft: Draft }) {
  const t = text().composer;
  const reply = draft.replyTo.value;
  const { room } = visit.line;
  useSeconds();
  const waitMs = room.clock.until(draft.nextAt.value);
  const slow = room.moderation.slowModeS.value;
  const refusal = draft.refusal.value;
  return (
    <>
      {reply && (
        <p class="note note-reply">
          <Icon name="reply" size={15} />
          <span>
            {text().chat.repliesTo(reply.name)} <q>{reply.text}</q>
          </span>
          <IconButton
            icon="cross"
            size={15}
            label={t.cancelReply}
            onClick={() => {
              draft.replyTo.value = null;
            }}
          />
        </p>
      )}
      <p class={refusal || waitMs > 0 ? "note note-refused" : "note"} role="status">
        {refusal && <span>{refusal}</span>}
        {waitMs > 0 && <strong class="numbers">{t.nextIn(String(Math.ceil(waitMs / 1000)))}</strong>}
        {!refusal && waitMs <= 0 && slow > 0 && !room.moderation.isStaff() && (
          <span class="note-slow">
            <Icon name="clock" size={14} /> {t.slowMode(String(slow))}
          </span>
        )}
      </p>
    </>
  );
}

/** In the field's place until the time is over. */
function Muted(props: { visit: Visit; until: number; children: ComponentChildren }) {
  useSeconds();
  const ms = props.visit.line.room.clock.until(props.until);
  if (ms === 0) return <>{props.children}</>;
  return (
    <div class="composer composer-muted" role="status">
      <Icon name="hush" size={18} />
      <span class="numbers">{text().composer.muted(running(ms))}</span>
    </div>
  );
}
