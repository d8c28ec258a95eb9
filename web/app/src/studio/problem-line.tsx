// Why a device would not open, and what to do, in plain words.

import type { DeviceProblem } from "@livehouse/publish";

import { studioText } from "./words.ts";

export function ProblemLine({ what, problem }: { what: "camera" | "microphone"; problem: DeviceProblem }) {
  const t = studioText().problem;
  const [why, advice] = sayProblem(problem);
  return (
    <p class="problem" role="alert">
      <strong>{t[what]}</strong>
      <span>{why}</span>
      <span class="problem-do">{advice}</span>
    </p>
  );
}

/** What is wrong, and what to do. */
export function sayProblem(problem: DeviceProblem): [string, string] {
  const t = studioText().problem;
  switch (problem) {
    case "insecure":
      return [t.insecure, t.insecureDo];
    case "unsupported":
      return [t.unsupported, t.unsupportedDo];
    case "denied":
      return [t.denied, t.deniedDo];
    case "denied_by_system":
      return [t.deniedBySystem, t.deniedBySystemDo];
    case "none":
      return [t.none, t.noneDo];
    case "busy":
      return [t.busy, t.busyDo];
    case "cancelled":
      return [t.cancelled, t.cancelledDo];
    case "unknown":
      return [t.unknown, t.unknownDo];
    default: {
      const never: never = problem;
      return never;
    }
  }
}
