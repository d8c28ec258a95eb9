// One finding of the check.

import { Button } from "../shell/button.tsx";
import { Icon, type IconName } from "../shell/icon.tsx";

export interface Finding {
  name: string;
  icon: IconName;
  mark: "idle" | "busy" | "good" | "warn" | "bad";
  what: string;
  advice?: string | undefined;
  /** A remedy that is one press away. */
  use?: { words: string; do: () => void } | undefined;
}

const MARKS: Record<Finding["mark"], IconName | null> = {
  idle: null,
  busy: null,
  good: "check",
  warn: "warning",
  bad: "cross",
};

export function FindingLine({ finding }: { finding: Finding }) {
  const mark = MARKS[finding.mark];
  return (
    <li class={`finding finding-${finding.mark}`}>
      <span class="finding-mark" aria-hidden="true">
        {finding.mark === "busy" ? <span class="spinner" /> : <Icon name={mark ?? finding.icon} size={16} />}
      </span>
      <div>
        <p class="finding-what">
          <strong>{finding.name}</strong>
          <span class="numbers">{finding.what === "" ? "–" : finding.what}</span>
        </p>
        {finding.advice !== undefined && <p class="finding-do">{finding.advice}</p>}
        {finding.use !== undefined && (
          <Button size="small" onClick={finding.use.do}>
            {finding.use.words}
          </Button>
        )}
      </div>
    </li>
  );
}
