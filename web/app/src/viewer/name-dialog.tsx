// Asked once, before the first word: how the room should call one.

import { useSignal } from "@preact/signals";

import { api, me, sayFailure, signInPath } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { Dialog } from "../shell/dialog.tsx";
import { Field } from "../shell/field.tsx";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

export function NameDialog({ visit }: { visit: Visit }) {
  return (
    <Dialog
      open={visit.nameWanted.value !== null}
      title={text().name.title}
      onClose={() => {
        visit.nameWanted.value = null;
      }}
    >
      <NameForm visit={visit} />
    </Dialog>
  );
}

function NameForm({ visit }: { visit: Visit }) {
  const t = text().name;
  const name = useSignal("");
  const error = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const enter = async (): Promise<void> => {
    busy.value = true;
    const result = await api.becomeGuest({ name: name.value.trim() });
    busy.value = false;
    if (!result.ok) {
      error.value = sayFailure(result.failure);
      return;
    }
    me.value = result.value;
    visit.named();
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <p class="soft">{t.why}</p>
      <Field
        label={t.label}
        hint={t.hint}
        error={error.value}
        value={name.value}
        autocomplete="nickname"
        maxLength={48}
        required
        onInput={(event) => {
          name.value = event.currentTarget.value;
          error.value = undefined;
        }}
      />
      <Button
        kind="primary"
        size="large"
        wide
        type="submit"
        busy={busy.value}
        disabled={name.value.trim() === ""}
      >
        {t.enter}
      </Button>
      <p class="soft centred">
        {t.or} <a href={signInPath()}>{t.signIn}</a>
      </p>
    </form>
  );
}
