// The one field: it sends chat or danmaku, and says in words when it cannot.

import { useSignalEffect } from "@preact/signals";
import { useMemo } from "preact/hooks";

import { ComposerNotes } from "./composer-notes.tsx";
import { ComposerTools } from "./composer-tools.tsx";
import type { Draft } from "./draft.ts";
import { MentionList } from "./mention-list.tsx";
import { MutedNote } from "./muted-note.tsx";
import { SendButton } from "./send-button.tsx";
import { send } from "./sending.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";
import { Writing } from "./writing.ts";

export function Composer({ visit, draft }: { visit: Visit; draft: Draft }) {
  const muted = visit.line.room.moderation.mutedUntil.value;
  const form = <Form visit={visit} draft={draft} />;
  return muted === null ? (
    form
  ) : (
    <MutedNote visit={visit} until={muted}>
      {form}
    </MutedNote>
  );
}

function Form({ visit, draft }: { visit: Visit; draft: Draft }) {
  const writing = useMemo(() => new Writing(visit, draft), [visit, draft]);
  const offered = writing.offered();
  useSignalEffect(() => {
    if (writing.naming() !== null) void writing.meet();
  });
  const submit = (): void => {
    visit.withName(() => void send(visit, draft));
    draft.focusField();
  };
  return (
    <form
      class="composer"
      aria-label={text().composer.region}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <ComposerNotes visit={visit} draft={draft} />
      {offered.length > 0 && (
        <MentionList people={offered} picked={writing.picked.value} onPick={(at) => writing.pick(at)} />
      )}
      <div class="composer-field">
        <Field draft={draft} writing={writing} offers={offered.length > 0} onSubmit={submit} />
        <SendButton visit={visit} draft={draft} />
      </div>
      <ComposerTools draft={draft} writing={writing} />
    </form>
  );
}

function Field(props: { draft: Draft; writing: Writing; offers: boolean; onSubmit: () => void }) {
  const t = text().composer;
  const { draft, writing, offers } = props;
  const kind = draft.kind.value;
  const hint = kind === "chat" ? t.chatHint : t.danmakuHint;
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter ends a composition (of Chinese, say) and is then not for us; 229 is how older browsers say so.
    if (event.isComposing || event.keyCode === 229) return;
    if (writing.walk(event.key)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !(event.shiftKey && kind === "chat")) {
      event.preventDefault();
      props.onSubmit();
    } else if (event.key === "Escape") draft.replyTo.value = null;
  };
  return (
    <textarea
      ref={writing.attach}
      rows={1}
      value={draft.text.value}
      placeholder={hint}
      aria-label={hint}
      enterkeyhint="send"
      autocomplete="off"
      aria-autocomplete="list"
      {...(offers
        ? { "aria-controls": "mentions", "aria-activedescendant": `mention-${writing.picked.value}` }
        : {})}
      onInput={(event) => writing.typed(event.currentTarget.value, event.currentTarget.selectionStart)}
      onSelect={(event) => writing.moved(event.currentTarget.selectionStart)}
      onKeyDown={onKeyDown}
    />
  );
}
