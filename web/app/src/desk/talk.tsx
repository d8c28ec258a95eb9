// What is said, for those who run the room: chat and danmaku in one list, each with what can be done about it.

import type { ChatRow } from "@livehouse/room";
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { Icon } from "../shell/icon.tsx";
import type { RoomLine } from "../shell/room-line.ts";
import { useAnnounced } from "./announce.ts";
import { Composer } from "./composer.tsx";
import { sayLasting } from "./lasting.ts";
import { TalkRow } from "./talk-row.tsx";
import { deskText } from "./words.ts";

/** This close to the end counts as reading along. */
const END_PX = 48;

export function Talk({ line, title }: { line: RoomLine; title: string }) {
  const t = deskText().talk;
  const { room } = line;
  const list = useRef<HTMLOListElement>(null);
  const following = useSignal(true);
  const readTo = useSignal(0);
  const rows = room.chat.rows.value;
  const newest = rows.at(-1)?.seq ?? 0;
  const unread = useComputed(
    () => room.chat.rows.value.filter((row) => isSaid(row) && row.seq > readTo.value).length,
  );
  const said = useAnnounced(rows);

  const toEnd = (): void => {
    const element = list.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };
  useLayoutEffect(() => {
    if (!following.value) return;
    readTo.value = newest;
    toEnd();
  }, [newest, rows.length]);
  // The list is laid out anew when the panel is shown or the window changes.
  useEffect(() => {
    if (list.current === null) return;
    const watch = new ResizeObserver(() => following.value && toEnd());
    watch.observe(list.current);
    return () => watch.disconnect();
  }, []);

  const slow = room.moderation.slowModeS.value;
  return (
    <section class="talk" aria-label={title}>
      <header class="talk-head">
        <h2>{title}</h2>
        {slow > 0 && (
          <span class="badge">
            <Icon name="clock" size={12} />
            {t.slow(sayLasting(slow))}
          </span>
        )}
      </header>
      {/* The list scrolls, so the keyboard must reach it. */}
      <ol
        ref={list}
        class="talk-rows"
        aria-label={t.list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          following.value = scrollHeight - scrollTop - clientHeight < END_PX;
          if (following.value) {
            readTo.value = newest;
            room.chat.follow();
          }
        }}
      >
        {rows.length === 0 && <li class="talk-empty">{t.empty}</li>}
        {rows.map((row) => (
          <TalkRow key={row.seq} row={row} line={line} />
        ))}
        {room.chat.pending.value.map((pending) => (
          <li key={`p${pending.id}`} class="talk-row talk-pending">
            <p>{pending.text}</p>
          </li>
        ))}
      </ol>
      {!following.value && unread.value > 0 && (
        <button
          type="button"
          class="talk-newer"
          onClick={() => {
            following.value = true;
            readTo.value = newest;
            toEnd();
          }}
        >
          <Icon name="down" size={16} />
          {t.newer(unread.value)}
        </button>
      )}
      <Composer line={line} />
      <p class="said" role="status">
        {said}
      </p>
    </section>
  );
}

function isSaid(row: ChatRow): boolean {
  return row.kind === "said" && !row.deleted;
}
