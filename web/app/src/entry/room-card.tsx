// A public room on the front page.

import type { LiveDto, RoomCardDto } from "@livehouse/protocol";

import { compact } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { Poster } from "./poster.tsx";
import { entryText } from "./words.ts";

export function RoomCard({ card }: { card: RoomCardDto }) {
  const t = entryText().front;
  return (
    <li class="room-card">
      <a href={`/r/${card.slug}`}>
        <span class="room-picture">
          <Poster slug={card.slug} title={card.title} />
          <LiveBadge live={card.live} />
          {card.present > 0 && (
            <span class="room-present">
              <Icon name="people" size={14} />
              <span aria-hidden="true">{compact(card.present)}</span>
              <span class="said">{t.watching(card.present, compact(card.present))}</span>
            </span>
          )}
        </span>
        <span class="room-words">
          <strong>{card.title}</strong>
          <span>
            {card.access === "by_key" && <Icon name="key" size={14} />}
            {t.by(card.host)}
          </span>
        </span>
      </a>
    </li>
  );
}

export function LiveBadge({ live }: { live: LiveDto }) {
  const t = entryText().front;
  switch (live.state) {
    case "on":
      return <span class="badge badge-live">{t.live}</span>;
    case "interrupted":
      return <span class="badge badge-wait">{t.backSoon}</span>;
    case "off":
      return <span class="badge badge-off">{t.off}</span>;
    default: {
      const never: never = live;
      return never;
    }
  }
}
