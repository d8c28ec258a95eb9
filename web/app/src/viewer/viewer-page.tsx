// The viewer's page: the picture with its room beneath, the chat beside; on a phone one above the other.

import { useEffect, useRef } from "preact/hooks";

import { language } from "../shell/language.ts";
import { danmakuSettings } from "./bullet-style.ts";
import { ChatPanel } from "./chat-panel.tsx";
import { ClosedPage } from "./closed-page.tsx";
import { toggleFullScreen } from "./full-screen.ts";
import { KeyPage } from "./key-page.tsx";
import { NameDialog } from "./name-dialog.tsx";
import { Picture } from "./picture.tsx";
import { Playback } from "./playback.ts";
import { RoomBar } from "./room-bar.tsx";
import { listen } from "./shortcuts.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

export function ViewerPage({ visit }: { visit: Visit }) {
  const { session, room } = visit.line;
  const state = session.state.value;
  const title = room.sign.value?.title;
  // The language is read here so that the title of the window follows it.
  const shown = language.value;
  useEffect(() => {
    if (title !== undefined) document.title = text().titleOf(title);
  }, [title, shown]);

  if (room.moderation.banned.value !== null) return <ClosedPage visit={visit} reason="banned" />;
  const door = visit.door.value;
  switch (door.at) {
    case "looking":
      return <main class="viewer viewer-empty" aria-busy="true" />;
    case "key":
      return <KeyPage visit={visit} card={door.card} wrong={door.wrong} />;
    case "nowhere":
      return <ClosedPage visit={visit} reason="noRoom" />;
    case "banned":
      return <ClosedPage visit={visit} reason="banned" />;
    case "unreachable":
      return <ClosedPage visit={visit} reason="unreachable" />;
    case "open":
      if (state.at !== "ended") return <Inside visit={visit} />;
      return <ClosedPage visit={visit} reason={reasonOf(state.why)} />;
    default: {
      const never: never = door;
      return never;
    }
  }
}

function reasonOf(why: string): "banned" | "signedOut" | "dropped" {
  if (why === "banned") return "banned";
  return why === "signed_out" || why === "not_allowed" ? "signedOut" : "dropped";
}

function Inside({ visit }: { visit: Visit }) {
  const playback = useRef<Playback>(undefined);
  playback.current ??= new Playback();
  const page = useRef<HTMLElement>(null);
  const here = playback.current;
  useEffect(
    () =>
      listen(here, {
        fullScreen: () =>
          void toggleFullScreen(page.current?.querySelector<HTMLElement>(".player") ?? null, here),
        danmaku: () => {
          danmakuSettings.value = { ...danmakuSettings.value, on: !danmakuSettings.value.on };
        },
        write: () => page.current?.querySelector("textarea")?.focus(),
      }),
    [here],
  );
  return (
    <main class="viewer" ref={page}>
      <div class="viewer-show">
        <Picture visit={visit} playback={here} />
        <RoomBar visit={visit} />
      </div>
      <ChatPanel visit={visit} />
      <NameDialog visit={visit} />
    </main>
  );
}
