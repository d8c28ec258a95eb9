//! The course of one publication, as a pure machine: what happened goes in, what to do comes out.
//! It knows no network and no clock, so every way a show can break and mend is a story in a test.

/** Why the server will not take the show, in a way that trying again does not change. */
export interface Refusal {
  status: number;
  /** The server's error code, where it gave one. */
  code: string | null;
}

/** What is tried again when a wait is over. */
export type Again = "publish" | "restart" | "ask";

/** Where the publication stands. `since` is when this page's show first reached the server. */
export type State =
  | { at: "idle" }
  | { at: "offering"; attempt: number; since: number | null }
  | { at: "connecting"; attempt: number; since: number | null; deadline: number }
  | { at: "live"; since: number }
  | { at: "shaky"; since: number; deadline: number }
  | { at: "restarting"; attempt: number; since: number; deadline: number }
  | { at: "asking"; attempt: number; since: number | null }
  | { at: "waiting"; attempt: number; since: number | null; deadline: number; again: Again }
  | { at: "taken" }
  | { at: "refused"; refusal: Refusal }
  | { at: "ended" };

/** What happened. */
export type Happening =
  | { is: "start" }
  | { is: "answered" }
  | { is: "connected" }
  | { is: "shaky" }
  | { is: "failed" }
  | { is: "gone" }
  | { is: "unreachable" }
  | { is: "busy"; wait_ms: number | null }
  | { is: "refused"; refusal: Refusal }
  | { is: "elsewhere"; yes: boolean }
  | { is: "online" }
  | { is: "tick" }
  | { is: "stop" };

/**
 * What the shell is to do. `drop` closes the connection silently; `leave` also tells the server, which ends the show
 * for its viewers, so it is for the host's own stop alone: a new publication takes the old one's place by itself.
 */
export type Order = "publish" | "restart" | "ask" | "drop" | "leave";

/** What the machine is told of the world with each happening. */
export interface Moment {
  now: number;
  /** From 0 to 1; spreads the attempts of many pages over time. */
  luck: number;
}

/** A connection that hiccups is left alone this long; most mend themselves in it. */
export const SHAKY_MS = 2_500;
/** How long a new or restarted connection may take before it is given up. */
export const CONNECT_MS = 12_000;
/** Restarts of one connection before a whole new one is made. */
export const RESTARTS_MAX = 2;
/** The first wait; it doubles with each attempt. */
export const WAIT_MS_MIN = 500;
/** The longest wait: a host whose network is back wants to be live within seconds. */
export const WAIT_MS_MAX = 8_000;

/** The machine's one step. */
export function step(state: State, happening: Happening, moment: Moment): [State, Order[]] {
  if (happening.is === "stop") return state.at === "idle" ? [state, []] : [{ at: "ended" }, ["leave"]];
  switch (state.at) {
    case "idle":
    case "ended":
    case "refused":
    case "taken":
      return happening.is === "start"
        ? [{ at: "offering", attempt: 0, since: null }, ["publish"]]
        : [state, []];
    case "offering":
      return offering(state, happening, moment);
    case "connecting":
      return connecting(state, happening, moment);
    case "live":
      return live(state, happening, moment);
    case "shaky":
      return shaky(state, happening, moment);
    case "restarting":
      return restarting(state, happening, moment);
    case "asking":
      return asking(state, happening, moment);
    case "waiting":
      return waiting(state, happening, moment);
    default: {
      const never: never = state;
      return never;
    }
  }
}

/** When the machine wants a `tick`; `null` while it waits for something else. */
export function deadlineOf(state: State): number | null {
  switch (state.at) {
    case "connecting":
    case "shaky":
    case "restarting":
    case "waiting":
      return state.deadline;
    case "idle":
    case "offering":
    case "live":
    case "asking":
    case "taken":
    case "refused":
    case "ended":
      return null;
    default: {
      const never: never = state;
      return never;
    }
  }
}

/** Whether the host means to be live, whatever the network does. */
export function isUnderWay(state: State): boolean {
  switch (state.at) {
    case "idle":
    case "taken":
    case "refused":
    case "ended":
      return false;
    case "offering":
    case "connecting":
    case "live":
    case "shaky":
    case "restarting":
    case "asking":
    case "waiting":
      return true;
    default: {
      const never: never = state;
      return never;
    }
  }
}

type In<At extends State["at"]> = Extract<State, { at: At }>;

