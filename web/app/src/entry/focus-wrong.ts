// After a form was refused, the first wrong field is where one wants to type.

import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Puts the focus there as soon as the form shows what is wrong. */
export function useFocusOnWrong(form: RefObject<HTMLFormElement | null>, wrong: object): void {
  useLayoutEffect(
    () => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    [form, wrong],
  );
}
