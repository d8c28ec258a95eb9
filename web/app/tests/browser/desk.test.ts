// The built desk in Chromium: keeping order by keyboard alone, and as axe reads it.

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { en } from "../../src/text/desk.en.ts";
import { zh } from "../../src/text/desk.zh-CN.ts";
import { findings } from "./axe.ts";
import { complaints, launch } from "./chromium.ts";
import { evening } from "./evening.ts";
import { House } from "./house.ts";
import { hasFocus, tabTo } from "./keyboard.ts";
import { contextOf, LOOKS } from "./looks.ts";

const WORDS = { en, "zh-CN": zh };
const ANA = { id: 6, name: "Ana", role: "guest" } as const;

let browser: Browser;
let house: House;
let page: Page;
let wrong: string[];

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

beforeEach(async () => {
  house = await House.open();
  house.visitor = { ...house.host };
  house.people = [house.host, ANA];
});

afterEach(async () => {
  await page.context().close();
  await house.close();
  expect(wrong).toEqual([]);
});

async function open(path: string, options: BrowserContextOptions = { locale: "en" }): Promise<void> {
  page = await (await browser.newContext(options)).newPage();
  wrong = complaints(page);
  await page.goto(house.url + path);
}

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

test("by keyboard: mute somebody, let them speak again, put them out", async () => {
  await open("/desk/jazz");
  const more = page.getByRole("button", { name: "What to do about Ana" });
  await tabTo(page, more);
  // Nothing is waited for between the keys: the menu has the focus as soon as it is there.
  await press("Enter", "Enter");
  await expect.poll(() => house.orders).toMatchObject([{ do: "mute", whom: 6, seconds: 300 }]);
  await page.getByText("Ana is muted.").waitFor();
  expect(await hasFocus(more)).toBe(true);

  await tabTo(page, page.getByRole("button", { name: /Let Ana speak again/ }));
  await press("Enter");
  await expect.poll(() => house.orders[1]).toMatchObject({ do: "unmute", whom: 6 });
  await page.getByText("Nobody is muted.").waitFor();

  await tabTo(page, more);
  await press("Enter", "ArrowDown", "ArrowDown", "ArrowDown", "Enter");
  await page.getByRole("dialog", { name: "Put Ana out?" }).waitFor();
  expect(await hasFocus(page.getByRole("radio", { name: "1 day" }))).toBe(true);
  await press("ArrowRight", "Tab", "Tab", "Enter");
  await expect.poll(() => house.orders[2]).toMatchObject({ do: "ban", whom: 6, seconds: 604_800 });
  await page.getByRole("button", { name: /Let Ana in again/ }).waitFor();
  expect(await hasFocus(more)).toBe(true);
});

test("by keyboard: slow mode, a word to the room, and the trail of both", async () => {
  await open("/desk/jazz");
  await tabTo(page, page.getByRole("radio", { name: "Off" }));
  await press("ArrowRight");
  await expect.poll(() => house.orders).toMatchObject([{ do: "slow_mode", seconds: 5 }]);
  await tabTo(page, page.getByLabel("Say something to the room"));
  await page.keyboard.type("晚上好");
  await press("Enter");
  await expect.poll(() => house.orders[1]).toMatchObject({ do: "chat", text: "晚上好" });
  await tabTo(page, page.getByRole("radio", { name: "People" }));
  await press("ArrowRight", "ArrowRight");
  await page.getByText("林小满 set slow mode to one message in 5 seconds").waitFor();
});

test("one who keeps no order here is told so", async () => {
  house.visitor = ANA;
  await open("/desk/jazz");
  await page.getByText("This is the desk of those who keep order here").waitFor();
  expect(await findings(page)).toEqual([]);
});

test.each(LOOKS)("axe has nothing to say about the desk: $locale, $light, on $on", async (look) => {
  const t = WORDS[look.locale];
  evening(house);
  house.chat(ANA, "hello");
  house.happen({ event: "banned", by: 1, whom: 9, name: "Spam", until: null });
  await open("/desk/jazz", contextOf(look));
  const here = page.getByRole("region", { name: t.people.here });
  const more = here.getByRole("button", { name: t.talk.actions("Ana") });
  await more.waitFor();
  expect(await findings(page), "people").toEqual([]);
  await more.click();
  await page.getByRole("menuitem", { name: t.person.ban }).waitFor();
  expect(await findings(page), "what to do about somebody").toEqual([]);
  await page.getByRole("menuitem", { name: t.person.ban }).click();
  await page.getByRole("button", { name: t.person.banDo }).waitFor();
  expect(await findings(page), "putting somebody out").toEqual([]);
  await page.keyboard.press("Escape");
  if (look.on === "a phone") {
    await page.getByRole("radio", { name: t.tabTalk }).check();
    await page.getByLabel(t.talk.say).waitFor();
    expect(await findings(page), "the talk").toEqual([]);
  }
  await page.getByRole("radio", { name: t.tabAudit }).check();
  await page.getByText(t.audit.liveStarted).first().waitFor();
  expect(await findings(page), "the audit trail").toEqual([]);
  await page.getByRole("radio", { name: t.tabSettings }).check();
  await page.getByRole("radio", { name: t.settings.byKey }).check();
  expect(await findings(page), "the settings").toEqual([]);
});
