// A password: hidden until its owner wants to see it, and for a new one, how hard it is to guess.

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

import { accountText } from "./account.ts";
import { IconButton } from "./button.tsx";
import { PASSWORD_CHARS_MIN, strengthOf } from "./password.ts";

export function PasswordField(props: {
  label: string;
  value: string;
  /** Says to password managers which of one's passwords this is. */
  kind: "current-password" | "new-password" | "off";
  /** Whose; a password with its owner's name in it is easy to guess. */
  owner?: string;
  name?: string;
  hint?: string | undefined;
  error?: string | undefined;
  required?: boolean;
  onInput: (value: string) => void;
}) {
  const id = useId();
  const shown = useSignal(false);
  const t = accountText();
  const { value, kind, error } = props;
  const rated = kind === "new-password" && value !== "" && error === undefined;
  const note = error ?? (rated ? undefined : props.hint);
  const described = [note === undefined ? "" : `${id}-note`, rated ? `${id}-strength` : ""].join(" ").trim();
  return (
    <div class={`field field-password${error ? " field-wrong" : ""}`}>
      <label for={id}>{props.label}</label>
      <input
        id={id}
        name={props.name ?? kind}
        // A password in sight is typed as text; the types of JSX know only one kind of input at a time.
        type={(shown.value ? "text" : "password") as "password"}
        value={value}
        autocomplete={kind}
        autocapitalize="none"
        spellcheck={false}
        maxLength={256}
        required={props.required !== false}
        aria-invalid={error !== undefined}
        {...(described === "" ? {} : { "aria-describedby": described })}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <IconButton
        icon={shown.value ? "eye-off" : "eye"}
        label={shown.value ? t.hidePassword : t.showPassword}
        aria-controls={id}
        onClick={() => {
          shown.value = !shown.value;
        }}
      />
      {rated && <Strength id={`${id}-strength`} password={value} owner={props.owner ?? ""} />}
      {note !== undefined && (
        <p id={`${id}-note`} class="field-note" role={error ? "alert" : undefined}>
          {note}
        </p>
      )}
    </div>
  );
}

function Strength({ id, password, owner }: { id: string; password: string; owner: string }) {
  const t = accountText();
  const strength = strengthOf(password, owner);
  const missing = PASSWORD_CHARS_MIN - [...password].length;
  return (
    <p id={id} class={`strength strength-${strength}`} role="status">
      <span class="strength-bar" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>{t.strength(strength === "short" ? t.longer(missing) : t.strengths[strength])}</span>
    </p>
  );
}
