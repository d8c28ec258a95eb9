// A wait is put in where a link loses packets, and taken out again when it has been clean for long.

import { expect, test } from "vitest";

import { Patience } from "../src/patience.ts";

/** Tells an evening of two-second looks, `[share lost, looks]` each, and reads the waits as they change. */
function told(evening: [lossShare: number, looks: number][], roundTripMs: number | null = 5): string[] {
  const patience = new Patience();
  const out: string[] = [];
  let now = 0;
  let last: number | null = null;
  for (const [lossShare, looks] of evening) {
    for (let look = 0; look < looks; look += 1) {
      now += 2_000;
      const wait = patience.take({ lossShare, roundTripMs }, now);
      if (wait !== last) out.push(`${now / 1000}s ${wait}`);
      last = wait;
    }
  }
  return out;
}

test("a clean link waits for nothing, nor does one bad look change that", () => {
  expect(
    told([
      [0, 10],
      [0.03, 1],
      [0, 20],
    ]),
  ).toEqual([]);
});

test("a lossy link waits for two more askings, and no more after half a minute without loss", () => {
  expect(
    told([
      [0, 5],
      [0.05, 20],
      [0, 40],
    ]),
  ).toEqual(["12s 250", "90s null"]);
});

test("a spell without loss that is too short changes nothing", () => {
  expect(
    told([
      [0.05, 10],
      [0, 12],
      [0.05, 10],
    ]),
  ).toEqual(["2s 250"]);
});

test("a long way there and back asks for a longer wait, up to half a second", () => {
  expect(told([[0.05, 3]], 160)).toEqual(["2s 450"]);
  expect(told([[0.05, 3]], 900)).toEqual(["2s 500"]);
  expect(told([[0.05, 3]], null)).toEqual(["2s 250"]);
});
