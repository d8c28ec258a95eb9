// Changing the name one shows.

import { useSignal } from "@preact/signals";

import { accountText, api, me, sayFailure } from "./account.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { toast } from "./toast.tsx";
import { shellText } from "./words.ts";

export function NameForm(props: { name: string; onDone: () => void }) {
  const t = accountText();
  const name = useSignal(props.name);
  const error = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const save = async (): Promise<void> => {
    busy.value = true;
    const result = await api.rename({ name: name.value });
    busy.value = false;
    if (!result.ok) {
      error.value = sayFailure(result.failure);
      return;
    }
    me.value = result.value;
    toast(t.nameChanged, "good");
    props.onDone();
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label={t.name}
        name="nickname"
        autocomplete="nickname"
        hint={t.nameHint}
        error={error.value}
        value={name.value}
        maxLength={24}
        required
        onInput={(event) => {
          name.value = event.currentTarget.value;
          error.value = undefined;
        }}
      />
      <div class="form-foot">
        <Button onClick={props.onDone}>{shellText().cancel}</Button>
        <Button kind="primary" type="submit" busy={busy.value}>
          {shellText().save}
        </Button>
      </div>
    </form>
  );
}
