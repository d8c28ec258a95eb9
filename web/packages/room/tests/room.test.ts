import type { EventBody, EventDto, ServerMessage } from "@livehouse/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";

import { LikePress, ROWS_MAX, Room } from "../src/index.ts";

function say(seq: number, text: string, by = 2, name = "jo"): EventDto {
  return { seq, at: seq * 10, event: "said", by, name, role: "guest", speech: "chat", text };
}

function fly(seq: number, text: string, times?: number): EventDto {
  const body = { speech: "danmaku", text, mode: "scroll", colour: 0xffffff, size: "normal" } as const;
  return {
    seq,
    at: seq * 10,
    event: "said",
    by: 2,
    name: "jo",
    role: "guest",
    ...body,
    ...(times ? { times } : {}),
  };
}

function event(seq: number, body: EventBody): EventDto {
  return { seq, at: seq * 10, ...body };
}

function events(list: EventDto[], epoch = 1): ServerMessage {
  return { type: "events", epoch, seq: Math.max(0, ...list.map(({ seq }) => seq)), events: list };
}

function welcome(list: EventDto[] = [], recovered = false, epoch = 1): ServerMessage {
  return {
    type: "welcome",
    you: { id: 5, name: "mei", role: "moderator", muted_until: null },
    room: {
      slug: "jazz",
      title: "Jazz",
      access: "public",
      host: { id: 1, name: "lin", role: "host" },
      live: { state: "on", show: 3, since: 100 },
      slow_mode_s: 5,
      danmaku: { per_minute_max: 30, tau_ms: 5000 },
      counts: { present: 12, likes: 40 },
      now: 500_000,
    },
    epoch,
    seq: 0,
    recovered,
    events: list,
  };
}

function room(): Room {
  const made = new Room(() => 100_000);
  made.take(welcome());
  return made;
}

/** The rows as a transcript. */
function transcript(of: Room): string[] {
  return of.chat.rows.value.map((row) =>
    row.kind === "notice" ? `* ${row.notice.event}` : `${row.name}: ${row.deleted ? "(deleted)" : row.text}`,
  );
}

test("the welcome says how the room is", () => {
  const { sign, presence, like, live, moderation, clock } = room();
  expect(sign.value?.title).toBe("Jazz");
  expect([presence.present.value, like.total.value, moderation.slowModeS.value]).toEqual([12, 40, 5]);
  expect(live.state.value).toEqual({ state: "on", show: 3, since: 100 });
  expect(clock.until(503_000)).toBe(3_000);
  expect(clock.until(1)).toBe(0);
});

test("an evening in, a transcript out", () => {
  const here = room();
  here.take(events([say(1, "hello"), say(2, "spam", 9, "bot")]));
  here.take(
    events([
      event(3, { event: "deleted", by: 1, message: 2 }),
      event(4, { event: "banned", by: 1, whom: 9, name: "bot", until: null }),
    ]),
  );
  here.take(events([say(5, "thanks")]));
  expect(transcript(here)).toEqual(["jo: hello", "bot: (deleted)", "* banned", "jo: thanks"]);
  expect(here.chat.rows.value[1]).toMatchObject({ text: "" });
});

test("whatever is said twice or late counts once and in its place", () => {
  const all = Array.from({ length: 40 }, (_, n) => say(n + 1, String(n + 1)));
  fc.assert(
    fc.property(fc.array(fc.subarray(all), { maxLength: 12 }), (parts) => {
      const here = room();
      for (const part of parts) here.take(events(part));
      here.take(events(all));
      expect(here.chat.rows.value.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq));
    }),
  );
});

test("a deletion that comes before its message still deletes it", () => {
  const here = room();
  here.take(events([event(9, { event: "deleted", by: 1, message: 4 })]));
  here.chat.prepend([say(3, "kept"), say(4, "gone")], false);
  expect(transcript(here)).toEqual(["jo: kept", "jo: (deleted)"]);
});

test("the window keeps the newest, widens while one reads back, and closes when one follows again", () => {
  const here = room();
  const many = (from: number, count: number): EventDto[] =>
    Array.from({ length: count }, (_, n) => say(from + n, `${from + n}`));
  here.take(events(many(1000, 250)));
  expect(here.chat.rows.value.length).toBe(ROWS_MAX);
  expect(here.chat.rows.value[0]?.seq).toBe(1050);
  here.chat.prepend(many(1000, 50), true);
  expect(here.chat.rows.value[0]?.seq).toBe(1000);
  here.chat.follow();
  expect(here.chat.rows.value.length).toBe(ROWS_MAX);
  expect(here.chat.older.value).toBe(true);
});

