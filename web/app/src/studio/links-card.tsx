// The address for viewers, to copy or to pass on.

import { Button } from "../shell/button.tsx";
import { CopyLine } from "../shell/copy-line.tsx";
import { Icon } from "../shell/icon.tsx";
import { studioText } from "./words.ts";

export function LinksCard({ slug, byKey }: { slug: string; byKey: boolean }) {
  const t = studioText().links;
  const address = `${location.origin}/r/${slug}`;
  return (
    <section class="card studio-card" aria-labelledby="links">
      <header class="card-head">
        <h2 id="links">{t.title}</h2>
        <a class="button button-plain button-small" href={`/r/${slug}`} target="_blank" rel="noopener">
          <Icon name="out" size={18} />
          <span>{t.open}</span>
        </a>
      </header>
      <CopyLine label={t.viewer} text={address} />
      {byKey && <p class="form-note">{t.byKey}</p>}
      {navigator.share !== undefined && (
        // A host who closes the share sheet has not made a mistake.
        <Button onClick={() => void navigator.share({ url: address }).catch(() => undefined)}>
          {t.shareIt}
        </Button>
      )}
    </section>
  );
}
