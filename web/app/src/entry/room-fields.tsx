// A room's title and address, as asked for when one is opened. Until its host touches it, the address follows the title.

import type { Signal } from "@preact/signals";

import { Field } from "../shell/field.tsx";
import { suggestSlug } from "./slug.ts";
import { entryText } from "./words.ts";

/** What is typed; `slug` is empty until its owner types one. */
export interface RoomDraft {
  title: string;
  slug: string;
}

/** The longest title the server takes. */
const TITLE_CHARS_MAX = 80;

/** The address that goes with the draft. */
export function slugFor(draft: RoomDraft, owner: string): string {
  return draft.slug === "" ? suggestSlug(draft.title, owner) : draft.slug;
}

export function RoomFields(props: {
  draft: Signal<RoomDraft>;
  owner: string;
  wrong: { title?: string | undefined; slug?: string | undefined };
  onInput: () => void;
}) {
  const t = entryText().setup;
  const { draft, owner, wrong } = props;
  const slug = slugFor(draft.value, owner);
  const change = (part: Partial<RoomDraft>): void => {
    draft.value = { ...draft.value, ...part };
    props.onInput();
  };
  return (
    <>
      <Field
        label={t.roomTitle}
        name="room-title"
        autocomplete="off"
        placeholder={t.roomTitleExample}
        hint={t.roomTitleHint}
        error={wrong.title}
        value={draft.value.title}
        maxLength={TITLE_CHARS_MAX}
        required
        onInput={(event) => change({ title: event.currentTarget.value })}
      />
      <Field
        label={t.slug}
        name="room-address"
        autocomplete="off"
        spellcheck={false}
        hint={t.slugHint(`${location.host}/r/${slug}`)}
        error={wrong.slug}
        value={slug}
        maxLength={40}
        required
        onInput={(event) => change({ slug: event.currentTarget.value.toLowerCase().replaceAll(" ", "-") })}
      />
    </>
  );
}
