// Who is a moderator, read from the audit trail: no other list names those who are not here.

import type { EventDto } from "@livehouse/protocol";

import { api } from "../shell/account.ts";

/** Pages read at most; a room with more acts than this shows its latest appointments. */
const PAGES_MAX = 10;
const PAGE = 200;

/** A moderator, by the name of when they were appointed. */
export interface Moderator {
  id: number;
  name: string;
}

/** Who is a moderator after these events, which are newest first. */
export function moderatorsAfter(events: readonly EventDto[]): Moderator[] {
  const settled = new Map<number, Moderator | null>();
  for (const event of events) {
    if (event.event !== "appointed" || settled.has(event.whom)) continue;
    settled.set(event.whom, event.moderator ? { id: event.whom, name: event.name } : null);
  }
  return [...settled.values()].filter((one) => one !== null);
}

/** Reads the trail for them. */
export async function loadModerators(slug: string): Promise<Moderator[]> {
  const events: EventDto[] = [];
  for (let page = 0; page < PAGES_MAX; page++) {
    const result = await api.audit(slug, events.at(-1)?.seq ?? null, PAGE);
    if (!result.ok) break;
    events.push(...result.value.events);
    if (!result.value.more || result.value.events.length === 0) break;
  }
  return moderatorsAfter(events);
}
