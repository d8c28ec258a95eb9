// The audit trail as sentences, newest first, a page at a time.

import type { EventDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { api, sayFailure } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { dayAndTime } from "../shell/figures.ts";
import { Icon, type IconName } from "../shell/icon.tsx";
import { toast } from "../shell/toast.tsx";
import type { Desk } from "./desk.ts";
import { namesIn, sayEvent } from "./sentence.ts";
import { deskText } from "./words.ts";

/** How many acts are read at once. */
const PAGE = 50;

export function AuditPart({ desk }: { desk: Desk }) {
  const t = deskText().audit;
  const events = useSignal<readonly EventDto[]>([]);
  const more = useSignal(true);
  const busy = useSignal(false);
  const load = async (): Promise<void> => {
    busy.value = true;
    const result = await api.audit(desk.slug, events.value.at(-1)?.seq ?? null, PAGE);
    busy.value = false;
    if (!result.ok) return toast(sayFailure(result.failure), "bad");
    events.value = [...events.value, ...result.value.events];
    more.value = result.value.more;
  };
  useEffect(() => void load(), []);

  const told = namesIn(events.value);
  const host = desk.line.room.sign.value?.host;
  const names = (id: number): string | undefined =>
    desk.line.room.presence.known(id)?.name ?? (host?.id === id ? host.name : undefined) ?? told.get(id);
  return (
    <section class="desk-part card desk-card" aria-labelledby="audit">
      <h2 id="audit">{t.title}</h2>
      <p class="soft">{t.why}</p>
      {events.value.length === 0 && !busy.value && <p>{t.empty}</p>}
      <ol class="audit">
        {events.value.map((event) => (
          <li key={event.seq}>
            <span class="audit-icon" aria-hidden="true">
              <Icon name={iconOf(event)} size={16} />
            </span>
            <span>{sayEvent(event, names)}</span>
            <time class="numbers" dateTime={new Date(event.at).toISOString()}>
              {dayAndTime(event.at)}
            </time>
          </li>
        ))}
      </ol>
      {more.value && (
        <Button busy={busy.value} onClick={() => void load()}>
          {t.older}
        </Button>
      )}
    </section>
  );
}

function iconOf(event: EventDto): IconName {
  switch (event.event) {
    case "muted":
    case "unmuted":
      return "hush";
    case "banned":
    case "unbanned":
      return "ban";
    case "deleted":
      return "trash";
    case "slow_mode_set":
      return "clock";
    case "appointed":
      return "shield";
    case "configured":
      return "settings";
    case "renamed":
    case "said":
      return "person";
    case "live_started":
    case "live_interrupted":
    case "live_resumed":
    case "live_ended":
      return "broadcast";
    default: {
      const never: never = event;
      return never;
    }
  }
}
