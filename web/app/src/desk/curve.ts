// The danmaku curve: f(Δt) = f_max / (1 + e^(-Δt/τ)), the rate at which an allowance refills Δt after the last danmaku.

import type { CurveDto } from "@livehouse/protocol";

/** Danmaku a minute, `after_ms` after one's last. */
export function rateAt(curve: CurveDto, after_ms: number): number {
  return curve.per_minute_max / (1 + Math.exp(-after_ms / curve.tau_ms));
}

/** After this many τ the curve has reached all but a hundredth of its height. */
const FULL_TAU = 5;

/** When a pause counts as one: the rate is then as good as full. */
export function fullAfterMs(curve: CurveDto): number {
  return curve.tau_ms * FULL_TAU;
}

/** The curve as the points of a drawing `width` by `height`, over `span_ms`, with `rate_max` at the top. */
export function curvePoints(
  curve: CurveDto,
  span_ms: number,
  rate_max: number,
  width: number,
  height: number,
): string {
  const steps = 60;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const x = (i / steps) * width;
    const y = height - (rateAt(curve, (i / steps) * span_ms) / rate_max) * height;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  }).join(" ");
}

/** A slider's place for a value between `least` and `most` where each step multiplies. */
export function placeOf(value: number, least: number, most: number): number {
  return Math.round((Math.log(value / least) / Math.log(most / least)) * 100);
}

/** The value at a slider's place, rounded to two figures so that it can be said. */
export function valueAt(place: number, least: number, most: number): number {
  const exact = least * (most / least) ** (place / 100);
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
  return Math.min(most, Math.max(least, Math.round(exact / unit) * unit));
}
