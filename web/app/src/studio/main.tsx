// The studio: where the host goes live.

import { useEffect, useMemo } from "preact/hooks";

import { StaffDoor, slugHere } from "../shell/staff-door.tsx";
import { start } from "../shell/start.tsx";
import { StudioPage } from "./page.tsx";
import { Studio } from "./studio.ts";
import { studioText } from "./words.ts";

// Last, so that a page's rules come after those of the shell.
import "./studio.css";
import "../desk/talk.css";

function Page() {
  const t = studioText();
  const slug = slugHere();
  return (
    <StaffDoor
      slug={slug}
      roles={["host"]}
      notYours={{ title: t.notYours, why: t.notYoursWhy, look: t.look }}
    >
      {() => <Opened slug={slug} />}
    </StaffDoor>
  );
}

function Opened({ slug }: { slug: string }) {
  const studio = useMemo(() => new Studio(slug), [slug]);
  useEffect(() => studio.open(), [studio]);
  return <StudioPage studio={studio} />;
}

start(Page);
