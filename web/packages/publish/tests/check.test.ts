//! The pure halves of the check before a show: sound, uplink, plan, trial, and why a device would not open.

import { expect, test } from "vitest";
import { problemOf } from "../src/device.ts";
import { audioBpsMax, bpsMax, PLAN, planFor, scaleDownOf, startBpsOf, videoBpsMax } from "../src/plan.ts";
import { judgeSound, type Loudness, loudnessOf } from "../src/sound.ts";
import { judgeTrial } from "../src/trial.ts";
import { judgeUplink, measureUplink } from "../src/uplink.ts";

test("a full sine is three decibels below its peak; silence is the floor", () => {
  const sine = Array.from({ length: 4_800 }, (_, i) => Math.sin((i * 2 * Math.PI) / 48));
  expect(loudnessOf(sine).peak_db).toBeCloseTo(0, 3);
  expect(loudnessOf(sine).rms_db).toBeCloseTo(-3.01, 2);
  expect(loudnessOf([0, 0, 0])).toEqual({ rms_db: -100, peak_db: -100 });
});

test("what a microphone's readings say", () => {
  const run = (rms_db: number, peak_db: number, count = 60): Loudness[] =>
    Array.from({ length: count }, () => ({ rms_db, peak_db }));
  expect(judgeSound(run(-20, -6, 5))).toBe("waiting");
  expect(judgeSound(run(-90, -80))).toBe("silent");
  expect(judgeSound(run(-50, -40))).toBe("quiet");
  expect(judgeSound([...run(-90, -80), ...run(-22, -8, 3)])).toBe("good");
  expect(judgeSound([...run(-20, -6), ...run(-5, 0, 6)])).toBe("clipping");
});

const bytesOf = (init: RequestInit | undefined): number =>
  init?.body instanceof Uint8Array ? init.body.length : 0;

test("the uplink is measured with a second post as long as the first one suggests", async () => {
  const posted: number[] = [];
  let now = 0;
  const world = {
    now: () => now,
    fetch: async (_url: unknown, init?: RequestInit) => {
      const bytes = bytesOf(init);
      posted.push(bytes);
      now += 50 + bytes / 500;
      return new Response(null, { status: 204 });
    },
  };
  const uplink = await measureUplink("/up", world as never);
  expect(posted).toEqual([131_072, 629_863]);
  expect(uplink).toMatchObject({ is: "measured", bytes: posted[1] });
  expect(uplink.is === "measured" && Math.round(uplink.bps / 100_000)).toBe(38);
});

test("a server that offers no measuring is told from a line that fails", async () => {
  const world = (answer: () => Promise<Response>) => ({ now: () => 0, fetch: answer as typeof fetch });
  expect(
    await measureUplink(
      "/up",
      world(async () => new Response(null, { status: 404 })),
    ),
  ).toEqual({ is: "not_offered" });
  expect(
    await measureUplink(
      "/up",
      world(async () => Promise.reject(new TypeError("gone"))),
    ),
  ).toEqual({ is: "failed" });
});

test("what an uplink carries", () => {
  const needed = bpsMax(PLAN);
  expect(needed).toBe(videoBpsMax(PLAN) + 2 * audioBpsMax(PLAN));
  expect([needed * 2, needed * 1.1, needed / 2].map((bps) => judgeUplink(bps, needed))).toEqual([
    "enough",
    "tight",
    "too_little",
  ]);
  expect(planFor({ ...PLAN, quality: "1080p" }, 2_000_000).quality).toBe("480p");
  expect(planFor(PLAN, 100_000)).toMatchObject({ quality: "360p", frames_per_s: 30 });
});

test("a show starts at what a short line carries, and never above what it asks for", () => {
  expect(startBpsOf(PLAN, 20_000_000)).toBe(videoBpsMax(PLAN));
  expect(startBpsOf(PLAN, 1_000_000)).toBe(600_000);
});

test("a large camera is made smaller, a small one is not made larger", () => {
  expect(scaleDownOf(PLAN, 1_080)).toBe(1.5);
  expect(scaleDownOf(PLAN, 480)).toBe(1);
});

test("what the trial of the encoder says", () => {
  const trial = {
    codec: "H264",
    encoder: null,
    width: 1_280,
    height: 720,
    frames_per_s: 29,
    source_frames_per_s: 30,
    bps: 1,
    limit: "none" as const,
    cpu_share: 0,
  };
  const asked = { frames_per_s: 30, height: 720 };
  expect(judgeTrial(trial, asked)).toBe("good");
  expect(judgeTrial({ ...trial, height: 360 }, asked)).toBe("small");
  expect(judgeTrial(null, asked)).toBe("no_picture");
  // The camera gives what it should, and the encoder leaves frames out; or the browser says so itself.
  expect(judgeTrial({ ...trial, frames_per_s: 12 }, asked)).toBe("slow");
  expect(judgeTrial({ ...trial, limit: "cpu" }, asked)).toBe("slow");
  expect(judgeTrial({ ...trial, cpu_share: 0.7 }, asked)).toBe("slow");
  expect(judgeTrial({ ...trial, frames_per_s: 12, source_frames_per_s: null }, asked)).toBe("slow");
  // The encoder makes of it what it gets.
  expect(judgeTrial({ ...trial, frames_per_s: 12, source_frames_per_s: 12 }, asked)).toBe("dim");
  expect(judgeTrial({ ...trial, frames_per_s: 3 }, { ...asked, frames_per_s: 0 })).toBe("good");
});

test("why a device would not open", () => {
  const why = (name: string, message = "", asked: "device" | "screen" = "device"): string => {
    const error = new Error(message);
    error.name = name;
    return problemOf(error, asked);
  };
  expect(why("NotAllowedError", "Permission denied")).toBe("denied");
  expect(why("NotAllowedError", "Permission denied by system")).toBe("denied_by_system");
  expect(why("NotAllowedError", "Permission denied", "screen")).toBe("cancelled");
  expect(why("NotFoundError")).toBe("none");
  expect(why("NotReadableError")).toBe("busy");
  expect(problemOf("?", "device")).toBe("unknown");
});
