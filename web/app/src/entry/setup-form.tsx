// The form of the first run: the host above, their room below, one button.

import type { SetupDoneDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { api, sayFailure } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { Field } from "../shell/field.tsx";
import { Icon } from "../shell/icon.tsx";
import { PASSWORD_CHARS_MIN } from "../shell/password.ts";
import { PasswordField } from "../shell/password-field.tsx";
import { shellText } from "../shell/words.ts";
import { useFocusOnWrong } from "./focus-wrong.ts";
import { type RoomDraft, RoomFields, slugFor } from "./room-fields.tsx";
import { isSlug } from "./slug.ts";
import { entryText } from "./words.ts";

type Wrong = Partial<Record<"name" | "password" | "title" | "slug" | "whole", string>>;

export function SetupForm(props: { token: string; onDone: (name: string, answer: SetupDoneDto) => void }) {
  const t = entryText().setup;
  const form = useRef<HTMLFormElement>(null);
  const name = useSignal("");
  const password = useSignal("");
  const draft = useSignal<RoomDraft>({ title: "", slug: "" });
  const wrong = useSignal<Wrong>({});
  const busy = useSignal(false);
  useFocusOnWrong(form, wrong.value);
  const touched = (): void => {
    wrong.value = {};
  };

  const submit = async (): Promise<void> => {
    const slug = slugFor(draft.value, name.value);
    const found = faultsOf(name.value, password.value, draft.value.title, slug);
    if (Object.keys(found).length === 0) {
      busy.value = true;
      const body = {
        token: props.token,
        name: name.value,
        password: password.value,
        room_title: draft.value.title,
        room_slug: slug,
      };
      const result = await api.setUp(body);
      busy.value = false;
      if (result.ok) return props.onDone(name.value.trim(), result.value);
      const place = result.failure.kind === "refused" ? placeOf(result.failure.code) : "whole";
      found[place] =
        place === "whole" ? sayFailure(result.failure) : (shellText().refused[codeOf(place)] ?? "");
      if (result.failure.kind === "refused" && result.failure.code === "setup_over")
        found.whole = `${t.used} ${t.usedWhy}`;
    }
    wrong.value = found;
  };

  return (
    <form
      ref={form}
      class="card setup-form form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <fieldset>
        <legend>{t.you}</legend>
        <Field
          label={t.name}
          name="username"
          autocomplete="username"
          spellcheck={false}
          hint={t.nameHint}
          error={wrong.value.name}
          value={name.value}
          maxLength={24}
          required
          autoFocus
          onInput={(event) => {
            name.value = event.currentTarget.value;
            touched();
          }}
        />
        <PasswordField
          label={t.password}
          kind="new-password"
          owner={name.value}
          hint={t.passwordHint}
          error={wrong.value.password}
          value={password.value}
          onInput={(value) => {
            password.value = value;
            touched();
          }}
        />
      </fieldset>
      <hr class="setup-line" />
      <fieldset>
        <legend>{t.room}</legend>
        <RoomFields draft={draft} owner={name.value} wrong={wrong.value} onInput={touched} />
      </fieldset>
      {wrong.value.whole !== undefined && (
        <p class="form-error" role="alert">
          <Icon name="warning" size={18} />
          <span>{wrong.value.whole}</span>
        </p>
      )}
      <Button kind="primary" size="large" type="submit" wide busy={busy.value}>
        {t.submit}
      </Button>
    </form>
  );
}

function faultsOf(name: string, password: string, title: string, slug: string): Wrong {
  const t = entryText().setup;
  const wrong: Wrong = {};
  if (name.trim() === "") wrong.name = t.noName;
  if ([...password].length < PASSWORD_CHARS_MIN) wrong.password = shellText().refused.bad_password;
  if (title.trim() === "") wrong.title = t.noTitle;
  if (!isSlug(slug)) wrong.slug = t.slugRule;
  return wrong;
}

function placeOf(code: string): keyof Wrong {
  if (code === "bad_name" || code === "name_taken") return "name";
  if (code === "bad_password") return "password";
  if (code === "bad_slug") return "slug";
  return "whole";
}

function codeOf(place: keyof Wrong): "bad_name" | "bad_password" | "bad_slug" | "bad_text" {
  if (place === "name") return "bad_name";
  if (place === "password") return "bad_password";
  return place === "slug" ? "bad_slug" : "bad_text";
}
