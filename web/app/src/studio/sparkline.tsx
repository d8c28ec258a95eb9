// A minute of sending as a line; what it shows is also said.

import { bitrate } from "../shell/figures.ts";
import { READINGS_MAX } from "./on-air.ts";
import { studioText } from "./words.ts";

const WIDTH = 300;
const HEIGHT = 56;

export function Sparkline({ values }: { values: readonly number[] }) {
  const t = studioText().health;
  // The first reading has nothing to be compared with and says nothing.
  const known = values.slice(values.length < READINGS_MAX ? 1 : 0);
  const most = Math.max(500_000, ...known) * 1.1;
  const x = (i: number): number => WIDTH - (known.length - 1 - i) * (WIDTH / (READINGS_MAX - 1));
  const y = (value: number): number => HEIGHT - 2 - (value / most) * (HEIGHT - 4);
  const points = known.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`);
  const label =
    known.length === 0 ? t.startingWhy : t.chart(bitrate(Math.min(...known)), bitrate(Math.max(...known)));
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {points.length > 1 && (
        <>
          <polygon points={`${x(0).toFixed(1)},${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} />
          <polyline points={points.join(" ")} vector-effect="non-scaling-stroke" />
        </>
      )}
    </svg>
  );
}
