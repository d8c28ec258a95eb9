// From the field to the room: what is sent, and what is said when it is refused.

import type { Order } from "@livehouse/protocol";

import { shellText } from "../shell/words.ts";
import { bulletStyle, COLOURS } from "./bullet-style.ts";
import type { Draft } from "./draft.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

/** Sends the draft. What is refused comes back into the field, with the reason and the wait. */
export async function send(visit: Visit, draft: Draft): Promise<void> {
  const { room } = visit.line;
  const words = draft.text.value.trim();
  const kind = draft.kind.value;
  const replied = draft.replyTo.value;
  if (words === "" || draft.left() < 0 || room.clock.until(draft.nextAt.value) > 0) return;
  const order = orderOf(draft, words);
  const pending = room.chat.send(words, kind === "chat" ? (replied?.seq ?? null) : null, kind === "danmaku");
  draft.clear();
  const outcome = await visit.order(order);
  room.answered(pending, outcome.kind === "done" ? outcome.event : null);
  if (outcome.kind === "done") {
    const slow = room.moderation.slowModeS.value;
    if (slow > 0 && !room.moderation.isStaff()) draft.nextAt.value = room.clock.now() + slow * 1000;
    return;
  }
  // Only what nothing new was written over comes back.
  if (draft.text.value === "") {
    draft.text.value = words;
    draft.replyTo.value = replied;
  }
  if (outcome.kind === "unanswered") {
    draft.refusal.value = text().composer.unanswered;
    return;
  }
  draft.refusal.value = shellText().refused[outcome.code];
  if (outcome.code === "too_fast" && outcome.retryAt !== null) draft.nextAt.value = outcome.retryAt;
}

function orderOf(draft: Draft, words: string): Order {
  if (draft.kind.value === "danmaku") {
    const { colour, mode, size } = bulletStyle.value;
    return { do: "danmaku", text: words.replace(/\s*\n\s*/g, " "), mode, colour: COLOURS[colour], size };
  }
  return { do: "chat", text: words, reply_to: draft.replyTo.value?.seq ?? null, mentions: draft.mentions() };
}
