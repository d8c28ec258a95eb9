// Spans of time in words, and until when something lasts.

import { dayAndTime } from "../shell/figures.ts";
import { deskText } from "./words.ts";

/** `90` → "90 seconds", `3600` → "1 hour". */
export function sayLasting(seconds: number): string {
  const t = deskText().time;
  if (seconds % 86_400 === 0) return t.days(seconds / 86_400);
  if (seconds % 3_600 === 0) return t.hours(seconds / 3_600);
  return seconds % 60 === 0 ? t.minutes(seconds / 60) : t.seconds(seconds);
}

export function sayUntil(until: number | null): string {
  const t = deskText().time;
  return until === null ? t.forGood : t.until(dayAndTime(until));
}
