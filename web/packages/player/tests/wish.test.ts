import { expect, test } from "vitest";

import { type Sight, wishOf } from "../src/index.ts";

const SIGHT: Sight = {
  width: 960,
  height: 700,
  videoWidth: 1_280,
  videoHeight: 720,
  pixelRatio: 1,
  seen: true,
  apart: false,
};

test("what is wished is the height of the picture, not of its bars, in pixels of the screen", () => {
  expect(wishOf(SIGHT)).toEqual({ max_height: 540, hidden: false });
  expect(wishOf({ ...SIGHT, pixelRatio: 2 })).toEqual({ max_height: 1_080, hidden: false });
  expect(wishOf({ ...SIGHT, height: 300 })).toEqual({ max_height: 300, hidden: false });
  expect(wishOf({ ...SIGHT, videoWidth: 0, videoHeight: 0 })).toEqual({ max_height: 700, hidden: false });
});

test("a window that is drawn a little larger wishes the same", () => {
  expect(wishOf({ ...SIGHT, height: 301 })).toEqual(wishOf({ ...SIGHT, height: 319 }));
});

test("what nobody can see is not wished, but for a window of its own", () => {
  expect(wishOf({ ...SIGHT, seen: false }).hidden).toBe(true);
  expect(wishOf({ ...SIGHT, width: 0 })).toEqual({ max_height: null, hidden: false });
  expect(wishOf({ ...SIGHT, seen: false, apart: true })).toEqual({ max_height: null, hidden: false });
});
