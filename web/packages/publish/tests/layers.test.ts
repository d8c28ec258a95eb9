import { expect, test } from "vitest";

import { isTooMuch, layersOf, PLAN, wantedBy } from "../src/index.ts";

test("a picture of some size is sent in three, the smallest first", () => {
  const told = layersOf(PLAN, 720, true).map(({ rid, scale, bps_max }) => `${rid} 1/${scale} ${bps_max}`);
  expect(told).toEqual(["q 1/4 225000", "h 1/2 700000", "f 1/1 2500000"]);
  expect(layersOf(PLAN, 1_080, true).map((layer) => layer.scale)).toEqual([6, 3, 1.5]);
});

test("small pictures, costly codecs and slow encoders send one", () => {
  const one = [{ rid: null, scale: 1, bps_max: 2_500_000 }];
  expect(layersOf(PLAN, 480, true)).toEqual(one);
  expect(layersOf({ ...PLAN, codec: "AV1" }, 720, true)).toEqual(one);
  expect(layersOf(PLAN, 720, false)).toEqual(one);
  expect(layersOf({ ...PLAN, quality: "360p" }, 1_080, true).length).toBe(1);
});

test("what the server wants is read, and nothing else", () => {
  expect(wantedBy('{"layers":{"q":true,"f":false}}')).toEqual(
    new Map([
      ["q", true],
      ["f", false],
    ]),
  );
  expect(wantedBy('{"layers":{"q":1}}')).toEqual(new Map());
  for (const other of ["", "hello", "null", "{}", '{"layers":7}', 7, null])
    expect(wantedBy(other)).toBe(null);
});

test("an encoder that cannot keep up for long sends fewer sizes", () => {
  const slow = Array.from({ length: 8 }, () => ({ limit: "cpu" as const }));
  expect(isTooMuch(slow)).toBe(true);
  expect(isTooMuch(slow.slice(1))).toBe(false);
  expect(isTooMuch([...slow, { limit: "none" }])).toBe(false);
});
