// One row of the chat. Words and names are text nodes and nothing else.

import type { ChatRow, Notice } from "@livehouse/room";
import { Component } from "preact";

import { hueOf } from "../shell/avatar.tsx";
import { IconButton } from "../shell/button.tsx";
import { timeOfDay } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { shellText } from "../shell/words.ts";
import { pieces } from "./mention.ts";
import { text } from "./words.ts";

type Said = Extract<ChatRow, { kind: "said" }>;

type Props = {
  row: ChatRow;
  /** The row it answers, if it is still here. */
  answered: Said | null;
  me: number | null;
  nameOf: (id: number) => string | undefined;
  onMenu: (row: Said, anchor: HTMLElement) => void;
  /** Drawn anew when this changes: the language, say. */
  language: string;
};

/** Drawn anew only where something it shows has changed: two hundred rows pass here twenty times a second. */
export class Row extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const now = this.props;
    return (
      next.row !== now.row ||
      next.answered !== now.answered ||
      next.me !== now.me ||
      next.language !== now.language
    );
  }

  override render() {
    const { row } = this.props;
    return row.kind === "notice" ? (
      <NoticeRow notice={row.notice} nameOf={this.props.nameOf} />
    ) : (
      this.#said(row)
    );
  }

  #said(row: Said) {
    const { me, answered, nameOf, onMenu } = this.props;
    const t = text().chat;
    const mine = row.by === me;
    const named = me !== null && row.mentions.includes(me);
    const people = row.mentions.flatMap((id) => {
      const name = nameOf(id);
      return name === undefined ? [] : [{ id, name }];
    });
    const kind = `row${mine ? " row-mine" : ""}${named ? " row-named" : ""}${row.danmaku ? " row-danmaku" : ""}`;
    return (
      <li class={kind} style={{ "--hue": String(hueOf(row.by)) }}>
        {row.replyTo !== null && !row.deleted && (
          <p class="row-quote">
            <Icon name="reply" size={13} />
            <span class="said">{t.repliedTo}</span>
            <span>
              {answered ? t.said(answered.name, answered.deleted ? t.deleted : answered.text) : t.goneReply}
            </span>
          </p>
        )}
        <p class="row-line">
          {(row.role === "host" || row.role === "moderator") && (
            <span class={`badge badge-${row.role}`}>{shellText().roles[row.role]}</span>
          )}
          <span class="row-name">{row.name}</span>
          {row.danmaku && (
            <span
              class="row-bullet"
              style={{ "--bullet": `#${row.danmaku.colour.toString(16).padStart(6, "0")}` }}
              aria-hidden="true"
            />
          )}
          {row.deleted ? (
            <em class="row-deleted">{t.deleted}</em>
          ) : (
            <span class="row-text" dir="auto">
              {pieces(row.text, people).map((piece) =>
                piece.names === null ? (
                  piece.text
                ) : (
                  <b class={piece.names === me ? "mention mention-me" : "mention"}>{piece.text}</b>
                ),
              )}
            </span>
          )}
          {row.danmaku && row.danmaku.times > 1 && (
            <span class="row-times numbers">×{row.danmaku.times}</span>
          )}
          <time class="row-time numbers" dateTime={new Date(row.at).toISOString()}>
            {timeOfDay(row.at)}
          </time>
        </p>
        {!row.deleted && (
          <IconButton
            class="row-more"
            icon="more"
            size={16}
            label={t.actions(row.name)}
            aria-haspopup="menu"
            tabIndex={-1}
            onClick={(event) => onMenu(row, event.currentTarget)}
          />
        )}
      </li>
    );
  }
}

function NoticeRow({ notice, nameOf }: { notice: Notice; nameOf: (id: number) => string | undefined }) {
  return (
    <li class={notice.event.startsWith("live") ? "row-notice row-notice-live" : "row-notice"}>
      <span>{sayNotice(notice, nameOf)}</span>
    </li>
  );
}

/** What staff did, or the show, as a sentence. */
export function sayNotice(notice: Notice, nameOf: (id: number) => string | undefined): string {
  const t = text().chat.notices;
  switch (notice.event) {
    case "muted":
      return t.muted(notice.name);
    case "unmuted":
      return t.unmuted(nameOf(notice.whom) ?? t.somebody);
    case "banned":
      return t.banned(notice.name);
    case "unbanned":
      return t.unbanned(nameOf(notice.whom) ?? t.somebody);
    case "slow_mode_set":
      return notice.seconds === 0 ? t.slowModeOff : t.slowModeOn(String(notice.seconds));
    case "appointed":
      return notice.moderator ? t.moderator(notice.name) : t.noModerator(notice.name);
    case "live_started":
      return t.liveStarted;
    case "live_ended":
      return t.liveEnded;
    default: {
      const never: never = notice;
      return never;
    }
  }
}
