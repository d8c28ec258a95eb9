// The desk: where the host and the moderators keep order and settings.

import { useEffect, useMemo } from "preact/hooks";

import { StaffDoor, slugHere } from "../shell/staff-door.tsx";
import { start } from "../shell/start.tsx";
import { Desk } from "./desk.ts";
import { DeskPage } from "./page.tsx";
import { deskText } from "./words.ts";

// Last, so that a page's rules come after those of the shell.
import "./desk.css";
import "./talk.css";

function Page() {
  const t = deskText();
  const slug = slugHere();
  return (
    <StaffDoor
      slug={slug}
      roles={["host", "moderator"]}
      notYours={{ title: t.notYours, why: t.notYoursWhy, look: t.look }}
    >
      {() => <Opened slug={slug} />}
    </StaffDoor>
  );
}

function Opened({ slug }: { slug: string }) {
  const desk = useMemo(() => new Desk(slug), [slug]);
  useEffect(() => desk.open(), [desk]);
  return <DeskPage desk={desk} />;
}

start(Page);