function offering(state: In<"offering">, happening: Happening, moment: Moment): [State, Order[]] {
  const { attempt, since } = state;
  switch (happening.is) {
    case "answered":
      return [{ at: "connecting", attempt, since, deadline: moment.now + CONNECT_MS }, []];
    case "unreachable":
      return [wait("publish", attempt, since, moment), ["drop"]];
    case "busy":
      return [wait("publish", attempt, since, moment, happening.wait_ms), ["drop"]];
    case "refused":
      return [{ at: "refused", refusal: happening.refusal }, ["drop"]];
    default:
      return [state, []];
  }
}

function connecting(state: In<"connecting">, happening: Happening, moment: Moment): [State, Order[]] {
  const { attempt, since } = state;
  const late = happening.is === "tick" && moment.now >= state.deadline;
  if (happening.is === "connected") return [{ at: "live", since: since ?? moment.now }, []];
  if (happening.is === "failed" || late) return [wait("publish", attempt, since, moment), ["drop"]];
  if (happening.is === "gone") return [{ at: "asking", attempt, since }, ["drop", "ask"]];
  return [state, []];
}

function live(state: In<"live">, happening: Happening, moment: Moment): [State, Order[]] {
  if (happening.is === "shaky") return [{ ...state, at: "shaky", deadline: moment.now + SHAKY_MS }, []];
  if (happening.is === "failed") return restart(state.since, 1, moment);
  if (happening.is === "gone") return [{ at: "asking", attempt: 0, since: state.since }, ["drop", "ask"]];
  return [state, []];
}

function shaky(state: In<"shaky">, happening: Happening, moment: Moment): [State, Order[]] {
  const late = happening.is === "tick" && moment.now >= state.deadline;
  if (happening.is === "connected") return [{ at: "live", since: state.since }, []];
  if (happening.is === "failed" || late) return restart(state.since, 1, moment);
  if (happening.is === "gone") return [{ at: "asking", attempt: 0, since: state.since }, ["drop", "ask"]];
  return [state, []];
}

function restarting(state: In<"restarting">, happening: Happening, moment: Moment): [State, Order[]] {
  const { attempt, since } = state;
  const late = happening.is === "tick" && moment.now >= state.deadline;
  switch (happening.is) {
    case "connected":
      return [{ at: "live", since }, []];
    case "gone":
      // The server has forgotten the session: it was started anew, or somebody else has the room now.
      return [{ at: "asking", attempt: 0, since }, ["drop", "ask"]];
    case "refused":
      return [{ at: "offering", attempt: 0, since }, ["drop", "publish"]];
    case "unreachable":
    case "busy":
      return [wait("restart", attempt, since, moment), []];
    case "failed":
    case "tick":
      if (happening.is === "tick" && !late) return [state, []];
      if (attempt < RESTARTS_MAX) return restart(since, attempt + 1, moment);
      // The server still answers for this session, so the room is still this page's: no need to ask.
      return [{ at: "offering", attempt: 0, since }, ["drop", "publish"]];
    default:
      return [state, []];
  }
}

function asking(state: In<"asking">, happening: Happening, moment: Moment): [State, Order[]] {
  const { attempt, since } = state;
  switch (happening.is) {
    case "elsewhere":
      return happening.yes ? [{ at: "taken" }, []] : [{ at: "offering", attempt, since }, ["publish"]];
    case "unreachable":
    case "busy":
      return [wait("ask", attempt, since, moment), []];
    default:
      return [state, []];
  }
}

function waiting(state: In<"waiting">, happening: Happening, moment: Moment): [State, Order[]] {
  const { attempt, since } = state;
  if (happening.is === "connected" && state.again === "restart" && since !== null)
    return [{ at: "live", since }, []];
  const due = happening.is === "tick" && moment.now >= state.deadline;
  if (!due && happening.is !== "online") return [state, []];
  switch (state.again) {
    case "restart":
      return since === null ? [{ at: "asking", attempt, since }, ["ask"]] : restart(since, attempt, moment);
    case "ask":
      return [{ at: "asking", attempt, since }, ["ask"]];
    case "publish":
      return [{ at: "offering", attempt, since }, ["publish"]];
    default: {
      const never: never = state.again;
      return never;
    }
  }
}

function restart(since: number, attempt: number, moment: Moment): [State, Order[]] {
  return [{ at: "restarting", attempt, since, deadline: moment.now + CONNECT_MS }, ["restart"]];
}

function wait(
  again: Again,
  attempt: number,
  since: number | null,
  moment: Moment,
  asked_ms: number | null = null,
): State {
  const grown = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** Math.min(attempt, 10));
  const wait_ms = Math.max(asked_ms ?? 0, Math.round(grown * (0.75 + moment.luck / 2)));
  return { at: "waiting", attempt: attempt + 1, since, deadline: moment.now + wait_ms, again };
}
