// One's own rooms on the front page, with the ways to work in them.

import type { MyRoomDto, RoomCardDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";

import { Button } from "../shell/button.tsx";
import { Dialog } from "../shell/dialog.tsx";
import { Icon } from "../shell/icon.tsx";
import { shellText } from "../shell/words.ts";
import { NewRoomForm } from "./new-room-form.tsx";
import { Poster } from "./poster.tsx";
import { LiveBadge } from "./room-card.tsx";
import { entryText } from "./words.ts";

export function MyRooms({ rooms, cards }: { rooms: readonly MyRoomDto[]; cards: readonly RoomCardDto[] }) {
  const t = entryText().front;
  const asks = useSignal(false);
  const hosts = rooms.some((room) => room.role === "host");
  return (
    <section aria-labelledby="yours">
      <header class="section-head">
        <h2 id="yours">{t.yours}</h2>
        {hosts && (
          <Button size="small" icon="plus" onClick={() => (asks.value = true)}>
            {t.newRoom}
          </Button>
        )}
      </header>
      <ul class="my-rooms">
        {rooms.map((room) => (
          <MyRoom key={room.slug} room={room} card={cards.find((card) => card.slug === room.slug)} />
        ))}
      </ul>
      <Dialog open={asks.value} title={t.newRoomTitle} onClose={() => (asks.value = false)}>
        <NewRoomForm onCancel={() => (asks.value = false)} />
      </Dialog>
    </section>
  );
}

function MyRoom({ room, card }: { room: MyRoomDto; card: RoomCardDto | undefined }) {
  const t = entryText().front;
  return (
    <li class="card my-room">
      <Poster slug={room.slug} title={room.title} />
      <div class="my-room-words">
        <p>
          <a href={`/r/${room.slug}`}>
            <strong>{room.title}</strong>
          </a>
        </p>
        <p class="my-room-place">
          {card !== undefined && card.live.state !== "off" && <LiveBadge live={card.live} />}
          <span class={`badge badge-${room.role}`}>{shellText().roles[room.role]}</span>
          <span>/r/{room.slug}</span>
        </p>
      </div>
      <div class="my-room-ways">
        {room.role === "host" && (
          <a class="button button-primary" href={`/studio/${room.slug}`}>
            <Icon name="broadcast" size={18} />
            <span>{t.studio}</span>
          </a>
        )}
        <a class="button button-quiet" href={`/desk/${room.slug}`}>
          <Icon name="shield" size={18} />
          <span>{t.desk}</span>
        </a>
      </div>
    </li>
  );
}
