// Another room, for one who hosts already.

import { useSignal } from "@preact/signals";

import { api, me, sayFailure } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { CopyLine } from "../shell/copy-line.tsx";
import { shellText } from "../shell/words.ts";
import { type RoomDraft, RoomFields, slugFor } from "./room-fields.tsx";
import { isSlug } from "./slug.ts";
import { entryText } from "./words.ts";

export function NewRoomForm({ onCancel }: { onCancel: () => void }) {
  const t = entryText();
  const draft = useSignal<RoomDraft>({ title: "", slug: "" });
  const wrong = useSignal<{ title?: string; slug?: string }>({});
  const busy = useSignal(false);
  const key = useSignal<string | null>(null);
  const slug = slugFor(draft.value, me.value?.person?.name ?? "");

  const create = async (): Promise<void> => {
    if (draft.value.title.trim() === "") wrong.value = { title: t.setup.noTitle };
    else if (!isSlug(slug)) wrong.value = { slug: t.setup.slugRule };
    else {
      busy.value = true;
      const result = await api.createRoom({ slug, title: draft.value.title });
      busy.value = false;
      if (result.ok) key.value = result.value.stream_key;
      else wrong.value = { slug: sayFailure(result.failure) };
    }
  };

  if (key.value !== null) {
    return (
      <div class="form">
        <CopyLine label={t.setup.keyTitle} text={key.value} secret />
        <p class="form-note">{t.setup.keyWhy}</p>
        <div class="form-foot">
          <a class="button button-primary" href={`/studio/${slug}`}>
            {t.setup.studio}
          </a>
        </div>
      </div>
    );
  }
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <RoomFields
        draft={draft}
        owner={me.value?.person?.name ?? ""}
        wrong={wrong.value}
        onInput={() => {
          wrong.value = {};
        }}
      />
      <div class="form-foot">
        <Button onClick={onCancel}>{shellText().cancel}</Button>
        <Button kind="primary" type="submit" busy={busy.value}>
          {t.front.create}
        </Button>
      </div>
    </form>
  );
}
