// A person as a disc: their first letter on a colour that is always theirs.

/** How many hues there are; more would be told apart by nobody. */
const HUES = 12;

/** The hue of a person, the same on every screen. */
export function hueOf(id: number): number {
  // A few multiplications spread neighbouring ids over the circle.
  const mixed = Math.imul(Math.imul(id ^ (id / 2 ** 32), 0x9e3779b1) ^ 0x5bd1e995, 0x85ebca6b) >>> 0;
  return (mixed % HUES) * (360 / HUES) + 12;
}

export function Avatar({ id, name, size = 28 }: { id: number; name: string; size?: number }) {
  const letter = [...name.trim()][0]?.toUpperCase() ?? "·";
  return (
    <span
      class="avatar"
      aria-hidden="true"
      style={{
        "--hue": String(hueOf(id)),
        width: `${size}px`,
        height: `${size}px`,
        fontSize: `${size * 0.45}px`,
      }}
    >
      {letter}
    </span>
  );
}
