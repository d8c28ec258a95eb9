// Numbers and times as people read them, in the language shown.

import { language } from "./language.ts";

/** 1,234 stays; 12,345 becomes 12.3K, or 1.2万. */
export function compact(count: number): string {
  const notation = count < 10_000 ? "standard" : "compact";
  return new Intl.NumberFormat(language.value, { notation, maximumFractionDigits: 1 }).format(count);
}

/** The time of day. */
export function timeOfDay(at: number): string {
  return new Intl.DateTimeFormat(language.value, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

/** A day and time. */
export function dayAndTime(at: number): string {
  return new Intl.DateTimeFormat(language.value, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

/** 1:02:03, for how long something has been going on. */
export function running(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Bits per second, in the unit people use. */
export function bitrate(bps: number): string {
  return bps >= 1_000_000 ? `${(bps / 1_000_000).toFixed(1)} Mbit/s` : `${Math.round(bps / 1000)} kbit/s`;
}
