// The desk's page: one part at a time at the left, the talk at the right; on a phone the talk is a part as well.

import { useSignal } from "@preact/signals";

import { Segments } from "../shell/choice.tsx";
import { Icon } from "../shell/icon.tsx";
import { PageHead } from "../shell/page-head.tsx";
import { AuditPart } from "./audit-part.tsx";
import type { Desk } from "./desk.ts";
import { PeoplePart } from "./people-part.tsx";
import { SettingsPart } from "./settings-part.tsx";
import { Talk } from "./talk.tsx";
import { deskText } from "./words.ts";

type Part = "people" | "audit" | "settings" | "talk";

/** A part can be linked to: `/desk/<room>#settings`. */
function partHere(): Part {
  const wanted = location.hash.slice(1);
  return wanted === "audit" || wanted === "settings" || wanted === "talk" ? wanted : "people";
}

export function DeskPage({ desk }: { desk: Desk }) {
  const t = deskText();
  const part = useSignal<Part>(partHere());
  const { room, session } = desk.line;
  const title = room.sign.value?.title ?? desk.slug;
  const host = room.moderation.me.value.role === "host";
  document.title = t.page(title);
  return (
    <div class="desk" data-part={part.value}>
      <PageHead>
        <h1 class="desk-title">{title}</h1>
        <nav class="desk-ways">
          {host && (
            <a class="button button-plain button-small" href={`/studio/${desk.slug}`}>
              <Icon name="broadcast" size={18} />
              <span>{t.studio}</span>
            </a>
          )}
          <a class="button button-plain button-small" href={`/r/${desk.slug}`}>
            <Icon name="play" size={18} />
            <span>{t.room}</span>
          </a>
        </nav>
      </PageHead>
      <main class="desk-main">
        <div class="desk-parts">
          <div class="desk-tabs">
            <Segments<Part>
              label={t.tabs}
              bare
              value={part.value}
              options={[
                { value: "people", name: t.tabPeople },
                { value: "talk", name: <span class="desk-tab-talk">{t.tabTalk}</span>, says: t.tabTalk },
                { value: "audit", name: t.tabAudit },
                { value: "settings", name: t.tabSettings },
              ]}
              onChange={(value) => {
                part.value = value;
                history.replaceState(null, "", `#${value}`);
              }}
            />
          </div>
          {session.state.value.at === "waiting" && (
            <p class="desk-offline" role="status">
              <span class="spinner" aria-hidden="true" />
              {t.offline}
            </p>
          )}
          {(part.value === "people" || part.value === "talk") && <PeoplePart desk={desk} />}
          {part.value === "audit" && <AuditPart desk={desk} />}
          {part.value === "settings" && <SettingsPart desk={desk} host={host} />}
        </div>
        <Talk line={desk.line} title={t.talk.title} />
      </main>
    </div>
  );
}
