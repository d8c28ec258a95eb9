// What the small house answers to requests about its one room.

import type {
  AuditDto,
  EventDto,
  HistoryDto,
  MediaDto,
  Order,
  PeopleDto,
  RoomCardDto,
  SanctionsDto,
} from "@livehouse/protocol";

import { type Reply, refuse } from "./accounts.ts";
import type { House } from "./house.ts";

export function answerRoom(request: string, said: unknown, house: House): Reply | undefined {
  const [method, path = ""] = request.split(" ");
  if (request === "GET /rooms") return { status: 200, body: [card(house)] };
  if (request === "POST /rooms") return { status: 200, body: { stream_key: "sk_another" } };
  const room = `/rooms/${house.slug}`;
  if (path !== room && !path.startsWith(`${room}/`)) return undefined;
  switch (`${method} ${path.slice(room.length)}`) {
    case "GET ":
      return { status: 200, body: card(house) };
    case "POST /entry":
      house.entered = (said as { key: string }).key === house.key;
      return house.entered ? { status: 204 } : refuse(403, "wrong_key");
    case "GET /history":
      return { status: 200, body: { epoch: 1, events: [], more: false } satisfies HistoryDto };
    case "GET /people":
      return { status: 200, body: { present: house.present, people: house.people } satisfies PeopleDto };
    case "GET /sanctions":
      return { status: 200, body: sanctions(house.log) };
    case "GET /audit":
      return { status: 200, body: { events: audit(house.log), more: false } satisfies AuditDto };
    case "GET /media":
      return { status: 200, body: media(house) };
    case "POST /uplink":
      return { status: 204 };
    case "POST /stream-key":
      return { status: 200, body: { stream_key: "sk_1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f" } };
    case "PUT /door":
      return { status: 200, body: { link_key: (said as { new_link: boolean }).new_link ? "k7" : null } };
    case "POST /orders": {
      const { key, ...order } = said as { key: number } & Order;
      const answer = house.answer(key, order);
      return { status: answer.type === "refused" ? 409 : 200, body: answer };
    }
    default:
      return undefined;
  }
}

function card(house: House): RoomCardDto {
  return {
    slug: house.slug,
    title: house.title,
    host: house.host.name,
    access: house.key === null ? house.access : "by_key",
    live: house.live,
    present: house.present,
    role: house.visitor?.role ?? "guest",
    may_enter: house.key === null || house.entered,
  };
}

/** Who is under a mute or a ban, by what was done. */
function sanctions(log: readonly EventDto[]): SanctionsDto {
  const muted = new Map<number, SanctionsDto["muted"][number]>();
  const banned: typeof muted = new Map();
  for (const event of log) {
    if (event.event === "muted" || event.event === "banned") {
      const { whom: id, name, until } = event;
      (event.event === "muted" ? muted : banned).set(id, { id, name, until });
    }
    if (event.event === "unmuted") muted.delete(event.whom);
    if (event.event === "unbanned") banned.delete(event.whom);
  }
  return { muted: [...muted.values()], banned: [...banned.values()] };
}

function audit(log: readonly EventDto[]): EventDto[] {
  return log.filter((event) => event.event !== "said").reverse();
}

function media({ live }: House): MediaDto {
  const publishing = live.state === "on";
  return {
    publishing,
    video_codec: publishing ? "VP8" : null,
    audio_codec: publishing ? "opus" : null,
    ingest_bps: publishing ? 620_000 : 0,
    ingest_loss: 0,
    watching: publishing ? 41 : 0,
  };
}
