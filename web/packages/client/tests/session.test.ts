import type { Order } from "@livehouse/protocol";
import { expect, test } from "vitest";

import type { Outcome } from "../src/index.ts";
import { Stage, settled } from "./stage.ts";

const CHAT: Order = { do: "chat", text: "hi", reply_to: null, mentions: [] };

test("joins first, without a position, and is open once welcomed", () => {
  const stage = new Stage();
  stage.session.start();
  expect(stage.session.state.value).toEqual({ at: "connecting", attempt: 1 });
  stage.line.open();
  expect(stage.line.sent).toEqual([{ join: true, resume: null }]);
  stage.welcome(7);
  expect(stage.session.state.value).toEqual({ at: "open" });
});

test("an order is answered once, by its key", async () => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome();
  const outcome = stage.session.send(CHAT);
  const [key] = stage.line.keys();
  stage.line.say({ type: "done", key: (key ?? 0) + 1, event: null });
  stage.line.say({ type: "refused", key: key ?? 0, code: "too_fast", message: "", retry_at: 9000 });
  expect(await outcome).toEqual({ kind: "refused", code: "too_fast", message: "", retryAt: 9000 });
});

test("an order whose answer was lost goes again with the same key, on every line until it is answered", async () => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome();
  const outcome = stage.session.send(CHAT);
  const [key] = stage.line.keys();
  for (let again = 0; again < 3; again += 1) {
    stage.line.breakOff(1006);
    await stage.pass(20_000);
    stage.welcome();
    expect(stage.line.keys()).toEqual([key]);
  }
  stage.line.say({ type: "done", key: key ?? 0, event: null });
  expect(await outcome).toEqual({ kind: "done", event: null });
  stage.line.breakOff(1006);
  await stage.pass(20_000);
  stage.welcome();
  expect(stage.line.keys()).toEqual([]);
});

test("orders given before the welcome go out after it, in order", () => {
  const stage = new Stage();
  stage.session.start();
  void stage.session.send({ do: "like", count: 1 });
  void stage.session.send({ do: "like", count: 2 });
  stage.line.open();
  expect(stage.line.keys()).toEqual([]);
  stage.welcome();
  expect(stage.line.sent.slice(-2).map((sent) => ("count" in sent ? sent.count : 0))).toEqual([1, 2]);
});

test("resumes from the end of the tick before the last one heard", async () => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome(100);
  for (const seq of [110, 110, 125]) stage.line.say({ type: "events", epoch: 1, seq, events: [] });
  stage.line.breakOff(1006);
  await stage.pass(20_000);
  stage.line.open();
  expect(stage.line.sent[0]).toEqual({ join: true, resume: { epoch: 1, seq: 110 } });
});

test("comes back when the server said, and a little later, but never sooner", async () => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome();
  stage.line.say({ type: "closing", disconnect: "restart", reconnect_ms: 3000 });
  stage.line.breakOff(4000);
  await stage.pass(2999);
  expect(stage.lines.length).toBe(1);
  await stage.pass(1501);
  expect(stage.lines.length).toBe(2);
});

test("waits longer after each failure, with a most", async () => {
  const stage = new Stage();
  stage.doorstep = "unreachable";
  stage.session.start();
  const waits: number[] = [];
  for (let n = 0; n < 9; n += 1) {
    stage.line.breakOff(1006);
    const state = stage.session.state.value;
    if (state.at !== "waiting") throw new Error(state.at);
    waits.push(state.until - stage.now);
    await stage.pass(state.until - stage.now);
  }
  expect(waits[0]).toBeLessThanOrEqual(400);
  for (const [n, wait] of waits.entries()) {
    const most = Math.min(15_000, 400 * 2 ** n);
    expect(wait).toBeGreaterThanOrEqual(most / 2);
    expect(wait).toBeLessThanOrEqual(most);
  }
});

test.each([
  [4500, "bad_message"],
  [4502, "banned"],
  [4503, "signed_out"],
  [4504, "not_allowed"],
])("code %i ends it: %s; what was not answered is said to be so", async (code, why) => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome();
  const outcome = stage.session.send(CHAT);
  stage.line.breakOff(code);
  expect(stage.session.state.value).toEqual({ at: "ended", why });
  expect(await outcome).toEqual({ kind: "unanswered" });
  await stage.pass(60_000);
  expect(stage.lines.length).toBe(1);
});

test("after `reenter` it comes back without a position", async () => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome(50);
  stage.line.breakOff(4003);
  await stage.pass(20_000);
  stage.line.open();
  expect(stage.line.sent[0]).toEqual({ join: true, resume: null });
});

test("a line that never opens is asked about at the door, and a closed door ends it", async () => {
  const stage = new Stage();
  stage.doorstep = "not_allowed";
  stage.session.start();
  stage.line.breakOff(1006);
  await settled();
  expect(stage.session.state.value).toEqual({ at: "ended", why: "not_allowed" });
});