test("what one sends is pending, then is the event, once", () => {
  const here = room();
  const pending = here.chat.send("hello", null, false);
  expect(here.chat.pending.value.map(({ text }) => text)).toEqual(["hello"]);
  here.answered(pending, say(7, "hello", 5, "mei"));
  here.take(events([say(7, "hello", 5, "mei")]));
  expect(here.chat.pending.value).toEqual([]);
  expect(transcript(here)).toEqual(["mei: hello"]);
  here.chat.settle(here.chat.send("refused", null, false), null);
  expect(here.chat.pending.value).toEqual([]);
});

test("one's own message that comes with the tick before its answer is not shown twice meanwhile", () => {
  const here = room();
  const first = here.chat.send("hello", null, false);
  here.chat.send("hello", null, false);
  here.take(events([say(7, "hello"), say(8, "hello", 5, "mei")]));
  expect(here.chat.pending.value.length).toBe(1);
  expect(transcript(here)).toEqual(["jo: hello", "mei: hello"]);
  here.answered(first, say(8, "hello", 5, "mei"));
  expect(here.chat.pending.value.length).toBe(1);
});

test("a danmaku flies once, from the answer or the tick, and never from the past", () => {
  const here = new Room(() => 0);
  const flown: string[] = [];
  here.danmaku.listen({
    shown: (bullets) => flown.push(...bullets.map(({ text, times }) => `${text}×${times}`)),
    deleted: (seq) => flown.push(`deleted ${seq}`),
  });
  here.take(welcome([fly(1, "past")]));
  here.take(events([fly(2, "now", 3)]));
  here.answered(here.chat.send("mine", null, true), fly(3, "mine"));
  here.take(events([fly(3, "mine"), event(4, { event: "deleted", by: 1, message: 2 })]));
  expect(flown).toEqual(["now×3", "mine×1", "deleted 2"]);
});

test("a show begins, is interrupted, goes on and ends; since is its beginning", () => {
  const here = room();
  const states: string[] = [];
  const step = (body: EventBody): void => {
    here.take(events([event(50 + states.length, body)]));
    const state = here.live.state.value;
    states.push(state.state === "off" ? "off" : `${state.state} since ${state.since}`);
  };
  step({ event: "live_ended", show: 3 });
  step({ event: "live_started", show: 4 });
  step({ event: "live_interrupted", show: 4, until: 9_000 });
  step({ event: "live_resumed", show: 4 });
  expect(states).toEqual(["off", "on since 510", "interrupted since 510", "on since 510"]);
});

test("what staff does to me is known, what it does to others is not mine", () => {
  const here = room();
  here.take(events([event(1, { event: "muted", by: 1, whom: 6, name: "x", until: 7 })]));
  expect(here.moderation.mutedUntil.value).toBe(null);
  here.take(events([event(2, { event: "muted", by: 1, whom: 5, name: "mei", until: 900_000 })]));
  expect(here.moderation.mutedUntil.value).toBe(900_000);
  here.take(events([event(3, { event: "unmuted", by: 1, whom: 5 })]));
  expect(here.moderation.mutedUntil.value).toBe(null);
  expect([here.moderation.outranks("guest"), here.moderation.outranks("host")]).toEqual([true, false]);
  here.take(events([event(4, { event: "appointed", by: 1, whom: 5, name: "mei", moderator: false })]));
  expect(here.moderation.isStaff()).toBe(false);
});

test("a new log forgets the old one; events of another log are not ours", () => {
  const here = room();
  here.take(events([say(1, "old")]));
  here.take(events([say(2, "elsewhere")], 9));
  expect(transcript(here)).toEqual(["jo: old"]);
  here.take(welcome([say(1, "new")], false, 2));
  expect(transcript(here)).toEqual(["jo: new"]);
});

test("counts are absolute: the latest wins, and what came in between is a burst", () => {
  const here = room();
  const bursts: number[] = [];
  here.like.listen((more) => bursts.push(more));
  here.take({ type: "counts", present: 30, likes: 45 });
  here.take({ type: "counts", present: 31, likes: 45, joined: [{ id: 8, name: "Ana", role: "guest" }] });
  expect([here.presence.present.value, here.like.total.value, bursts]).toEqual([31, 45, [5]]);
  expect(here.presence.named("an", 5).map(({ name }) => name)).toEqual(["Ana"]);
});

test("presses gather behind the one under way, fifty at most, and none is lost", async () => {
  const sent: number[] = [];
  const answers: (() => void)[] = [];
  let fire: () => void = () => {};
  const press = new LikePress(
    (order) => {
      if (order.do === "like") sent.push(order.count);
      return new Promise<void>((answer) => answers.push(answer));
    },
    (_ms, run) => {
      fire = run;
      return () => {};
    },
  );
  for (let n = 0; n < 3; n += 1) press.press();
  fire();
  for (let n = 0; n < 70; n += 1) press.press();
  for (let n = 0; n < 4; n += 1) {
    answers.shift()?.();
    await new Promise((resume) => setImmediate(resume));
  }
  expect(sent).toEqual([3, 50, 20]);
});
