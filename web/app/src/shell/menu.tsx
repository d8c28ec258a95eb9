// The entries of a popover that is a menu: arrow keys walk them, letters are left alone.

import type { ComponentChildren } from "preact";

import { Icon, type IconName } from "./icon.tsx";

/** Goes into a `Popover` that has no label of its own. */
export function Menu({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="menu" role="menu" aria-label={label} tabIndex={-1} onKeyDown={walk}>
      {children}
    </div>
  );
}

export function MenuItem(props: {
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  onPick: () => void;
  children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      role="menuitem"
      class={props.danger ? "menu-item menu-item-danger" : "menu-item"}
      disabled={props.disabled === true}
      onClick={props.onPick}
    >
      {props.icon && <Icon name={props.icon} size={18} />}
      <span>{props.children}</span>
    </button>
  );
}

export function MenuLine() {
  return <hr class="menu-line" />;
}

function walk(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]:not(:disabled)')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
}
