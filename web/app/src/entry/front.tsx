// The front page: who is live on this server, the other public rooms, and one's own.

import type { Failure } from "@livehouse/client";
import type { RoomCardDto } from "@livehouse/protocol";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { api, loadMe, me, sayFailure } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { PageHead } from "../shell/page-head.tsx";
import { start } from "../shell/start.tsx";
import { shellText } from "../shell/words.ts";
import { Fresh } from "./fresh.tsx";
import { MyRooms } from "./my-rooms.tsx";
import { RoomCard } from "./room-card.tsx";
import { entryText } from "./words.ts";

// Last, so that a page's rules come after those of the shell.
import "./entry.css";

/** How often the list is read again while somebody looks at it. */
const AGAIN_MS = 15_000;

const cards = signal<RoomCardDto[] | null>(null);
const failure = signal<Failure | null>(null);

async function loadRooms(): Promise<void> {
  const result = await api.rooms();
  if (result.ok) cards.value = result.value;
  failure.value = result.ok ? null : result.failure;
}

function Front() {
  const t = entryText().front;
  useEffect(() => {
    void loadMe();
    void loadRooms();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void loadRooms();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  document.title = t.title;

  if (me.value?.setup_needed === true) {
    return (
      <div class="entry-page">
        <PageHead plain />
        <main class="entry-middle">
          <Fresh onToken={(token) => location.assign(`/setup#token=${token}`)} />
        </main>
      </div>
    );
  }
  const own = me.value?.rooms ?? [];
  return (
    <div class="entry-page">
      <PageHead plain />
      <main class="front">
        <div class="front-hero">
          <h1>{t.tagline}</h1>
          <p class="lead">{t.lead}</p>
        </div>
        {own.length > 0 && <MyRooms rooms={own} cards={cards.value ?? []} />}
        <PublicRooms />
      </main>
    </div>
  );
}

function PublicRooms() {
  const t = entryText().front;
  if (cards.value === null) return failure.value === null ? <Waiting /> : <Unread failure={failure.value} />;
  const live = cards.value.filter((card) => card.live.state !== "off").sort((a, b) => b.present - a.present);
  const others = cards.value.filter((card) => card.live.state === "off");
  if (cards.value.length === 0) {
    return (
      <section class="nothing">
        <h2>{t.noRooms}</h2>
        <p>{t.noRoomsWhy}</p>
      </section>
    );
  }
  return (
    <>
      <section aria-labelledby="live">
        <h2 id="live">{live.length > 0 ? t.liveNow : t.nobodyLive}</h2>
        {live.length > 0 ? <Cards cards={live} /> : <p class="soft">{t.nobodyLiveWhy}</p>}
      </section>
      {others.length > 0 && (
        <section aria-labelledby="rooms">
          <h2 id="rooms">{t.rooms}</h2>
          <Cards cards={others} />
        </section>
      )}
    </>
  );
}

function Cards(props: { cards: readonly RoomCardDto[] }) {
  return (
    <ul class="room-cards">
      {props.cards.map((card) => (
        <RoomCard key={card.slug} card={card} />
      ))}
    </ul>
  );
}

function Waiting() {
  return (
    <div class="room-cards" aria-busy="true">
      {["a", "b", "c"].map((key) => (
        <span key={key} class="room-card skeleton" />
      ))}
    </div>
  );
}

function Unread(props: { failure: Failure }) {
  return (
    <section class="nothing" role="alert">
      <h2>{entryText().front.failed}</h2>
      <p>{sayFailure(props.failure)}</p>
      <Button icon="refresh" onClick={() => void loadRooms()}>
        {shellText().tryAgain}
      </Button>
    </section>
  );
}

start(Front);
