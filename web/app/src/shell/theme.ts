// Light or dark: as the system says, until the viewer says otherwise.

import { computed, effect, signal } from "@preact/signals";

import { keepsake, oneOf } from "./keepsake.ts";

export type ThemeChoice = "system" | "light" | "dark";

const asksForDark = window.matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(asksForDark.matches);
asksForDark.addEventListener("change", () => {
  systemIsDark.value = asksForDark.matches;
});

/** What the viewer chose. */
export const themeChoice = keepsake<ThemeChoice>("theme", "system", oneOf("system", "light", "dark"));

/** What is shown. */
export const theme = computed<"light" | "dark">(() => {
  if (themeChoice.value !== "system") return themeChoice.value;
  return systemIsDark.value ? "dark" : "light";
});

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
