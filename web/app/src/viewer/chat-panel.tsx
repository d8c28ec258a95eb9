// The chat: the newest at the foot, followed as it comes, until one reads back.

import type { ChatRow } from "@livehouse/room";
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

import { Button } from "../shell/button.tsx";
import { compact } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { language } from "../shell/language.ts";
import { Announcer } from "./announcer.tsx";
import { danmakuInChat } from "./bullet-style.ts";
import { Row } from "./chat-row.tsx";
import { Composer } from "./composer.tsx";
import { Draft } from "./draft.ts";
import { type MenuTarget, MessageMenu } from "./message-menu.tsx";
import { People } from "./people.tsx";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

type Said = Extract<ChatRow, { kind: "said" }>;

/** So near to the foot one is at the foot. */
const FOOT_PX = 48;

export function ChatPanel({ visit }: { visit: Visit }) {
  const t = text().chat;
  const { chat } = visit.line.room;
  const draft = useRef<Draft>(undefined);
  draft.current ??= new Draft();
  const target = useSignal<MenuTarget | null>(null);
  return (
    <section class="chat" aria-label={t.title}>
      <header class="chat-head">
        <h2>{t.title}</h2>
        <People visit={visit} />
      </header>
      <Log visit={visit} onMenu={(row, anchor) => (target.value = { row, anchor })} />
      <Announcer visit={visit} />
      <Line visit={visit} />
      <Composer visit={visit} draft={draft.current} />
      <MessageMenu
        visit={visit}
        target={target.value}
        onClose={() => {
          target.value = null;
        }}
        onReply={(row) => draft.current?.reply(row)}
        onMention={(row) => draft.current?.mention(row.by, row.name)}
      />
      {chat.pending.value.length > 0 && <span class="said">{t.sending}</span>}
    </section>
  );
}

function Log({ visit, onMenu }: { visit: Visit; onMenu: (row: Said, anchor: HTMLElement) => void }) {
  const t = text().chat;
  const { chat, presence, moderation } = visit.line.room;
  const box = useRef<HTMLDivElement>(null);
  const following = useSignal(true);
  const seen = useSignal(0);
  const heightBefore = useRef(0);
  const rows = useComputed(() =>
    danmakuInChat.value
      ? chat.rows.value
      : chat.rows.value.filter((row) => row.kind === "notice" || !row.danmaku),
  );
  const last = rows.value.at(-1)?.seq ?? 0;
  const fresh = following.value ? 0 : rows.value.filter(({ seq }) => seq > seen.value).length;

  useSignalEffect(() => {
    if (following.value) {
      seen.value = rows.value.at(-1)?.seq ?? 0;
      chat.follow();
    }
  });
  // After each drawing: stay at the foot, or keep what one reads where it is while older rows come in above.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    if (following.peek()) element.scrollTop = element.scrollHeight;
    else if (element.scrollTop < FOOT_PX && heightBefore.current > 0) {
      element.scrollTop += element.scrollHeight - heightBefore.current;
    }
    heightBefore.current = element.scrollHeight;
  }, [last, rows.value[0]?.seq, chat.pending.value.length]);
  // A keyboard or a turned phone changes the height: who was at the foot stays there.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => {
      if (following.peek()) element.scrollTop = element.scrollHeight;
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  const find = (seq: number | null): Said | null => {
    const row = seq === null ? undefined : chat.find(seq);
    return row?.kind === "said" ? row : null;
  };
  const nameOf = (id: number): string | undefined => presence.known(id)?.name;
  const me = moderation.me.value.id;
  return (
    <div class="log-frame">
      <div
        class="log"
        ref={box}
        role="log"
        aria-live="off"
        aria-label={t.log}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by the keyboard.
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
          following.value = scrollHeight - scrollTop - clientHeight < FOOT_PX;
        }}
        onKeyDown={walkRows}
      >
        {chat.older.value && rows.value.length > 0 && (
          <Button
            size="small"
            kind="plain"
            busy={visit.loadingEarlier.value}
            onClick={() => void visit.loadEarlier()}
          >
            {t.earlier}
          </Button>
        )}
        {rows.value.length === 0 && chat.pending.value.length === 0 && visit.line.room.sign.value && (
          <p class="log-empty">{t.empty}</p>
        )}
        <ul>
          {rows.value.map((row) => (
            <Row
              key={row.seq}
              row={row}
              answered={row.kind === "said" ? find(row.replyTo) : null}
              me={me}
              nameOf={nameOf}
              onMenu={onMenu}
              language={language.value}
            />
          ))}
          {chat.pending.value.map((pending) => (
            <li key={`p${pending.id}`} class="row row-mine row-pending">
              <p class="row-line">
                <span class="row-name">{moderation.me.value.name}</span>
                <span class="row-text">{pending.text}</span>
              </p>
            </li>
          ))}
        </ul>
      </div>
      {!following.value && (
        <button
          type="button"
          class="to-newest"
          onClick={() => {
            following.value = true;
            if (box.current) box.current.scrollTop = box.current.scrollHeight;
          }}
        >
          <Icon name="down" size={16} />
          <span>{fresh > 0 ? t.newer(compact(fresh)) : t.toNewest}</span>
        </button>
      )}
    </div>
  );
}

/** The arrow keys walk from message to message; Enter opens what can be done with it. */
function walkRows(event: KeyboardEvent): void {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  if (!(event.currentTarget instanceof HTMLElement)) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>(".row-more")];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const step = event.key === "ArrowUp" ? -1 : 1;
  const next = at < 0 ? buttons.at(-1) : buttons[at + step];
  if (next === undefined) return;
  next.focus();
  event.preventDefault();
}

/** How the line to the room is, where it is not as it should be; else who came in last, for a moment. */
function Line({ visit }: { visit: Visit }) {
  const t = text().chat;
  const state = visit.line.session.state.value;
  const { presence, sampledOut } = visit.line.room;
  const broken = state.at === "waiting" || (state.at === "connecting" && state.attempt > 1);
  const arrival = presence.arrivals.value.at(-1);
  const sampled = sampledOut.value;
  return (
    <div class="line-states">
      <p class={broken ? "line-state line-broken" : "line-state"} role="status">
        {broken ? (
          <>
            <span class="spinner" aria-hidden="true" />
            {t.reconnecting}
          </>
        ) : null}
      </p>
      {sampled > 0 && (
        <p key={sampled} class="passing">
          {text().danmaku.sampled(compact(sampled))}
        </p>
      )}
      {arrival && sampled === 0 && (
        <p key={`${arrival.id}`} class="passing">
          {t.joined(arrival.name)}
        </p>
      )}
    </div>
  );
}
