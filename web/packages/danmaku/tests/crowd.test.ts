import { expect, test } from "vitest";

import { type Comment, Crowd, type Rank } from "../src/crowd.ts";

const FIELD = { width: 1280, height: 720, area: 1 };

function comment(
  seq: number,
  text: string,
  rank: Rank = "normal",
  mode: Comment["mode"] = "scroll",
): Comment {
  return { seq, text, mode, colour: 0xffffff, size: "normal", rank, times: 1 };
}

function crowd(field = FIELD): Crowd {
  return new Crowd(field, ({ text, times }) => ({
    width: text.length * 20 + (times > 1 ? 40 : 0),
    height: 32,
  }));
}

/** What is in the air, as words. */
function air(of: Crowd): string[] {
  return of.flying.map(({ text, times }) => (times > 1 ? `${text} ×${times}` : text));
}

test("the same words count up instead of flying again", () => {
  const here = crowd();
  here.offer(comment(1, "yes"), 0);
  here.step(0);
  here.offer(comment(2, "yes"), 100);
  here.offer({ ...comment(3, "yes"), times: 4 }, 200);
  here.step(200);
  expect(air(here)).toEqual(["yes ×6"]);
});

test("the same words wait as one", () => {
  const here = crowd();
  for (let seq = 0; seq < 5; seq += 1) here.offer(comment(seq, "yes"), 0);
  here.step(0);
  expect(air(here)).toEqual(["yes ×5"]);
});

test("one's own words are one's own: they fly even where the same are in sight", () => {
  const here = crowd();
  here.offer(comment(1, "yes"), 0);
  here.step(0);
  here.offer(comment(2, "yes", "own"), 10);
  here.step(10);
  expect(air(here)).toEqual(["yes", "yes"]);
});

test("a picture takes so many a second; own and staff are never counted out", () => {
  const here = crowd();
  for (let seq = 0; seq < 50; seq += 1) here.offer(comment(seq, `n${seq}`), 0);
  here.offer(comment(100, "mine", "own"), 0);
  here.offer(comment(101, "host", "staff"), 0);
  here.step(0);
  expect(here.startsMax).toBe(20);
  expect(air(here).slice(0, 2)).toEqual(["mine", "host"]);
  expect(here.flying.length).toBe(20);
});

test("who waits too long is let go, and it is counted", () => {
  const here = crowd({ width: 300, height: 40, area: 1 });
  for (let seq = 0; seq < 5; seq += 1) here.offer(comment(seq, `word ${seq}`), 0);
  for (let now = 0; now <= 3_000; now += 100) here.step(now);
  expect(here.letGo).toBe(4);
  expect(here.idle).toBe(false);
});

test("one's own flies in the end even in a storm", () => {
  const here = crowd({ width: 300, height: 40, area: 1 });
  let shown = false;
  for (let now = 0; now <= 20_000; now += 50) {
    here.offer(comment(now, `noise ${now}`), now);
    if (now === 1_000) here.offer(comment(-1, "mine", "own"), now);
    here.step(now);
    shown ||= here.flying.some(({ seq }) => seq === -1);
  }
  expect(shown).toBe(true);
});

test("memory stays the same for the length of an evening", () => {
  const here = crowd();
  let most = 0;
  for (let now = 0; now < 600_000; now += 20) {
    here.offer(comment(now, `n${now}`), now);
    if (now % 100 === 0) here.step(now);
    most = Math.max(most, here.flying.length);
  }
  expect(most).toBeLessThan(220);
});

test("what was deleted is gone from the air and from the queue", () => {
  const here = crowd();
  here.offer(comment(1, "bad"), 0);
  here.step(0);
  here.offer(comment(2, "worse"), 10);
  here.retract(1);
  here.retract(2);
  here.step(20);
  expect(air(here)).toEqual([]);
});
