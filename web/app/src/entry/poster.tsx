// The picture of a room that has none: its own colours and its first letter, always the same.

export function Poster({ slug, title }: { slug: string; title: string }) {
  let seed = 7;
  for (const char of slug) seed = mix(seed + (char.codePointAt(0) ?? 0));
  const bars = Array.from({ length: 28 }, (_, i) => 14 + (mix(seed + i) % 46));
  return (
    <span class="poster" style={{ "--hue": String(seed % 360) }} aria-hidden="true">
      <svg viewBox="0 0 280 90" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {bars.map((height, i) => (
          <rect key={i} x={i * 10 + 2} y={90 - height} width="6" height={height} rx="3" />
        ))}
      </svg>
      <b>{[...title.trim()][0] ?? "·"}</b>
    </span>
  );
}

/** Spreads neighbouring numbers far apart. */
function mix(n: number): number {
  const once = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d);
  const twice = Math.imul(once ^ (once >>> 12), 0x297a2d39);
  return (twice ^ (twice >>> 15)) >>> 0;
}
