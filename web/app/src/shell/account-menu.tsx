// The account, at the head of every page of the host's: who one is, and changing or leaving that.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { accountText, api, me, sayFailure, signInPath } from "./account.ts";
import { Avatar } from "./avatar.tsx";
import { IconButton } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Menu, MenuItem, MenuLine } from "./menu.tsx";
import { NameForm } from "./name-form.tsx";
import { PasswordForm } from "./password-form.tsx";
import { Popover } from "./popover.tsx";
import { Preferences } from "./preferences.tsx";
import { toast } from "./toast.tsx";

export function AccountMenu() {
  const t = accountText();
  const open = useSignal<"nothing" | "menu" | "preferences">("nothing");
  const asks = useSignal<"nothing" | "name" | "password">("nothing");
  const account = useRef<HTMLButtonElement>(null);
  const preferences = useRef<HTMLButtonElement>(null);
  const person = me.value?.person ?? null;
  const close = (): void => {
    open.value = "nothing";
  };
  const done = (): void => {
    asks.value = "nothing";
  };
  return (
    <div class="account">
      <IconButton
        icon="globe"
        label={t.preferences}
        aria-expanded={open.value === "preferences"}
        aria-haspopup="dialog"
        buttonRef={preferences}
        onClick={() => {
          open.value = "preferences";
        }}
      />
      {person === null && me.value !== null && !me.value.setup_needed && location.pathname !== "/sign-in" && (
        <a class="button button-quiet button-small" href={signInPath()}>
          {t.signIn}
        </a>
      )}
      {person !== null && (
        <button
          type="button"
          ref={account}
          class="account-button"
          aria-label={t.menuOf(person.name)}
          aria-haspopup="menu"
          aria-expanded={open.value === "menu"}
          onClick={() => {
            open.value = "menu";
          }}
        >
          <Avatar id={person.id} name={person.name} size={32} />
        </button>
      )}
      <Popover open={open.value === "preferences"} onClose={close} anchor={preferences} label={t.preferences}>
        <Preferences />
      </Popover>
      {person !== null && (
        <Popover open={open.value === "menu"} onClose={close} anchor={account}>
          <div class="account-who">
            <Avatar id={person.id} name={person.name} size={36} />
            <p>
              <strong>{person.name}</strong>
              {!person.registered && <span>{t.guest}</span>}
            </p>
          </div>
          <Menu label={t.menuOf(person.name)}>
            <MenuItem
              icon="person"
              onPick={() => {
                close();
                asks.value = "name";
              }}
            >
              {t.changeName}
            </MenuItem>
            {person.registered && (
              <MenuItem
                icon="key"
                onPick={() => {
                  close();
                  asks.value = "password";
                }}
              >
                {t.changePassword}
              </MenuItem>
            )}
            <MenuLine />
            <MenuItem icon="leave" onPick={() => void signOut()}>
              {t.signOut}
            </MenuItem>
          </Menu>
        </Popover>
      )}
      <Dialog open={asks.value === "name"} title={t.changeName} onClose={done}>
        <NameForm name={person?.name ?? ""} onDone={done} />
      </Dialog>
      <Dialog open={asks.value === "password"} title={t.changePassword} onClose={done}>
        <PasswordForm name={person?.name ?? ""} onDone={done} />
      </Dialog>
    </div>
  );
}

async function signOut(): Promise<void> {
  const result = await api.signOut();
  if (result.ok) location.assign("/");
  else toast(sayFailure(result.failure), "bad");
}
