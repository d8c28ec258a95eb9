// Pictures of the viewer's page, to be looked at: `npm run shots`, then open `app/tests/shots`. `ONLY=phone` takes some.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Page } from "playwright-core";
import { afterAll, test } from "vitest";

import { launch, publisher } from "./chromium.ts";
import { evening, flights } from "./evening.ts";
import { House } from "./house.ts";

const folder = process.env.SHOTS ?? fileURLToPath(new URL("../shots", import.meta.url));
await mkdir(folder, { recursive: true });
const browser = await launch("--autoplay-policy=no-user-gesture-required");
const show = await publisher(browser);

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

type Shot = {
  name: string;
  size: { width: number; height: number };
  dark: boolean;
  locale: string;
  scene?: (house: House) => void;
  act?: (page: Page, house: House) => Promise<void>;
};

const onAir = (house: House): void => {
  house.live = { state: "on", show: 1, since: Date.now() - 754_000 };
  house.answerOffer = show;
};

const flying = async (page: Page, house: House): Promise<void> => {
  await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
  flights(house);
  await page.waitForTimeout(2_500);
};

const shots: Shot[] = [
  { name: "desk-live-dark-zh", size: DESK, dark: true, locale: "zh-CN", scene: onAir, act: flying },
  { name: "desk-live-light-en", size: DESK, dark: false, locale: "en", scene: onAir, act: flying },
  { name: "phone-live-dark-zh", size: PHONE, dark: true, locale: "zh-CN", scene: onAir, act: flying },
  { name: "phone-live-light-en", size: PHONE, dark: false, locale: "en", scene: onAir, act: flying },
  { name: "desk-off-light-zh", size: DESK, dark: false, locale: "zh-CN" },
  { name: "desk-off-dark-en", size: DESK, dark: true, locale: "en" },
  { name: "phone-off-light-zh", size: PHONE, dark: false, locale: "zh-CN" },
  {
    name: "desk-break-dark-en",
    size: DESK,
    dark: true,
    locale: "en",
    scene: onAir,
    act: async (page, house) => {
      await flying(page, house);
      house.happen({ event: "live_interrupted", show: 1, until: Date.now() + 48_000 });
      await page.waitForTimeout(600);
    },
  },
  {
    name: "desk-settings-light-zh",
    size: DESK,
    dark: false,
    locale: "zh-CN",
    scene: onAir,
    act: async (page, house) => {
      await flying(page, house);
      await page.locator(".controls .icon-button").nth(3).click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "desk-quality-dark-zh",
    size: DESK,
    dark: true,
    locale: "zh-CN",
    scene: onAir,
    act: async (page, house) => {
      await flying(page, house);
      await page.locator(".controls .icon-button").nth(4).click();
      await page.waitForTimeout(2_600);
    },
  },
  {
    name: "phone-style-light-zh",
    size: PHONE,
    dark: false,
    locale: "zh-CN",
    scene: onAir,
    act: async (page, house) => {
      await flying(page, house);
      await page.locator(".style-button").click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "desk-emoji-light-en",
    size: DESK,
    dark: false,
    locale: "en",
    act: async (page) => {
      await page.locator(".composer-tools .icon-button").first().click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: "desk-name-light-en",
    size: DESK,
    dark: false,
    locale: "en",
    scene: (house) => {
      house.visitor = null;
    },
    act: async (page) => {
      await page.locator("textarea").fill("Hello!");
      await page.keyboard.press("Enter");
      await page.waitForTimeout(500);
    },
  },
  {
    name: "phone-name-dark-zh",
    size: PHONE,
    dark: true,
    locale: "zh-CN",
    scene: (house) => {
      house.visitor = null;
    },
    act: async (page) => {
      await page.locator("textarea").fill("大家好");
      await page.keyboard.press("Enter");
      await page.waitForTimeout(500);
    },
  },
  {
    name: "desk-menu-dark-zh",
    size: DESK,
    dark: true,
    locale: "zh-CN",
    scene: (house) => {
      house.visitor = { id: 2, name: "阿哲", role: "moderator" };
    },
    act: async (page) => {
      await page.locator(".row").nth(1).hover();
      await page.locator(".row").nth(1).locator(".row-more").click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "desk-refused-light-zh",
    size: DESK,
    dark: false,
    locale: "zh-CN",
    scene: (house) => {
      house.judge = () => ({ code: "too_fast", retry_at: Date.now() + 3_200 });
    },
    act: async (page) => {
      await page.locator("textarea").fill("太好听了");
      await page.keyboard.press("Enter");
      await page.waitForTimeout(500);
    },
  },
  {
    name: "desk-mention-light-en",
    size: DESK,
    dark: false,
    locale: "en",
    act: async (page) => {
      await page.getByRole("radio", { name: "Chat", exact: true }).check();
      await page.locator("textarea").pressSequentially("@a");
      await page.waitForTimeout(500);
    },
  },
  {
    name: "phone-key-light-zh",
    size: PHONE,
    dark: false,
    locale: "zh-CN",
    scene: (house) => {
      house.key = "secret";
    },
  },
  {
    name: "desk-banned-dark-en",
    size: DESK,
    dark: true,
    locale: "en",
    act: async (page, house) => {
      house.happen({ event: "banned", by: 1, whom: 6, name: "Ana", until: Date.now() + 3_600_000 });
      await page.waitForTimeout(400);
    },
  },
  {
    name: "phone-side-dark-en",
    size: { width: 844, height: 390 },
    dark: true,
    locale: "en",
    scene: onAir,
    act: flying,
  },
];

const wanted = shots.filter(({ name }) => name.includes(process.env.ONLY ?? ""));

test.each(wanted)("$name", async ({ name, size, dark, locale, scene, act }) => {
  const house = await House.open();
  house.visitor = { id: 6, name: "Ana", role: "guest" };
  evening(house);
  scene?.(house);
  const phone = Math.min(size.width, size.height) < 500;
  const context = await browser.newContext({
    viewport: size,
    deviceScaleFactor: phone ? 2 : 1,
    colorScheme: dark ? "dark" : "light",
    locale,
    isMobile: phone,
    hasTouch: phone,
  });
  const page = await context.newPage();
  await page.goto(`${house.url}/r/jazz`);
  await page.waitForTimeout(500);
  await act?.(page, house);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
  await house.close();
});

afterAll(() => browser.close());
