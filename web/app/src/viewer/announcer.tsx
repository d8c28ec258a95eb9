// The chat for ears: what is new is said now and then, not word for word as it rushes by.

import { effect, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { sayNotice } from "./chat-row.tsx";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

/** A screen reader needs this long for what it was given. */
const EVERY_MS = 4_000;
/** So many messages are read out; of the rest the number. */
const READ_MAX = 2;

export function Announcer({ visit }: { visit: Visit }) {
  const said = useSignal("");
  useEffect(() => {
    const { chat, presence } = visit.line.room;
    let heard = chat.rows.peek().at(-1)?.seq ?? 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const speak = (): void => {
      timer = undefined;
      const t = text().chat;
      const me = visit.line.room.moderation.me.peek().id;
      const news = chat.rows
        .peek()
        .filter((row) => row.seq > heard && !(row.kind === "said" && (row.by === me || row.deleted)));
      heard = chat.rows.peek().at(-1)?.seq ?? heard;
      const sentences = news
        .slice(-READ_MAX)
        .map((row) =>
          row.kind === "said"
            ? t.said(row.name, row.text)
            : sayNotice(row.notice, (id) => presence.known(id)?.name),
        );
      if (news.length > READ_MAX) sentences.push(t.andMore(String(news.length - READ_MAX)));
      if (sentences.length > 0) said.value = sentences.join(". ");
    };
    const stop = effect(() => {
      const last = chat.rows.value.at(-1)?.seq ?? 0;
      // What was there on arrival is not news.
      if (heard === 0) heard = last;
      else if (last > heard) timer ??= setTimeout(speak, EVERY_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [visit, said]);
  return (
    <p class="said" aria-live="polite" aria-atomic="true">
      {said.value}
    </p>
  );
}
