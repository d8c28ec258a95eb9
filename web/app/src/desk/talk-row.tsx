// One row of the talk.

import type { ChatRow } from "@livehouse/room";
import { memo } from "preact/compat";

import { Avatar } from "../shell/avatar.tsx";
import { timeOfDay } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import type { RoomLine } from "../shell/room-line.ts";
import { shellText } from "../shell/words.ts";
import { PersonMenu } from "./person-menu.tsx";
import { sayEvent } from "./sentence.ts";
import { deskText } from "./words.ts";

export const TalkRow = memo(function TalkRow({ row, line }: { row: ChatRow; line: RoomLine }) {
  switch (row.kind) {
    case "notice":
      return (
        <li class="talk-notice">
          <span>{sayEvent(row.notice, (id) => line.room.presence.known(id)?.name)}</span>
          <time dateTime={new Date(row.at).toISOString()}>{timeOfDay(row.at)}</time>
        </li>
      );
    case "said":
      return <Said row={row} line={line} />;
    default: {
      const never: never = row;
      return never;
    }
  }
});

function Said({ row, line }: { row: ChatRow & { kind: "said" }; line: RoomLine }) {
  const t = deskText().talk;
  const staff = row.role === "host" || row.role === "moderator";
  const answered = row.replyTo === null ? undefined : line.room.chat.find(row.replyTo);
  return (
    <li class={row.deleted ? "talk-row talk-deleted" : "talk-row"}>
      <Avatar id={row.by} name={row.name} size={26} />
      <div class="talk-words">
        <p class="talk-by">
          <strong>{row.name}</strong>
          {staff && <span class={`badge badge-${row.role}`}>{shellText().roles[row.role]}</span>}
          <time dateTime={new Date(row.at).toISOString()}>{timeOfDay(row.at)}</time>
        </p>
        {answered?.kind === "said" && !answered.deleted && (
          <p class="talk-answered">
            {answered.name}: {answered.text}
          </p>
        )}
        {row.deleted ? (
          <p class="talk-gone">{t.deleted}</p>
        ) : (
          <p class="talk-text">
            {row.danmaku !== null && (
              <span class="talk-danmaku" title={t.danmaku}>
                <Icon name="danmaku" size={15} />
                <span class="said">{t.danmaku} </span>
              </span>
            )}
            {row.text}
            {row.danmaku !== null && row.danmaku.times > 1 && (
              <b class="talk-times">{t.times(row.danmaku.times)}</b>
            )}
          </p>
        )}
      </div>
      {!row.deleted && (
        <PersonMenu line={line} person={{ id: row.by, name: row.name, role: row.role }} message={row.seq} />
      )}
    </li>
  );
}
