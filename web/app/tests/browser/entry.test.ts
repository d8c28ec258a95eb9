// The way in, built, in Chromium: the front page, the first run, signing in. By keyboard alone, and as axe reads it.

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { en as account } from "../../src/text/account.en.ts";
import { zh as accountZh } from "../../src/text/account.zh-CN.ts";
import { en as entry } from "../../src/text/entry.en.ts";
import { zh as entryZh } from "../../src/text/entry.zh-CN.ts";
import { findings } from "./axe.ts";
import { complaints, launch } from "./chromium.ts";
import { House } from "./house.ts";
import { hasFocus, overwrite, tabTo } from "./keyboard.ts";
import { contextOf, LOOKS } from "./looks.ts";

const TOKEN = "one-time-token-4711";
const WORDS = { en: { entry, account }, "zh-CN": { entry: entryZh, account: accountZh } };
const HOST = { id: 1, name: "林小满", role: "host" } as const;

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

test("by keyboard: the one-time link, a name, a password, a room, and on to the studio", async () => {
  house.accounts.setupToken = TOKEN;
  await open(`/setup#token=${TOKEN}`);
  await page.getByLabel("Your name").waitFor();
  // The form says what is missing, and puts one where it is.
  await tabTo(page, page.getByRole("button", { name: "Open my room" }));
  await page.keyboard.press("Enter");
  await page.getByText("Say what you are called.").waitFor();
  expect(await hasFocus(page.getByLabel("Your name"))).toBe(true);
  await page.keyboard.type("林小满");
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type("correct horse battery");
  await tabTo(page, page.getByLabel("Title"));
  await page.keyboard.type("Jazz");
  await page.keyboard.press("Enter");
  await page.getByText("Your room is open").waitFor();
  expect(await hasFocus(page.getByRole("heading", { name: "Your room is open" }))).toBe(true);
  expect(page.url()).toBe(`${house.url}/setup`);
  await tabTo(page, page.getByRole("link", { name: "Open the studio" }));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/studio/jazz");
});

test("by keyboard: a wrong password is said, the right one leads to where one wanted to go", async () => {
  house.accounts.add(HOST, "correct horse battery");
  await open("/sign-in?next=/desk/jazz");
  await tabTo(page, page.getByLabel("Name"));
  await page.keyboard.type(HOST.name);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type("wrong horse");
  await page.keyboard.press("Enter");
  await page.getByText("That name and password do not belong together.").waitFor();
  expect(await hasFocus(page.getByLabel("Password", { exact: true }))).toBe(true);
  await overwrite(page, "correct horse battery");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/desk/jazz");
});

test("by keyboard: a button that is at work keeps the focus, and is pressed once", async () => {
  let tell = (): void => {};
  house.accounts.add(HOST, "correct horse battery");
  await open("/sign-in");
  house.toldAfter = new Promise<void>((done) => {
    tell = done;
  });
  await tabTo(page, page.getByLabel("Name"));
  await page.keyboard.type(HOST.name);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type("wrong horse");
  const button = page.locator("form").getByRole("button", { name: "Sign in" });
  await tabTo(page, button);
  for (let n = 0; n < 3; n += 1) await page.keyboard.press("Enter");
  expect(await hasFocus(button)).toBe(true);
  tell();
  await page.getByText("That name and password do not belong together.").waitFor();
  expect(await hasFocus(button)).toBe(true);
  expect(house.requests.filter((request) => request === "POST /api/v1/sessions")).toHaveLength(1);
});

test.each(LOOKS)("axe has nothing to say about the first run: $locale, $light, on $on", async (look) => {
  const { entry: t } = WORDS[look.locale];
  house.accounts.setupToken = TOKEN;
  await open("/setup", contextOf(look));
  await page.getByText(t.fresh.title).waitFor();
  await page.getByLabel(t.fresh.paste).fill("no link");
  await page.keyboard.press("Enter");
  await page.getByText(t.fresh.notALink).waitFor();
  expect(await findings(page), "no link").toEqual([]);
  await page.getByLabel(t.fresh.paste).fill(TOKEN);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: t.setup.submit }).click();
  await page.getByText(t.setup.noName).waitFor();
  expect(await findings(page), "nothing filled in").toEqual([]);
  await page.getByLabel(t.setup.name).fill("林小满");
  await page.getByLabel(t.setup.password, { exact: true }).fill("correct horse");
  await page.getByLabel(t.setup.roomTitle).fill("周五爵士夜");
  expect(await findings(page), "filled in").toEqual([]);
  await page.getByRole("button", { name: t.setup.submit }).click();
  await page.getByText(t.setup.doneTitle).waitFor();
  expect(await findings(page), "done").toEqual([]);
});

test.each(LOOKS)("axe has nothing to say about signing in: $locale, $light, on $on", async (look) => {
  const { entry: t } = WORDS[look.locale];
  await open("/sign-in", contextOf(look));
  await page.getByText(t.signIn.welcome).waitFor();
  expect(await findings(page), "the form").toEqual([]);
  await page.getByRole("radio", { name: t.signIn.register }).check();
  await page.getByLabel(t.signIn.password, { exact: true }).fill("12345678");
  await page.getByRole("button", { name: t.signIn.submitNew }).click();
  await page.getByText(t.signIn.noName).waitFor();
  expect(await findings(page), "registering without a name").toEqual([]);
  await page.getByRole("radio", { name: t.signIn.title }).check();
  house.accounts.pausedUntil = Date.now() + 600_000;
  await page.getByLabel(t.signIn.name).fill("Ana");
  await page.getByLabel(t.signIn.password, { exact: true }).fill("guess");
  await page.keyboard.press("Enter");
  await page.getByText(t.signIn.tooMany).waitFor();
  expect(await findings(page), "too many attempts").toEqual([]);
  house.visitor = HOST;
  await page.reload();
  await page.getByText(t.signIn.already(HOST.name)).waitFor();
  expect(await findings(page), "signed in").toEqual([]);
});

test.each(LOOKS)("axe has nothing to say about the front page: $locale, $light, on $on", async (look) => {
  const { entry: t, account: a } = WORDS[look.locale];
  house.visitor = HOST;
  await open("/", contextOf(look));
  await page.getByText(t.front.nobodyLive).waitFor();
  expect(await findings(page), "nobody live").toEqual([]);
  house.live = { state: "on", show: 1, since: Date.now() - 60_000 };
  await page.reload();
  await page.getByText(t.front.liveNow).waitFor();
  expect(await findings(page), "somebody live").toEqual([]);
  await page.getByRole("button", { name: t.front.newRoom }).click();
  await page.getByRole("button", { name: t.front.create }).click();
  await page.getByText(t.setup.noTitle).waitFor();
  expect(await findings(page), "a new room without a title").toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: a.menuOf(HOST.name) }).click();
  await page.getByRole("menuitem", { name: a.changePassword }).waitFor();
  expect(await findings(page), "the account").toEqual([]);
  await page.getByRole("menuitem", { name: a.changePassword }).click();
  await page.getByLabel(a.passwordNew).waitFor();
  expect(await hasFocus(page.getByLabel(a.passwordNow))).toBe(true);
  expect(await findings(page), "a new password").toEqual([]);
});
