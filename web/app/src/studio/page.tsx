// The studio's page: the show at the left, the talk at the right; on a phone one of them at a time.

import { useSignal } from "@preact/signals";

import { Talk } from "../desk/talk.tsx";
import { Segments } from "../shell/choice.tsx";
import { Icon } from "../shell/icon.tsx";
import { PageHead } from "../shell/page-head.tsx";
import { Banner } from "./banner.tsx";
import { CheckCard } from "./check-card.tsx";
import { Controls } from "./controls.tsx";
import { HealthCard } from "./health-card.tsx";
import { KeyCard } from "./key-card.tsx";
import { LinksCard } from "./links-card.tsx";
import { OnAirSign } from "./on-air-sign.tsx";
import { Preview } from "./preview.tsx";
import { SourcesCard } from "./sources-card.tsx";
import type { Studio } from "./studio.ts";
import { studioText } from "./words.ts";

type Part = "show" | "talk";

export function StudioPage({ studio }: { studio: Studio }) {
  const t = studioText();
  const part = useSignal<Part>("show");
  const sign = studio.line.room.sign.value;
  const title = sign?.title ?? studio.slug;
  const live = studio.onAir.underWay.value || studio.line.room.live.state.value.state !== "off";
  document.title = `${studio.line.room.live.state.value.state === "on" ? "● " : ""}${t.page(title)}`;
  return (
    <div class="studio" data-part={part.value}>
      <PageHead>
        <h1 class="studio-title">{title}</h1>
        <OnAirSign studio={studio} />
        <a class="button button-plain button-small studio-desk" href={`/desk/${studio.slug}`}>
          <Icon name="shield" size={18} />
          <span>{t.desk}</span>
        </a>
      </PageHead>
      <main class="studio-main">
        <div class="studio-show">
          <div class="stage">
            <Banner studio={studio} />
            <Preview studio={studio} />
            <Controls studio={studio} />
          </div>
          <div class="studio-tabs">
            <Segments<Part>
              label={t.tabs}
              bare
              value={part.value}
              options={[
                { value: "show", name: t.tabShow },
                { value: "talk", name: t.talk },
              ]}
              onChange={(value) => {
                part.value = value;
              }}
            />
          </div>
          <div class="studio-cards">
            <div>
              {live ? <HealthCard studio={studio} /> : <CheckCard studio={studio} />}
              <LinksCard slug={studio.slug} byKey={sign?.access === "by_key"} />
            </div>
            <div>
              <SourcesCard studio={studio} />
              <KeyCard slug={studio.slug} />
            </div>
          </div>
        </div>
        <Talk line={studio.line} title={t.talk} />
      </main>
    </div>
  );
}
