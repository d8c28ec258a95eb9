// The head of the host's pages and of the front page: the house, where one is in it, and one's account.

import "./forms.css";

import type { ComponentChildren } from "preact";

import { accountText } from "./account.ts";
import { AccountMenu } from "./account-menu.tsx";
import { Mark } from "./brand.tsx";

export function PageHead(props: { children?: ComponentChildren; plain?: boolean }) {
  return (
    <header class={props.plain ? "page-head page-head-plain" : "page-head"}>
      <a class="page-home" href="/" aria-label={accountText().home}>
        <Mark />
        <span class="page-home-name">Livehouse</span>
      </a>
      <div class="page-head-middle">{props.children}</div>
      <AccountMenu />
    </header>
  );
}
