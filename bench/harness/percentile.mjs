// The value that a share of the others stay below.

/** @param {number[]} values @param {number} share 0.5 is the median */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (found === undefined) throw new Error("there is nothing to take a percentile of");
  return found;
}

/** Figures carry one digit behind the point: what is finer is the machine's mood. @param {number} value */
export const tenth = (value) => Math.round(value * 10) / 10;
