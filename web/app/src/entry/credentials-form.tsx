// A name and a password, for signing in or for a new account. After too many attempts it counts the pause down.

import type { Failure } from "@livehouse/client";
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { api, sayFailure } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { Field } from "../shell/field.tsx";
import { running } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import { PASSWORD_CHARS_MIN } from "../shell/password.ts";
import { PasswordField } from "../shell/password-field.tsx";
import { shellText } from "../shell/words.ts";
import { useFocusOnWrong } from "./focus-wrong.ts";
import { entryText } from "./words.ts";

/** The pause where the server does not say how long. */
const PAUSE_MS = 30_000;

type Wrong = Partial<Record<"name" | "password" | "whole", string>>;

export function CredentialsForm({ isNew, onDone }: { isNew: boolean; onDone: () => void }) {
  const t = entryText().signIn;
  const setup = entryText().setup;
  const form = useRef<HTMLFormElement>(null);
  const name = useSignal("");
  const password = useSignal("");
  const wrong = useSignal<Wrong>({});
  const busy = useSignal(false);
  const until = useSignal(0);
  const now = useSignal(Date.now());
  useFocusOnWrong(form, wrong.value);
  const paused_ms = useComputed(() => Math.max(0, until.value - now.value));

  useEffect(() => {
    if (until.value === 0) return;
    const timer = setInterval(() => {
      now.value = Date.now();
      if (now.value < until.value) return;
      until.value = 0;
      wrong.value = {};
    }, 250);
    return () => clearInterval(timer);
  }, [until.value]);

  const refused = (failure: Failure): Wrong => {
    if (failure.kind === "unreachable") return { whole: sayFailure(failure) };
    switch (failure.code) {
      case "too_many_attempts":
        now.value = Date.now();
        until.value = failure.retryAt ?? Date.now() + PAUSE_MS;
        return { whole: t.tooMany };
      case "wrong_credentials":
        return { whole: sayFailure(failure) };
      case "bad_name":
      case "name_taken":
        return { name: sayFailure(failure) };
      case "bad_password":
        return { password: sayFailure(failure) };
      default:
        return { whole: sayFailure(failure) };
    }
  };

  const submit = async (): Promise<void> => {
    if (paused_ms.value > 0) return;
    wrong.value = faultsOf(name.value, password.value, isNew);
    if (Object.keys(wrong.value).length === 0) {
      busy.value = true;
      const body = { name: name.value, password: password.value };
      const result = await (isNew ? api.register(body) : api.signIn(body));
      if (result.ok) return onDone();
      busy.value = false;
      wrong.value = refused(result.failure);
    }
  };

  return (
    <form
      ref={form}
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {wrong.value.whole !== undefined && (
        <p class="form-error" role="alert">
          <Icon name={paused_ms.value > 0 ? "clock" : "warning"} size={18} />
          <span>{wrong.value.whole}</span>
        </p>
      )}
      <Field
        label={t.name}
        name="username"
        autocomplete="username"
        spellcheck={false}
        hint={isNew ? t.newNameHint : undefined}
        error={wrong.value.name}
        value={name.value}
        maxLength={24}
        required
        onInput={(event) => {
          name.value = event.currentTarget.value;
          if (paused_ms.value === 0) wrong.value = {};
        }}
      />
      <PasswordField
        label={t.password}
        kind={isNew ? "new-password" : "current-password"}
        owner={name.value}
        hint={isNew ? setup.passwordHint : undefined}
        error={wrong.value.password}
        value={password.value}
        onInput={(value) => {
          password.value = value;
          if (paused_ms.value === 0) wrong.value = {};
        }}
      />
      <Button kind="primary" size="large" type="submit" wide busy={busy.value} disabled={paused_ms.value > 0}>
        {paused_ms.value > 0 ? t.again(running(paused_ms.value + 999)) : isNew ? t.submitNew : t.submit}
      </Button>
    </form>
  );
}

function faultsOf(name: string, password: string, isNew: boolean): Wrong {
  const t = entryText().signIn;
  const wrong: Wrong = {};
  if (name.trim() === "") wrong.name = t.noName;
  if (password === "") wrong.password = t.noPassword;
  else if (isNew && [...password].length < PASSWORD_CHARS_MIN)
    wrong.password = shellText().refused.bad_password;
  return wrong;
}
