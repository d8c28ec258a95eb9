// Changing one's password. Every other device is signed out by it, and the form says so first.

import { useSignal } from "@preact/signals";

import { accountText, api, sayFailure } from "./account.ts";
import { Button } from "./button.tsx";
import { PASSWORD_CHARS_MIN } from "./password.ts";
import { PasswordField } from "./password-field.tsx";
import { toast } from "./toast.tsx";
import { shellText } from "./words.ts";

export function PasswordForm(props: { name: string; onDone: () => void }) {
  const t = accountText();
  const current = useSignal("");
  const next = useSignal("");
  const wrong = useSignal<{ current?: string; next?: string }>({});
  const busy = useSignal(false);
  const save = async (): Promise<void> => {
    if ([...next.value].length < PASSWORD_CHARS_MIN) {
      wrong.value = { next: shellText().refused.bad_password };
      return;
    }
    busy.value = true;
    const result = await api.changePassword({ current: current.value, new: next.value });
    busy.value = false;
    if (result.ok) {
      toast(t.passwordChanged, "good");
      props.onDone();
    } else if (result.failure.kind === "refused" && result.failure.code === "wrong_credentials") {
      wrong.value = { current: t.wrongNow };
    } else if (result.failure.kind === "refused" && result.failure.code === "too_many_attempts") {
      wrong.value = { current: sayFailure(result.failure) };
    } else wrong.value = { next: sayFailure(result.failure) };
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {/* Password managers learn from it whose password changes. */}
      <input
        class="said"
        type="text"
        name="username"
        autocomplete="username"
        value={props.name}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <PasswordField
        label={t.passwordNow}
        kind="current-password"
        value={current.value}
        error={wrong.value.current}
        onInput={(value) => {
          current.value = value;
          wrong.value = {};
        }}
      />
      <PasswordField
        label={t.passwordNew}
        kind="new-password"
        owner={props.name}
        value={next.value}
        hint={t.passwordRule}
        error={wrong.value.next}
        onInput={(value) => {
          next.value = value;
          wrong.value = {};
        }}
      />
      <p class="form-note">{t.passwordEnds}</p>
      <div class="form-foot">
        <Button onClick={props.onDone}>{shellText().cancel}</Button>
        <Button kind="primary" type="submit" busy={busy.value}>
          {shellText().save}
        </Button>
      </div>
    </form>
  );
}
