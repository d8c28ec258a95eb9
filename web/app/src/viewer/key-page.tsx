// The door of a room that asks for a key.

import type { RoomCardDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";

import { sayFailure } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { Field } from "../shell/field.tsx";
import { Icon } from "../shell/icon.tsx";
import { shellText } from "../shell/words.ts";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

export function KeyPage({ visit, card, wrong }: { visit: Visit; card: RoomCardDto; wrong: boolean }) {
  const t = text().key;
  const key = useSignal("");
  const error = useSignal<string | undefined>(wrong ? shellText().refused.wrong_key : undefined);
  const busy = useSignal(false);
  const enter = async (): Promise<void> => {
    busy.value = true;
    const result = await visit.tryKey(key.value);
    busy.value = false;
    if (!result.ok) error.value = sayFailure(result.failure);
  };
  return (
    <main class="door">
      <form
        class="door-card card"
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <span class="door-icon">
          <Icon name="key" size={28} />
        </span>
        <div>
          <h1>{card.title}</h1>
          <p class="soft">{t.hosted(card.host)}</p>
        </div>
        <h2>{t.title}</h2>
        <p class="soft">{t.why}</p>
        <Field
          label={t.label}
          type="password"
          autocomplete="off"
          value={key.value}
          error={error.value}
          required
          onInput={(event) => {
            key.value = event.currentTarget.value;
            error.value = undefined;
          }}
        />
        <Button kind="primary" size="large" wide type="submit" busy={busy.value} disabled={key.value === ""}>
          {t.enter}
        </Button>
      </form>
    </main>
  );
}
