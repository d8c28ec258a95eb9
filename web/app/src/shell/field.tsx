// A labelled line of text, with what it is for beneath it and what is wrong with it in place of that.

import type { JSX } from "preact";
import { useId } from "preact/hooks";

type Native = Pick<
  JSX.IntrinsicElements["input"],
  | "value"
  | "type"
  | "name"
  | "placeholder"
  | "autocomplete"
  | "required"
  | "minLength"
  | "maxLength"
  | "disabled"
  | "readOnly"
  | "spellcheck"
  | "inputMode"
  | "autoFocus"
  | "onInput"
  | "onChange"
  | "onBlur"
  | "onKeyDown"
>;

export function Field(
  props: Native & { label: string; hint?: string | undefined; error?: string | undefined },
) {
  const { label, hint, error, ...native } = props;
  const id = useId();
  const note = error ?? hint;
  return (
    <div class={`field${error ? " field-wrong" : ""}`}>
      <label for={id}>{label}</label>
      <input
        {...(native as object)}
        id={id}
        aria-invalid={error !== undefined}
        {...(note === undefined ? {} : { "aria-describedby": `${id}-note` })}
      />
      {note !== undefined && (
        <p id={`${id}-note`} class="field-note" role={error ? "alert" : undefined}>
          {note}
        </p>
      )}
    </div>
  );
}
