// The built studio in Chromium, with a camera and a microphone that are not there: from the check to the show's end by
// keyboard alone, and as axe reads it.

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { en } from "../../src/text/studio.en.ts";
import { zh } from "../../src/text/studio.zh-CN.ts";
import { findings } from "./axe.ts";
import { complaints, FAKE_DEVICES, launch, notAskedYet, taker } from "./chromium.ts";
import { evening } from "./evening.ts";
import { House } from "./house.ts";
import { hasFocus, tabTo } from "./keyboard.ts";
import { contextOf, LOOKS } from "./looks.ts";

const WORDS = { en, "zh-CN": zh };

let browser: Browser;
let house: House;
let page: Page;
let wrong: string[];
let take: (offer: string) => Promise<string>;

beforeAll(async () => {
  browser = await launch(...FAKE_DEVICES);
  take = await taker(browser);
});

afterAll(() => browser.close());

beforeEach(async () => {
  house = await House.open();
  house.visitor = { ...house.host };
  house.answerShow = take;
});

afterEach(async () => {
  await page.context().close();
  await house.close();
  expect(wrong).toEqual([]);
});

async function open(options: BrowserContextOptions = { locale: "en" }): Promise<void> {
  const context = await browser.newContext(options);
  await context.addInitScript(notAskedYet);
  // A small picture: what is tested is the page, not how fast this machine encodes.
  await context.addInitScript(() =>
    localStorage.setItem("livehouse.plan", JSON.stringify({ quality: "360p", frames_per_s: 30 })),
  );
  page = await context.newPage();
  wrong = complaints(page);
  await page.goto(`${house.url}/studio/jazz`);
}

/** The check has said something about everything. */
async function checked(): Promise<void> {
  await page.locator(".finding").nth(3).waitFor();
  await page.locator(".finding-idle, .finding-busy").first().waitFor({ state: "detached" });
}

test("by keyboard: camera on, the check, live, and the end of the show", async () => {
  await open();
  await tabTo(page, page.getByRole("button", { name: "Switch camera and microphone on" }));
  await page.keyboard.press("Enter");
  await checked();
  expect(house.requests).toContain("POST /api/v1/rooms/jazz/uplink");
  expect(await page.locator(".finding").nth(2).textContent()).toMatch(/640 × 360/);

  await tabTo(page, page.getByRole("button", { name: "Go live" }));
  await page.keyboard.press("Enter");
  await page.getByRole("timer").waitFor();
  const health = page.getByRole("region", { name: "What leaves this computer" });
  await health.getByText("360p").waitFor();
  expect(house.requests).toContain("POST /whip/jazz");

  const end = page.getByRole("button", { name: "End the show" }).first();
  await tabTo(page, end);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "End the show?" });
  await dialog.waitFor();
  expect(await hasFocus(dialog.getByRole("button", { name: "Stay live" }))).toBe(true);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText(/The show is over/).waitFor();
  expect(house.requests).toContain("DELETE /whip/jazz/s1");
  await page.getByRole("button", { name: "Go live" }).waitFor();
});

test("by keyboard: a check under way keeps the focus where it was started", async () => {
  await open();
  await tabTo(page, page.getByRole("button", { name: "Switch camera and microphone on" }));
  await page.keyboard.press("Enter");
  await checked();
  const again = page
    .locator("section", { has: page.locator("#check") })
    .getByRole("button")
    .first();
  await tabTo(page, again);
  await page.keyboard.press("Enter");
  await page.locator(".finding-busy").first().waitFor();
  expect(await hasFocus(again)).toBe(true);
});

test("one who does not host is told so", async () => {
  house.visitor = { id: 2, name: "Zhe", role: "moderator" };
  await open();
  await page.getByText("This is the host's studio").waitFor();
  expect(await findings(page)).toEqual([]);
});

test.each(LOOKS)("axe has nothing to say about the studio: $locale, $light, on $on", async (look) => {
  const t = WORDS[look.locale];
  evening(house);
  await open(contextOf(look));
  await page.getByRole("button", { name: t.start }).waitFor();
  expect(await findings(page), "before anything").toEqual([]);
  await page.getByRole("button", { name: t.start }).click();
  await checked();
  expect(await findings(page), "checked").toEqual([]);
  await page.getByRole("button", { name: t.key.make }).click();
  await page.getByRole("button", { name: t.key.makeDo, exact: true }).click();
  await page.getByText(t.key.once).waitFor();
  expect(await findings(page), "a stream key").toEqual([]);
  await page.getByRole("button", { name: t.goLive }).click();
  await page.getByRole("timer").waitFor();
  await page.getByRole("region", { name: t.health.title }).getByText("360p").waitFor();
  expect(await findings(page), "live").toEqual([]);
  if (look.on === "a phone") {
    await page.getByRole("radio", { name: t.talk }).check();
    expect(await findings(page), "the talk").toEqual([]);
    await page.getByRole("radio", { name: t.tabShow }).check();
  }
  await page.getByRole("button", { name: t.end }).first().click();
  await page.getByRole("button", { name: t.endStay }).waitFor();
  expect(await findings(page), "ending").toEqual([]);
  await page.getByRole("button", { name: t.endStay }).click();
  house.answerShow = null;
  house.live = { state: "on", show: 2, since: Date.now() };
  house.happen({ event: "live_interrupted", show: 1, until: Date.now() + 50_000 });
  await page.locator(".badge-away").waitFor();
  expect(await findings(page), "interrupted").toEqual([]);
});
