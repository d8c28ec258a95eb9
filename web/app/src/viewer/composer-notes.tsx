// Above the field: whom it answers, why the last was refused, how long to wait.

import { IconButton } from "../shell/button.tsx";
import { Icon } from "../shell/icon.tsx";
import { useSeconds } from "./clock.ts";
import type { Draft } from "./draft.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

export function ComposerNotes({ visit, draft }: { visit: Visit; draft: Draft }) {
  const t = text().composer;
  const { room } = visit.line;
  useSeconds();
  const waitMs = room.clock.until(draft.nextAt.value);
  const slow = room.moderation.slowModeS.value;
  const refusal = draft.refusal.value;
  return (
    <>
      <Reply draft={draft} />
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

function Reply({ draft }: { draft: Draft }) {
  const reply = draft.replyTo.value;
  if (reply === null) return null;
  return (
    <p class="note note-reply">
      <Icon name="reply" size={15} />
      <span>
        {text().chat.repliesTo(reply.name)} <q>{reply.text}</q>
      </span>
      <IconButton
        icon="cross"
        size={15}
        label={text().composer.cancelReply}
        onClick={() => {
          draft.replyTo.value = null;
        }}
      />
    </p>
  );
}
