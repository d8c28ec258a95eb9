// Whether one is live, for how long, and before how many.

import { compact } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import type { Studio } from "./studio.ts";
import { studioText } from "./words.ts";

export function OnAirSign({ studio }: { studio: Studio }) {
  const t = studioText();
  const live = studio.line.room.live.state.value;
  const lasting = studio.lasting();
  return (
    <p class="on-air">
      {live.state === "on" && <span class="badge badge-live">{t.live}</span>}
      {live.state === "interrupted" && <span class="badge badge-away">{t.away}</span>}
      {live.state === "off" && <span class="badge">{t.offAir}</span>}
      {lasting !== null && (
        <span class="numbers on-air-time" role="timer" aria-label={t.liveFor(lasting)}>
          {lasting}
        </span>
      )}
      <span class="on-air-viewers">
        <Icon name="people" size={16} />
        <span class="numbers" aria-hidden="true">
          {compact(studio.line.room.presence.present.value)}
        </span>
        <span class="said">{studio.viewers()}</span>
      </span>
    </p>
  );
}
