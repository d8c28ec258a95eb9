//! What a show is meant to look like: its size, pace and bits, and which of them gives way when the line is short.

import type { VideoChoice } from "./codec.ts";
import type { PictureWish, SoundWish } from "./device.ts";

/** The sizes the studio offers. */
export type Quality = "1080p" | "720p" | "480p" | "360p";

export const QUALITIES: readonly Quality[] = ["1080p", "720p", "480p", "360p"];

/** What the picture shows: a moving scene, or text and slides that must stay sharp. */
export type Scene = "motion" | "detail";

/** All that the host decides about what is sent. */
export interface Plan {
  quality: Quality;
  frames_per_s: 30 | 60;
  codec: VideoChoice;
  sound: SoundWish;
  scene: Scene;
}

/** What most hosts want: sharp enough for a phone and a laptop, on an ordinary line. */
export const PLAN: Plan = {
  quality: "720p",
  frames_per_s: 30,
  codec: "auto",
  sound: "speech",
  scene: "motion",
};

const PICTURES: Record<Quality, { width: number; height: number; bps: number }> = {
  "1080p": { width: 1_920, height: 1_080, bps: 4_500_000 },
  "720p": { width: 1_280, height: 720, bps: 2_500_000 },
  "480p": { width: 854, height: 480, bps: 1_200_000 },
  "360p": { width: 640, height: 360, bps: 700_000 },
};

/** What is asked of the camera. */
export function pictureOf(plan: Plan): PictureWish {
  const { width, height } = PICTURES[plan.quality];
  return { width, height, frames_per_s: plan.frames_per_s };
}

/** The most the picture may take. Twice the frames are not twice the bits: neighbours are alike. */
export function videoBpsMax(plan: Plan): number {
  return Math.round(PICTURES[plan.quality].bps * (plan.frames_per_s === 60 ? 1.5 : 1));
}

/** The most the sound may take; RED sends it twice. */
export function audioBpsMax(plan: Plan): number {
  return plan.sound === "music" ? 128_000 : 48_000;
}

/** What the line must carry. */
export function bpsMax(plan: Plan): number {
  return videoBpsMax(plan) + audioBpsMax(plan) * 2;
}

/** Of a line that was measured, the share a show starts with: the rest is for the sound and for what else is going on. */
const START_SHARE = 0.6;

/** The rate at which the picture starts on a line that was measured to carry `bps`. */
export function startBpsOf(plan: Plan, bps: number): number {
  return Math.min(videoBpsMax(plan), Math.round(bps * START_SHARE));
}

/** The plan with the largest picture that a line of `bps` carries, or the smallest there is. */
export function planFor(plan: Plan, bps: number): Plan {
  const fitting = QUALITIES.map((quality): Plan => ({ ...plan, quality })).find(
    (one) => bpsMax(one) * 1.4 <= bps,
  );
  return fitting ?? { ...plan, quality: "360p", frames_per_s: 30 };
}

/** How high the picture is as it is sent; what the plan asks for where the camera does not say. */
export function sentHeightOf(plan: Plan, height: number): number {
  const planned = PICTURES[plan.quality].height;
  return height > 0 ? Math.min(height, planned) : planned;
}

/** How much smaller a picture of `height` must be made for the plan; 1 where it is small enough already. */
export function scaleDownOf(plan: Plan, height: number): number {
  return Math.max(1, height / PICTURES[plan.quality].height);
}
