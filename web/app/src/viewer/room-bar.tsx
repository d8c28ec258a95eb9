// Under the picture: whose room it is, what it is called, who is here.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { me, signInPath } from "../shell/account.ts";
import { Avatar } from "../shell/avatar.tsx";
import { IconButton } from "../shell/button.tsx";
import { compact } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { Popover } from "../shell/popover.tsx";
import { Preferences } from "../shell/preferences.tsx";
import { LikeButton } from "./like-button.tsx";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

export function RoomBar({ visit }: { visit: Visit }) {
  const t = text();
  const { room } = visit.line;
  const sign = room.sign.value;
  const live = room.live.state.value;
  const present = room.presence.present.value;
  return (
    <header class="room-bar">
      {sign && <Avatar id={sign.host.id} name={sign.host.name} size={44} />}
      <div class="room-bar-words">
        <h1>{sign?.title ?? "\u00a0"}</h1>
        <p>
          {live.state === "off" ? (
            <span class="badge">{t.off}</span>
          ) : (
            <span class="badge badge-live">{t.live}</span>
          )}
          {sign && <span class="room-bar-host">{sign.host.name}</span>}
          <span class="room-bar-present numbers">
            <Icon name="people" size={15} />
            <span class="said">{t.people(compact(present), present === 1)}</span>
            <span aria-hidden="true">{compact(present)}</span>
          </span>
        </p>
      </div>
      <LikeButton visit={visit} />
      <PageSettings visit={visit} />
    </header>
  );
}

function PageSettings({ visit }: { visit: Visit }) {
  const t = text();
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const person = me.value?.person ?? null;
  const staffed = me.value?.rooms.some(({ slug }) => slug === visit.slug) ?? false;
  return (
    <>
      <IconButton
        icon="globe"
        label={t.settings}
        aria-haspopup="dialog"
        aria-expanded={open.value}
        buttonRef={button}
        onClick={() => {
          open.value = !open.value;
        }}
      />
      <Popover
        open={open.value}
        onClose={() => {
          open.value = false;
        }}
        anchor={button}
        label={t.settings}
      >
        <div class="panel">
          <p class="panel-who">
            {person && <Avatar id={person.id} name={person.name} size={28} />}
            <span>{person === null ? t.you.watching : t.you.as(person.name)}</span>
          </p>
          {!person?.registered && (
            <a class="button button-quiet button-wide" href={signInPath()}>
              {t.you.signIn}
            </a>
          )}
          {staffed && (
            <a class="button button-quiet button-wide" href={`/studio/${encodeURIComponent(visit.slug)}`}>
              {t.you.studio}
            </a>
          )}
          <Preferences />
        </div>
      </Popover>
    </>
  );
}
