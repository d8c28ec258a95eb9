//! Stories of one publication: what happened goes in, a transcript comes out.

import { expect, test } from "vitest";
import { deadlineOf, type Happening, type State, step } from "../src/publication.ts";

/** Plays lines such as `0 start` (milliseconds, what happened); answers what the machine did at each. */
function play(script: string): string[] {
  let state: State = { at: "idle" };
  return script
    .trim()
    .split("\n")
    .map((line) => {
      const [at = "0", what = "", detail] = line.trim().split(/\s+/);
      const [next, orders] = step(state, read(what, detail), { now: Number(at), luck: 0.5 });
      state = next;
      const until = deadlineOf(state);
      return `${at} ${what}: ${state.at}${until === null ? "" : `<${until}`}${orders.map((order) => ` ${order}`).join("")}`;
    });
}

function read(what: string, detail: string | undefined): Happening {
  switch (what) {
    case "elsewhere":
      return { is: "elsewhere", yes: detail === "yes" };
    case "busy":
      return { is: "busy", wait_ms: detail === undefined ? null : Number(detail) };
    case "refused":
      return { is: "refused", refusal: { status: Number(detail), code: null } };
    default:
      return { is: what } as Happening;
  }
}

test("a show that goes well", () => {
  expect(play("0 start\n100 answered\n300 connected\n60000 stop")).toEqual([
    "0 start: offering publish",
    "100 answered: connecting<12100",
    "300 connected: live",
    "60000 stop: ended leave",
  ]);
});

test("a hiccup mends itself, a longer one is restarted, a dead one is published anew", () => {
  const story = play(`
    0 start
    0 answered
    0 connected
    1000 shaky
    1500 connected
    9000 shaky
    10000 tick
    11500 tick
    11600 answered
    23500 tick
    35500 tick`);
  expect(story).toEqual([
    "0 start: offering publish",
    "0 answered: connecting<12000",
    "0 connected: live",
    "1000 shaky: shaky<3500",
    "1500 connected: live",
    "9000 shaky: shaky<11500",
    "10000 tick: shaky<11500",
    "11500 tick: restarting<23500 restart",
    "11600 answered: restarting<23500",
    "23500 tick: restarting<35500 restart",
    "35500 tick: offering drop publish",
  ]);
});

test("a server that was started anew gets the show again, and the show's time goes on", () => {
  expect(
    play(
      "0 start\n0 answered\n500 connected\n9000 failed\n9100 gone\n9200 unreachable\n9700 tick\n9800 elsewhere no\n9900 answered\n9950 connected",
    ),
  ).toEqual([
    "0 start: offering publish",
    "0 answered: connecting<12000",
    "500 connected: live",
    "9000 failed: restarting<21000 restart",
    "9100 gone: asking drop ask",
    "9200 unreachable: waiting<9700",
    "9700 tick: asking ask",
    "9800 elsewhere: offering publish",
    "9900 answered: connecting<21900",
    "9950 connected: live",
  ]);
});

test("two pages do not take the room from one another for ever", () => {
  expect(play("0 start\n0 answered\n0 connected\n900 gone\n950 elsewhere yes\n1000 tick").slice(3)).toEqual([
    "900 gone: asking drop ask",
    "950 elsewhere: taken",
    "1000 tick: taken",
  ]);
});

test("without a network the waits grow to eight seconds, and its return ends them", () => {
  const script = ["0 start"];
  for (let at = 0; at < 6; at++) script.push(`${at * 10_000} unreachable`, `${at * 10_000 + 9_000} tick`);
  script.push("60000 unreachable", "60100 online");
  const waits = play(script.join("\n")).filter((line) => line.includes("unreachable"));
  expect(waits.map((line) => Number(line.split("<")[1]?.split(" ")[0]) % 10_000)).toEqual([
    500, 1000, 2000, 4000, 8000, 8000, 8000,
  ]);
  expect(play(script.join("\n")).at(-1)).toBe("60100 online: offering publish");
});

test("a busy server says when, a refusal is final, and a start after it tries again", () => {
  expect(play("0 start\n10 busy 5000\n5010 tick\n5020 refused 403\n5030 online\n6000 start")).toEqual([
    "0 start: offering publish",
    "10 busy: waiting<5010 drop",
    "5010 tick: offering publish",
    "5020 refused: refused drop",
    "5030 online: refused",
    "6000 start: offering publish",
  ]);
});

test("only the host's own stop tells the server that the show is over, however badly the network mends", () => {
  const stories = {
    "the connection never stands": "0 failed\n9000 tick",
    "it stands too late": "12000 tick\n21000 tick",
    "the restart is not taken": "0 connected\n0 failed\n9000 refused 400",
    "the restarts do not help": "0 connected\n0 failed\n0 failed\n9000 failed",
  };
  for (const [what, story] of Object.entries(stories)) {
    const told = play(`0 start\n0 answered\n${story}\n30000 stop`).slice(2);
    expect(told.join("; "), what).toContain("drop");
    expect(told.join("; "), what).toContain("offering");
    expect(
      told.filter((line) => line.includes("leave")),
      what,
    ).toEqual(["30000 stop: ended leave"]);
  }
});

test("ending is possible at every point", () => {
  for (const before of [
    "",
    "0 answered\n",
    "0 answered\n0 connected\n",
    "0 unreachable\n",
    "0 answered\n0 connected\n0 gone\n",
  ]) {
    expect(play(`0 start\n${before}1 stop\n2 connected`).slice(-2)).toEqual([
      "1 stop: ended leave",
      "2 connected: ended",
    ]);
  }
});
