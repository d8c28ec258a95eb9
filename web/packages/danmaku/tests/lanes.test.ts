// No two comments of a kind ever overlap, whatever comes and whenever one looks.

import type { ModeDto } from "@livehouse/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";

import { type Flight, GAP_PX, Lanes, leftOf, SLOT_PX } from "../src/lanes.ts";

const FIELD = { width: 800, height: 240, area: 1 };

type Step =
  | { act: "place"; wait: number; mode: ModeDto; width: number; height: number; lastsMs: number }
  | { act: "grow"; wait: number; which: number; by: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant("place" as const),
      wait: fc.nat(900),
      mode: fc.constantFrom<ModeDto>("scroll", "scroll", "scroll", "top", "bottom"),
      width: fc.integer({ min: 10, max: 1600 }),
      height: fc.integer({ min: 12, max: 70 }),
      lastsMs: fc.integer({ min: 2_000, max: 12_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("grow" as const),
      wait: fc.nat(400),
      which: fc.nat(),
      by: fc.integer({ min: 1, max: 120 }),
    }),
  },
);

type Interval = { from: number; to: number };

function across(flight: Flight, now: number): Interval {
  const from = leftOf(flight, now, FIELD.width);
  return { from, to: from + flight.width };
}

function touch(a: Interval, b: Interval): boolean {
  // A thousandth of a pixel is the arithmetic's, not the eye's.
  return a.from < b.to - 0.001 && b.from < a.to - 0.001;
}

function clash(a: Flight, b: Flight, now: number): boolean {
  const air = (flight: Flight): boolean => flight.startsAt <= now && now < flight.endsAt;
  if (!air(a) || !air(b)) return false;
  const still = a.mode !== "scroll" && b.mode !== "scroll";
  if (a.mode !== b.mode && !still) return false;
  const high = (flight: Flight): Interval => ({ from: flight.slot, to: flight.slot + flight.slots });
  return touch(high(a), high(b)) && touch(across(a, now), across(b, now));
}

test("no two of a kind overlap at any time", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(fc.nat(60_000), { maxLength: 30 }),
      (steps, looks) => {
        const lanes = new Lanes(FIELD);
        const flights: Flight[] = [];
        // A flight changes when it grows, so every moment is looked at while it is the present.
        let now = 0;
        const look = (at: number): void => {
          for (const [n, a] of flights.entries()) {
            for (const b of flights.slice(n + 1)) {
              if (clash(a, b, at)) throw new Error(`at ${at}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`);
            }
          }
        };
        for (const one of steps) {
          for (let part = 1; part <= 4; part += 1) look(now + (one.wait * part) / 4);
          now += one.wait;
          if (one.act === "place") {
            const flight = lanes.place(one, now);
            if (flight !== null) flights.push(flight);
          } else {
            const flight = flights[one.which % Math.max(1, flights.length)];
            if (flight !== undefined && flight.endsAt > now) lanes.grow(flight, flight.width + one.by);
          }
        }
        for (const at of looks) look(now + at);
      },
    ),
    { numRuns: 300 },
  );
});

test("nothing is placed outside the picture's area", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.25, max: 1, noNaN: true }),
      fc.array(step, { maxLength: 40 }),
      (area, steps) => {
        const lanes = new Lanes({ ...FIELD, area });
        for (const one of steps) {
          const flight = one.act === "place" ? lanes.place(one, 0) : null;
          if (flight === null) continue;
          expect(flight.slot).toBeGreaterThanOrEqual(0);
          expect((flight.slot + flight.slots) * SLOT_PX).toBeLessThanOrEqual(FIELD.height * area);
        }
      },
    ),
  );
});

const line = (width: number, lastsMs = 8_000): Parameters<Lanes["place"]>[0] => ({
  mode: "scroll",
  width,
  height: FIELD.height,
  lastsMs,
});

test("one may follow as soon as the one before has entered whole, with a gap behind it", () => {
  const lanes = new Lanes(FIELD);
  const first = lanes.place(line(200), 0);
  if (first === null) throw new Error("an empty picture has room");
  const whole = (200 + GAP_PX) / first.speed;
  expect(lanes.place(line(200), whole - 1)).toBe(null);
  expect(lanes.place(line(200), whole + 1)).not.toBe(null);
});

test("a faster one waits until it would no longer catch up", () => {
  const lanes = new Lanes(FIELD);
  lanes.place(line(100, 9_000), 0);
  expect(lanes.place(line(100, 3_000), 3_000)).toBe(null);
  // It reaches the left edge 3,000 × 800/900 ms after it began.
  expect(lanes.place(line(100, 3_000), 9_000 - 2_660)).not.toBe(null);
});

test("still ones stack from their own edge, and share the height with each other", () => {
  const lanes = new Lanes({ width: 800, height: 96, area: 1 });
  const still = (mode: ModeDto): Flight | null =>
    lanes.place({ mode, width: 100, height: 32, lastsMs: 4_000 }, 0);
  expect([still("top")?.slot, still("bottom")?.slot, still("top")?.slot]).toEqual([0, 8, 4]);
  expect(still("bottom")).toBe(null);
});

test("one that is followed grows no more", () => {
  const lanes = new Lanes(FIELD);
  const first = lanes.place(line(200), 0);
  if (first === null) throw new Error("an empty picture has room");
  expect(lanes.grow(first, 230)).toBe(true);
  expect(lanes.place(line(100), 4_000)).not.toBe(null);
  expect(lanes.grow(first, 260)).toBe(false);
  expect(first.width).toBe(230);
});

test("still ones and scrolling ones keep apart while there is room for it", () => {
  const lanes = new Lanes(FIELD);
  const scroll = lanes.place({ mode: "scroll", width: 100, height: 32, lastsMs: 8_000 }, 0);
  const top = lanes.place({ mode: "top", width: 100, height: 32, lastsMs: 4_000 }, 10);
  const next = lanes.place({ mode: "scroll", width: 100, height: 32, lastsMs: 8_000 }, 3_000);
  expect([scroll?.slot, top?.slot, next?.slot]).toEqual([0, 4, 0]);
  const last = lanes.place({ mode: "scroll", width: 100, height: 32, lastsMs: 8_000 }, 3_010);
  expect(last?.slot).toBe(8);
});
