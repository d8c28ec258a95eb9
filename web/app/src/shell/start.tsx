// How every page begins: tokens, theme, language, toasts, and the page itself.

import "./theme.css";
import "./controls.css";
import "./theme.ts";

import { type ComponentType, render } from "preact";

import { Toasts } from "./toast.tsx";

/** Puts a page into the document. */
export function start(Page: ComponentType): void {
  const root = document.getElementById("app");
  if (root === null) throw new Error("the page's HTML has no #app");
  render(
    <>
      <Page />
      <Toasts />
    </>,
    root,
  );
}
