// When one is not in the room: why, and what can be done.

import { signInPath } from "../shell/account.ts";
import { Brand } from "../shell/brand.tsx";
import { Button } from "../shell/button.tsx";
import { dayAndTime } from "../shell/figures.ts";
import { Icon, type IconName } from "../shell/icon.tsx";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

type Reason = "noRoom" | "banned" | "signedOut" | "dropped" | "unreachable";

const ICONS: Record<Reason, IconName> = {
  noRoom: "door",
  banned: "ban",
  signedOut: "leave",
  dropped: "warning",
  unreachable: "signal",
};

export function ClosedPage({ visit, reason }: { visit: Visit; reason: Reason }) {
  const t = text().closed;
  const until = visit.line.room.moderation.banned.value?.until ?? null;
  return (
    <main class="door">
      <div class="door-card card" role="alert">
        <span class={`door-icon door-icon-${reason}`}>
          <Icon name={ICONS[reason]} size={30} />
        </span>
        <h1>{t[reason]}</h1>
        <p class="soft">{t[`${reason}Why`]}</p>
        {reason === "banned" && until !== null && <p>{t.bannedUntil(dayAndTime(until))}</p>}
        <div class="stack">
          {reason === "signedOut" && (
            <a class="button button-primary button-wide button-large" href={signInPath()}>
              {text().name.signIn}
            </a>
          )}
          {(reason === "signedOut" || reason === "dropped") && (
            <Button wide onClick={() => visit.comeBack()}>
              {t.again}
            </Button>
          )}
          {reason !== "unreachable" && (
            <a class="button button-plain button-wide" href="/">
              {t.front}
            </a>
          )}
        </div>
      </div>
      <a class="door-brand" href="/" aria-label={text().home}>
        <Brand />
      </a>
    </main>
  );
}
