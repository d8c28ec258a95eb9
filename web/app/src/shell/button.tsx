// Buttons: one that says what it does, and one that shows it and is named for who cannot see it.

import type { ComponentChildren, JSX, Ref } from "preact";

import { Icon, type IconName } from "./icon.tsx";

type Native = Omit<JSX.IntrinsicElements["button"], "size" | "icon" | "ref" | "class" | "label">;

/** `primary` once a view; `danger` for what cannot be undone; `plain` carries no surface of its own. */
export type ButtonKind = "primary" | "quiet" | "plain" | "danger";

export function Button(
  props: Native & {
    kind?: ButtonKind;
    size?: "small" | "normal" | "large";
    icon?: IconName;
    /** It is at work: it keeps its place and the focus, and takes no second press. */
    busy?: boolean;
    wide?: boolean;
    class?: string;
    children: ComponentChildren;
  },
) {
  const {
    kind = "quiet",
    size = "normal",
    icon,
    busy = false,
    wide = false,
    children,
    class: more,
    onClick,
    ...native
  } = props;
  const names = `button button-${kind} button-${size}${wide ? " button-wide" : ""}${more ? ` ${more}` : ""}`;
  return (
    <button
      type="button"
      {...native}
      class={names}
      aria-busy={busy}
      // One that is `disabled` loses the focus, and the keyboard would begin anew at the top of the page.
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} size={18} />}
      <span>{children}</span>
    </button>
  );
}

export function IconButton(
  props: Native & {
    icon: IconName;
    /** What it does, in words. */
    label: string;
    size?: number;
    fill?: boolean;
    /** For one that stays pressed. */
    pressed?: boolean;
    class?: string;
    buttonRef?: Ref<HTMLButtonElement>;
  },
) {
  const { icon, label, size = 20, fill = false, pressed, class: more, buttonRef, ...native } = props;
  return (
    <button
      type="button"
      {...native}
      {...(buttonRef ? { ref: buttonRef } : {})}
      class={`icon-button${more ? ` ${more}` : ""}`}
      aria-label={label}
      title={label}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
    >
      <Icon name={icon} size={size} fill={fill} />
    </button>
  );
}
