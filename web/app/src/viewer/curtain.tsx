// What is in the picture's place when there is none: a quiet stage, a break, a connection on its way.

import { Avatar } from "../shell/avatar.tsx";
import { running } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { shellText } from "../shell/words.ts";
import { useSeconds } from "./clock.ts";
import type { Playback } from "./playback.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

export function Curtain({ visit, playback }: { visit: Visit; playback: Playback }) {
  const { room, session } = visit.line;
  const live = room.live.state.value;
  const watching = visit.show.whep.state.value;
  // Before the first welcome nothing is known, so nothing is claimed.
  if (room.sign.value === null)
    return session.state.value.at === "ended" ? null : <Waiting says={text().chat.connecting} />;
  if (live.state === "off") return <Quiet visit={visit} />;
  if (live.state === "interrupted") return <Break since={live.until - 60_000} now={() => room.clock.now()} />;
  if (visit.show.choose.way.value === "hls") {
    if (visit.show.llhls.state.value.at === "failed") return <CannotPlay why={text().picture.noHls} />;
    return playback.hasPicture.value || playback.startRefused.value ? null : (
      <Waiting says={text().picture.connecting} />
    );
  }
  if (watching.at === "refused") return <CannotPlay why={shellText().refused[watching.code]} />;
  if (watching.at === "waiting") return <Waiting says={text().picture.retrying} />;
  if (watching.at === "mending") return <Waiting says={text().picture.mending} small />;
  if (!playback.hasPicture.value && !playback.startRefused.value) {
    return <Waiting says={text().picture.connecting} />;
  }
  return null;
}

function Quiet({ visit }: { visit: Visit }) {
  const t = text();
  const sign = visit.line.room.sign.value;
  return (
    <div class="curtain curtain-quiet">
      <div class="lamp" aria-hidden="true" />
      <div class="curtain-words">
        {sign && <Avatar id={sign.host.id} name={sign.host.name} size={64} />}
        <h2>{t.picture.offTitle}</h2>
        <p>{t.picture.offWhy}</p>
        <p class="curtain-note">
          <Icon name="broadcast" size={16} /> {t.picture.offStay}
        </p>
      </div>
    </div>
  );
}

function Break({ since, now }: { since: number; now: () => number }) {
  const t = text();
  useSeconds();
  return (
    <div class="curtain curtain-break" role="status">
      <div class="curtain-words">
        <span class="dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <h2>{t.picture.backSoon}</h2>
        <p>{t.picture.backSoonWhy}</p>
        <p class="curtain-note numbers" aria-hidden="true">
          {t.picture.waitingFor(running(Math.max(0, now() - since)))}
        </p>
      </div>
    </div>
  );
}

function Waiting({ says, small = false }: { says: string; small?: boolean }) {
  return (
    <div class={small ? "curtain curtain-small" : "curtain curtain-waiting"} role="status">
      <span class="spinner spinner-large" aria-hidden="true" />
      <p>{says}</p>
    </div>
  );
}

function CannotPlay({ why }: { why: string }) {
  return (
    <div class="curtain curtain-waiting" role="alert">
      <div class="curtain-words">
        <Icon name="warning" size={36} />
        <h2>{text().picture.cannotPlay}</h2>
        <p>{why}</p>
      </div>
    </div>
  );
}
