// Every state of the viewer's page, in both themes, as axe reads it: no finding.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { findings } from "./axe.ts";
import { launch, publisher } from "./chromium.ts";
import { evening } from "./evening.ts";
import { House } from "./house.ts";

let browser: Browser;
let show: (offer: string) => Promise<string>;

beforeAll(async () => {
  browser = await launch("--autoplay-policy=no-user-gesture-required");
  show = await publisher(browser);
});

afterAll(() => browser.close());

type State = {
  name: string;
  phone?: boolean;
  set?: (house: House) => void;
  act?: (page: Page, house: House) => Promise<void>;
};

const onAir = (house: House): void => {
  house.live = { state: "on", show: 1, since: Date.now() - 60_000 };
  house.answerOffer = show;
};

const offAir = async (page: Page): Promise<void> => {
  await page.getByText("The stage is quiet").waitFor();
};

const STATES: State[] = [
  { name: "off air", act: offAir },
  { name: "off air on a phone", phone: true, act: offAir },
  {
    name: "on air",
    set: onAir,
    act: async (page) => {
      await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
    },
  },
  {
    name: "interrupted",
    set: onAir,
    act: async (page, house) => {
      await page.getByText("LIVE").first().waitFor();
      house.happen({ event: "live_interrupted", show: 1, until: Date.now() + 50_000 });
      await page.getByText("Back in a moment").waitFor();
    },
  },
  {
    name: "asked for a name",
    set: (house) => {
      house.visitor = null;
    },
    act: async (page) => {
      await page.locator("textarea").fill("hello");
      await page.keyboard.press("Enter");
      await page.getByLabel("Name").waitFor();
    },
  },
  {
    name: "asked for a key",
    set: (house) => {
      house.key = "k";
    },
    act: (page) => page.getByLabel("Password").waitFor(),
  },
  {
    name: "menu of a message, for staff",
    set: (house) => {
      house.visitor = { id: 2, name: "Zhe", role: "moderator" };
    },
    act: async (page) => {
      await page.locator(".row").nth(1).hover();
      await page.locator(".row-more").nth(1).click();
      await page.getByRole("menuitem", { name: "Delete" }).waitFor();
    },
  },
  {
    name: "danmaku settings",
    act: async (page) => {
      await page.getByRole("button", { name: "Danmaku", exact: true }).click();
      await page.getByRole("dialog", { name: "Danmaku" }).waitFor();
    },
  },
  {
    name: "style and emoji",
    act: async (page) => {
      await page.getByRole("button", { name: "Danmaku style" }).click();
      await page.getByRole("dialog", { name: "Danmaku style" }).waitFor();
    },
  },
  {
    name: "who is here",
    act: async (page) => {
      await page.getByRole("button", { name: "128 people here" }).click();
      await page.getByText("and 127 more").waitFor();
    },
  },
  {
    name: "emoji",
    act: async (page) => {
      await page.getByRole("button", { name: "Emoji" }).click();
      await page.getByText("Faces").waitFor();
    },
  },
  {
    name: "a mention being written",
    act: async (page) => {
      await page.getByRole("radio", { name: "Chat", exact: true }).check();
      await page.locator("textarea").pressSequentially("@");
      await page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "refused",
    set: (house) => {
      house.judge = () => ({ code: "too_fast", retry_at: Date.now() + 60_000 });
    },
    act: async (page) => {
      await page.locator("textarea").fill("hello");
      await page.keyboard.press("Enter");
      await page.getByText(/Next in/).waitFor();
    },
  },
  {
    name: "muted",
    act: async (page, house) => {
      await house.welcomed;
      house.happen({ event: "muted", by: 1, whom: 6, name: "Ana", until: Date.now() + 60_000 });
      await page.getByText(/You are muted/).waitFor();
    },
  },
  {
    name: "banned",
    act: async (page, house) => {
      await house.welcomed;
      house.happen({ event: "banned", by: 1, whom: 6, name: "Ana", until: null });
      await page.getByText("You cannot come in").waitFor();
    },
  },
];

for (const scheme of ["light", "dark"] as const) {
  test.each(STATES)(`$name, ${scheme}`, async ({ phone = false, set, act }) => {
    const house = await House.open();
    house.visitor = { id: 6, name: "Ana", role: "guest" };
    evening(house);
    set?.(house);
    const context = await browser.newContext({
      locale: "en",
      colorScheme: scheme,
      reducedMotion: "reduce",
      viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    await page.goto(`${house.url}/r/jazz`);
    await page.locator("h1").first().waitFor();
    await act?.(page, house);
    expect(await findings(page)).toEqual([]);
    await context.close();
    await house.close();
  });
}
