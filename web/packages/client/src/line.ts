// A line to a room: what carries messages both ways, whichever way that is.

import type { ClientMessage, Resume, ServerMessage } from "@livehouse/protocol";

/** What a line tells its session. After `closed` it says no more. */
export type LineEvents = {
  /** It stands; the first message may be sent. */
  opened(): void;
  said(message: ServerMessage): void;
  /** It is gone. `code` is a WebSocket close code; 1006 where there was no goodbye. */
  closed(code: number): void;
};

export type Line = {
  send(message: ClientMessage): void;
  close(): void;
};

/** Opens a line. `resume` is where the client stood, for a line that has to say so before it stands. */
export type OpenLine = (events: LineEvents, resume: Resume | null) => Line;

/** There was no goodbye. */
export const NO_GOODBYE = 1006;

/** Reads a message, or nothing where it is not one: a line never breaks over what it cannot read. */
export function parse(text: string): ServerMessage | undefined {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said === "object" && said !== null && "type" in said) return said as ServerMessage;
  } catch {
    // Not JSON: the same answer as for any other nonsense.
  }
  return undefined;
}
