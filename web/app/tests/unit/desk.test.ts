//! The pure halves of the desk: the curve and its sliders, and who is a moderator.

import type { EventDto } from "@livehouse/protocol";
import { expect, test } from "vitest";

import { curvePoints, fullAfterMs, placeOf, rateAt, valueAt } from "../../src/desk/curve.ts";
import { moderatorsAfter } from "../../src/desk/moderators.ts";

const CURVE = { per_minute_max: 60, tau_ms: 5_000 };

test("the curve is half of its height in a burst and all of it after a pause", () => {
  expect(rateAt(CURVE, 0)).toBe(30);
  expect(rateAt(CURVE, 5_000)).toBeCloseTo(43.86, 2);
  expect(rateAt(CURVE, fullAfterMs(CURVE))).toBeGreaterThan(59);
});

test("the drawing begins at half height and never falls", () => {
  const heights = curvePoints(CURVE, 30_000, 60, 320, 100)
    .split(" ")
    .map((point) => Number(point.split(",")[1]));
  expect(heights[0]).toBe(50);
  expect(heights.every((height, i) => i === 0 || height <= (heights[i - 1] ?? 0))).toBe(true);
});

test("a slider reaches both ends, and a value that was set is found again", () => {
  expect([valueAt(0, 1, 600), valueAt(100, 1, 600)]).toEqual([1, 600]);
  expect([valueAt(0, 100, 600_000), valueAt(100, 100, 600_000)]).toEqual([100, 600_000]);
  for (let place = 30; place <= 100; place += 5) {
    expect(Math.abs(placeOf(valueAt(place, 1, 600), 1, 600) - place), String(place)).toBeLessThanOrEqual(2);
  }
});

test("the newest appointment of each person counts", () => {
  const appointed = (seq: number, whom: number, name: string, moderator: boolean): EventDto => ({
    seq,
    at: seq,
    event: "appointed",
    by: 1,
    whom,
    name,
    moderator,
  });
  const trail: EventDto[] = [
    appointed(9, 3, "Ada", true),
    { seq: 8, at: 8, event: "slow_mode_set", by: 1, seconds: 5 },
    appointed(7, 2, "Lin", false),
    appointed(5, 3, "Ada", false),
    appointed(4, 2, "Lin", true),
    appointed(3, 3, "Ada the first", true),
  ];
  expect(moderatorsAfter(trail)).toEqual([{ id: 3, name: "Ada" }]);
});
