// Sends what is written, as soon as it may be sent.

import { Icon } from "../shell/icon.tsx";
import { useSeconds } from "./clock.ts";
import type { Draft } from "./draft.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

/** Drawn anew each second, so that it can be pressed as soon as the wait is over. */
export function SendButton({ visit, draft }: { visit: Visit; draft: Draft }) {
  const t = text().composer;
  useSeconds();
  const wait = visit.line.room.clock.until(draft.nextAt.value) > 0;
  const unfit = draft.text.value.trim() === "" || draft.left() < 0;
  return (
    <button type="submit" class="send" aria-label={t.send} title={t.send} disabled={unfit || wait}>
      <Icon name="send" size={20} />
    </button>
  );
}
