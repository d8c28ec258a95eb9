// What happened, as a sentence in the language shown.

import type { EventDto } from "@livehouse/protocol";

import { sayLasting, sayUntil } from "./lasting.ts";
import { deskText } from "./words.ts";

/** Who a number is, as far as the page knows. */
export type Names = (id: number) => string | undefined;

export function sayEvent(event: EventDto, names: Names): string {
  const t = deskText().audit;
  const by = (id: number): string => names(id) ?? t.someone;
  const whom = (id: number, then?: string): string => then ?? names(id) ?? t.person;
  switch (event.event) {
    case "muted":
      return t.muted(by(event.by), whom(event.whom, event.name), sayUntil(event.until));
    case "unmuted":
      return t.unmuted(by(event.by), whom(event.whom));
    case "banned":
      return t.banned(by(event.by), whom(event.whom, event.name), sayUntil(event.until));
    case "unbanned":
      return t.unbanned(by(event.by), whom(event.whom));
    case "deleted":
      return t.deleted(by(event.by));
    case "slow_mode_set":
      return event.seconds === 0
        ? t.slowOff(by(event.by))
        : t.slowOn(by(event.by), sayLasting(event.seconds));
    case "appointed":
      return (event.moderator ? t.appointed : t.dismissed)(by(event.by), whom(event.whom, event.name));
    case "configured": {
      const access = deskText().settings.accessNames[event.access];
      return t.configured(by(event.by), event.title, access, event.danmaku.per_minute_max);
    }
    case "renamed":
      return t.renamed(event.name);
    case "said":
      return t.said(event.name);
    case "live_started":
      return t.liveStarted;
    case "live_interrupted":
      return t.liveInterrupted;
    case "live_resumed":
      return t.liveResumed;
    case "live_ended":
      return t.liveEnded;
    default: {
      const never: never = event;
      return never;
    }
  }
}

/** The names that a run of events tells, the newest first winning. */
export function namesIn(events: readonly EventDto[]): Map<number, string> {
  const names = new Map<number, string>();
  for (const event of events) {
    if (!("name" in event)) continue;
    const id = event.event === "said" ? event.by : event.event === "renamed" ? event.who : event.whom;
    if (!names.has(id)) names.set(id, event.name);
  }
  return names;
}
