// For who is muted: how long still.

import type { ComponentChildren } from "preact";

import { running } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { useSeconds } from "./clock.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

/** In the field's place until the time is over. */
export function MutedNote(props: { visit: Visit; until: number; children: ComponentChildren }) {
  useSeconds();
  const ms = props.visit.line.room.clock.until(props.until);
  if (ms === 0) return <>{props.children}</>;
  return (
    <div class="composer composer-muted" role="status">
      <Icon name="hush" size={18} />
      <span class="numbers">{text().composer.muted(running(ms))}</span>
    </div>
  );
}
