// A question that comes before everything else: the browser's own modal dialog, with its focus trap and Escape.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { IconButton } from "./button.tsx";
import { shellText } from "./words.ts";

/** The first thing to answer, not the way out; what only password managers read is none. */
const FIRST = "[autofocus], input:not([tabindex='-1']), select, textarea, .button";

export function Dialog(props: {
  open: boolean;
  title: string;
  /** Absent where there is no way around the question. */
  onClose?: (() => void) | undefined;
  children: ComponentChildren;
  wide?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const t = shellText();
  const { open, onClose } = props;

  // Before the browser takes the next key: one pressed right after opening belongs to the dialog.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (open && !element.open) {
      element.showModal();
      element.querySelector<HTMLElement>(FIRST)?.focus();
    }
    if (!open && element.open) element.close();
  }, [open]);

  return (
    <dialog
      ref={dialog}
      class={props.wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose?.();
      }}
    >
      {open && (
        <div class="dialog-body">
          <div class="dialog-head">
            <h2 id={id}>{props.title}</h2>
            {onClose && <IconButton icon="cross" label={t.close} onClick={onClose} />}
          </div>
          {props.children}
        </div>
      )}
    </dialog>
  );
}
