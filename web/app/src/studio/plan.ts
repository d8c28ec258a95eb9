// What the host wants to send, remembered on this device.

import { PLAN, type Plan, QUALITIES, VIDEO_CHOICES } from "@livehouse/publish";

import { keepsake, yesOrNo } from "../shell/keepsake.ts";

export const plan = keepsake<Plan>("plan", PLAN, readPlan);

/** Whether one sees oneself as in a mirror. Viewers never do. */
export const mirror = keepsake<boolean>("mirror", true, yesOrNo);

/** Changes part of the plan. */
export function replan(part: Partial<Plan>): void {
  plan.value = { ...plan.value, ...part };
}

function readPlan(stored: unknown): Plan | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const kept = stored as Partial<Record<keyof Plan, unknown>>;
  return {
    quality: QUALITIES.find((one) => one === kept.quality) ?? PLAN.quality,
    frames_per_s: kept.frames_per_s === 60 ? 60 : 30,
    codec: VIDEO_CHOICES.find((one) => one === kept.codec) ?? PLAN.codec,
    sound: kept.sound === "music" ? "music" : "speech",
    scene: kept.scene === "detail" ? "detail" : "motion",
  };
}
