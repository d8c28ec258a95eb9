// A server without a host yet: where the one-time link is, and a place to paste it.

import { useSignal } from "@preact/signals";

import { Button } from "../shell/button.tsx";
import { Field } from "../shell/field.tsx";
import { tokenIn } from "./token.ts";
import { entryText } from "./words.ts";

export function Fresh({ onToken }: { onToken: (token: string) => void }) {
  const t = entryText().fresh;
  const pasted = useSignal("");
  const error = useSignal<string | undefined>(undefined);
  const go = (): void => {
    const token = tokenIn(pasted.value);
    if (token === null) error.value = t.notALink;
    else onToken(token);
  };
  return (
    <div class="fresh">
      <h1>{t.title}</h1>
      <p class="lead">{t.lead}</p>
      <div class="terminal" aria-hidden="true">
        <p class="terminal-bar">
          <i />
          <i />
          <i />
        </p>
        <p>
          <b>$</b> {t.terminal}
        </p>
        <p class="terminal-soft">{t.printed}</p>
        <p class="terminal-link">
          {location.origin}/setup#token=<em>••••••••••••••••</em>
          <span class="terminal-caret" />
        </p>
      </div>
      <form
        class="fresh-paste"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <Field
          label={t.paste}
          name="one-time-link"
          autocomplete="off"
          spellcheck={false}
          hint={t.pasteHint}
          error={error.value}
          value={pasted.value}
          onInput={(event) => {
            pasted.value = event.currentTarget.value;
            error.value = undefined;
          }}
        />
        <Button kind="primary" type="submit">
          {t.go}
        </Button>
      </form>
      <p class="form-note">{t.again}</p>
    </div>
  );
}
