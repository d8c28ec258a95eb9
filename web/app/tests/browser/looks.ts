// How a page may look: in which light, in which language, on what. In these four every two of the properties meet.

import type { BrowserContextOptions } from "playwright-core";

export type Look = { locale: "en" | "zh-CN"; light: "light" | "dark"; on: "a desktop" | "a phone" };

export const LOOKS: readonly Look[] = [
  { locale: "en", light: "light", on: "a desktop" },
  { locale: "en", light: "dark", on: "a phone" },
  { locale: "zh-CN", light: "light", on: "a phone" },
  { locale: "zh-CN", light: "dark", on: "a desktop" },
];

/** Nothing moves: what is read or pressed is where it will be. */
export function contextOf({ locale, light, on }: Look): BrowserContextOptions {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  return {
    locale,
    colorScheme: light,
    reducedMotion: "reduce",
    ...(on === "a phone" ? phone : { viewport: { width: 1280, height: 800 } }),
  };
}
