// How a viewer wants bullet comments to be.

export type Settings = {
  on: boolean;
  /** 0.2 to 1. */
  opacity: number;
  /** 0.5 to 2; 1 is normal. */
  speed: number;
  /** 0.7 to 1.6; 1 is normal. */
  size: number;
  /** Which part of the picture, from the top: a quarter, half, three quarters, all. */
  area: number;
};

/** For who asked their system for less motion, nothing flies until they switch it on. */
export function defaults(reducedMotion: boolean): Settings {
  return { on: !reducedMotion, opacity: 0.9, speed: 1, size: 1, area: 0.5 };
}

/** Reads settings that were kept; what does not fit is as by default. */
export function readSettings(stored: unknown, fallback: Settings): Settings {
  if (typeof stored !== "object" || stored === null) return fallback;
  const kept = stored as Record<string, unknown>;
  const between = (name: "opacity" | "speed" | "size" | "area", least: number, most: number): number => {
    const value = kept[name];
    return typeof value === "number" && value >= least && value <= most ? value : fallback[name];
  };
  return {
    on: typeof kept.on === "boolean" ? kept.on : fallback.on,
    opacity: between("opacity", 0.2, 1),
    speed: between("speed", 0.5, 2),
    size: between("size", 0.7, 1.6),
    area: between("area", 0.25, 1),
  };
}