test("where the door is open and no socket opens, the other way is taken", async () => {
  const stage = new Stage(2);
  stage.session.start();
  stage.line.breakOff(1006);
  await stage.pass(2000);
  stage.line.breakOff(1006);
  await stage.pass(2000);
  stage.welcome();
  expect(stage.ways).toEqual([0, 0, 1]);
  expect(stage.session.state.value.at).toBe("open");
});

test("a silent line is asked, and given up when it does not answer", async () => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome();
  await stage.pass(29_000);
  stage.line.say({ type: "counts", present: 2, likes: 0 });
  await stage.pass(29_000);
  expect(stage.line.keys()).toEqual([]);
  await stage.pass(1_000);
  const [key] = stage.line.keys();
  stage.line.say({ type: "pong", key: key ?? 0, at: 1 });
  await stage.pass(30_000);
  expect(stage.line.keys().length).toBe(2);
  const silent = stage.line;
  await stage.pass(8_000);
  expect(silent.closed).toBe(true);
  await stage.pass(400);
  expect(stage.lines.length).toBe(2);
});

test("what an old line says late is not heard", async () => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome();
  const old = stage.line;
  stage.session.restart();
  stage.welcome();
  const before = stage.heard.length;
  old.say({ type: "counts", present: 9, likes: 9 });
  old.breakOff(4502);
  expect(stage.heard.length).toBe(before);
  expect(stage.session.state.value.at).toBe("open");
});

test("a gap is filled from the history", async () => {
  const stage = new Stage();
  stage.history = [
    { seq: 12, at: 1, event: "said", by: 2, name: "jo", role: "guest", speech: "chat", text: "missed" },
  ];
  stage.session.start();
  stage.welcome(10);
  stage.line.say({ type: "gap", from: 11, to: 14 });
  await settled();
  expect(stage.asked).toEqual([[11, 14]]);
  expect(stage.heard.at(-1)).toEqual({ type: "events", epoch: 1, seq: 14, events: stage.history });
});

test("a gap that cannot be filled is not kept: the room starts anew, once, from fresh events", async () => {
  const stage = new Stage();
  stage.history = null;
  stage.session.start();
  stage.welcome(10);
  const torn = stage.line;
  torn.say({ type: "gap", from: 11, to: 14 });
  torn.say({ type: "gap", from: 15, to: 16 });
  torn.say({ type: "events", epoch: 1, seq: 20, events: [] });
  await settled();
  expect(stage.session.state.value.at).toBe("waiting");
  expect(torn.closed).toBe(true);
  await stage.pass(400);
  expect(stage.lines.length).toBe(2);
  stage.line.open();
  expect(stage.line.sent[0]).toEqual({ join: true, resume: null });
});

test("a gap that cannot be filled after the session has ended opens nothing", async () => {
  const stage = new Stage();
  stage.history = null;
  stage.session.start();
  stage.welcome(10);
  stage.line.say({ type: "gap", from: 11, to: 14 });
  stage.session.close();
  await stage.pass(20_000);
  expect(stage.session.state.value).toEqual({ at: "ended", why: "left" });
  expect(stage.lines.length).toBe(1);
});

test("what was said as one person is not said again as another; what was not yet said goes out", async () => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome(0, 5);
  const outcome = stage.session.send(CHAT);
  const [old] = stage.line.keys();
  stage.session.restart();
  void stage.session.send({ do: "like", count: 1 });
  stage.welcome(0, 6);
  expect(await outcome).toEqual({ kind: "unanswered" });
  expect(stage.line.keys()).not.toContain(old);
  expect(stage.line.sent.slice(1).map((sent) => ("do" in sent ? sent.do : "join"))).toEqual(["like"]);
});

test("under a new name it is still the same person, and an order whose answer was lost goes again", async () => {
  const stage = new Stage();
  stage.session.start();
  stage.welcome(0, 5);
  const outcome = stage.session.send(CHAT);
  const [key] = stage.line.keys();
  stage.session.restart();
  stage.welcome(0, 5);
  expect(stage.line.keys()).toEqual([key]);
  stage.line.say({ type: "done", key: key ?? 0, event: null });
  expect(await outcome).toEqual({ kind: "done", event: null });
});

test("orders past the most that may wait are not taken", async () => {
  const stage = new Stage();
  stage.session.start();
  const outcomes: Promise<Outcome>[] = [];
  for (let n = 0; n < 65; n += 1) outcomes.push(stage.session.send(CHAT));
  expect(await outcomes[64]).toEqual({ kind: "unanswered" });
  stage.welcome();
  expect(new Set(stage.line.keys()).size).toBe(64);
});
