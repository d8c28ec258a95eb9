// Who may come in, and the two keys of a room that asks for one.

import type { AccessDto } from "@livehouse/protocol";
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

import { api, sayFailure } from "../shell/account.ts";
import { Button } from "../shell/button.tsx";
import { CopyLine } from "../shell/copy-line.tsx";
import { Dialog } from "../shell/dialog.tsx";
import { Icon, type IconName } from "../shell/icon.tsx";
import { PasswordField } from "../shell/password-field.tsx";
import { toast } from "../shell/toast.tsx";
import { shellText } from "../shell/words.ts";
import type { Desk } from "./desk.ts";
import { deskText } from "./words.ts";

/** The shortest room password the server takes; it is shared among many, so it may be shorter than an account's. */
const PASSWORD_CHARS_MIN = 4;

export function DoorForm({ desk, access }: { desk: Desk; access: AccessDto }) {
  const t = deskText().settings;
  const name = useId();
  const options: { value: AccessDto; icon: IconName; title: string; why: string }[] = [
    { value: "public", icon: "globe", title: t.public, why: t.publicWhy },
    { value: "unlisted", icon: "link", title: t.unlisted, why: t.unlistedWhy },
    { value: "by_key", icon: "key", title: t.byKey, why: t.byKeyWhy },
  ];
  const choose = async (value: AccessDto): Promise<void> => {
    if (await desk.line.order({ do: "configure", title: null, access: value, danmaku: null }))
      toast(t.saved, "good");
  };
  return (
    <section class="card desk-card">
      <fieldset class="door">
        <legend>
          <h2>{t.door}</h2>
        </legend>
        {options.map((option) => (
          <label key={option.value} class="door-option">
            <input
              type="radio"
              name={name}
              checked={option.value === access}
              onChange={() => void choose(option.value)}
            />
            <Icon name={option.icon} size={20} />
            <span>
              <strong>{option.title}</strong>
              <span class="soft">{option.why}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {access === "by_key" && <Keys slug={desk.slug} />}
    </section>
  );
}

function Keys({ slug }: { slug: string }) {
  return (
    <div class="door-keys">
      <LinkKey slug={slug} />
      <PasswordKey slug={slug} />
    </div>
  );
}

function LinkKey({ slug }: { slug: string }) {
  const t = deskText().settings;
  const asks = useSignal(false);
  const key = useSignal<string | null>(null);
  const make = async (): Promise<void> => {
    asks.value = false;
    const result = await api.setDoor(slug, { password: null, new_link: true });
    if (result.ok) key.value = result.value.link_key;
    else toast(sayFailure(result.failure), "bad");
  };
  return (
    <div class="form">
      <h3>{t.link}</h3>
      {key.value === null ? (
        <p class="form-note">{t.linkWhy}</p>
      ) : (
        <>
          <CopyLine label={t.link} bare secret text={`${location.origin}/r/${slug}#key=${key.value}`} />
          <p class="form-note">{t.linkOnce}</p>
        </>
      )}
      <div>
        <Button icon="link" onClick={() => (asks.value = true)}>
          {t.linkMake}
        </Button>
      </div>
      <Dialog open={asks.value} title={t.linkMakeTitle} onClose={() => (asks.value = false)}>
        <p>{t.linkMakeWhy}</p>
        <div class="form-foot">
          <Button onClick={() => (asks.value = false)}>{shellText().cancel}</Button>
          <Button kind="primary" onClick={() => void make()}>
            {t.linkMake}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}

function PasswordKey({ slug }: { slug: string }) {
  const t = deskText().settings;
  const typed = useSignal("");
  const error = useSignal<string | undefined>(undefined);
  const save = async (password: string): Promise<void> => {
    const result = await api.setDoor(slug, { password, new_link: false });
    if (!result.ok) {
      error.value = sayFailure(result.failure);
      return;
    }
    typed.value = "";
    toast(password === "" ? t.passwordGone : t.passwordDone, "good");
  };
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if ([...typed.value].length < PASSWORD_CHARS_MIN) error.value = t.passwordShort;
        else void save(typed.value);
      }}
    >
      <PasswordField
        label={t.password}
        kind="off"
        name="room-password"
        hint={t.passwordWhy}
        error={error.value}
        value={typed.value}
        onInput={(value) => {
          typed.value = value;
          error.value = undefined;
        }}
      />
      <div class="form-foot form-foot-start">
        <Button type="submit" icon="key" disabled={typed.value === ""}>
          {t.passwordSet}
        </Button>
        <Button kind="plain" onClick={() => void save("")}>
          {t.passwordRemove}
        </Button>
      </div>
    </form>
  );
}
