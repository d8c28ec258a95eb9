// After a form was refused, the first wrong field is where one wants to type.

/** Puts the focus there, once the form shows what is wrong. */
export function focusWrong(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
