// Who is a moderator, read from the audit trail: no other list names those who are not here.

import type { AuditDto, EventDto } from "@livehouse/protocol";

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

/** Reads the trail for them; `read` gives what comes before a number, or nothing where it cannot. */
export async function loadModerators(
  read: (before: number | null, limit: number) => Promise<AuditDto | null>,
): Promise<Moderator[]> {
  const events: EventDto[] = [];
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await read(events.at(-1)?.seq ?? null, PAGE);
    if (answer === null) break;
    events.push(...answer.events);
    if (!answer.more || answer.events.length === 0) break;
  }
  return moderatorsAfter(events);
}
