// The sound level as a bar: silence at the left, distortion at the right.

import { useComputed } from "@preact/signals";

import type { Level } from "./level.ts";
import { studioText } from "./words.ts";

/** The quietest that the bar shows. */
const LEAST_DB = -60;

export function LevelMeter({ level }: { level: Level }) {
  const t = studioText().source;
  const style = useComputed(() => {
    const { rms_db, peak_db } = level.loudness.value;
    return `--rms: ${shareOf(rms_db)}%; --peak: ${shareOf(peak_db)}%`;
  });
  if (level.asleep.value) {
    return (
      <button type="button" class="level-wake" onClick={() => level.wake()}>
        {t.wake}
      </button>
    );
  }
  const rms_db = Math.round(level.loudness.value.rms_db / 10) * 10;
  return (
    <div class="level" style={style}>
      <meter
        class="said"
        aria-label={t.level}
        min={LEAST_DB}
        max={0}
        value={Math.max(LEAST_DB, Math.min(0, rms_db))}
      />
      <span class="level-bar" />
      <span class="level-peak" />
    </div>
  );
}

function shareOf(db: number): number {
  return Math.round(Math.max(0, Math.min(1, 1 - db / LEAST_DB)) * 100);
}
