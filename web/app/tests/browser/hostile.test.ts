// Names, messages, danmaku and titles are text and nothing else, wherever they are shown.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { complaints, launch } from "./chromium.ts";
import { House } from "./house.ts";

const CORPUS = [
  "<script>window.pwned = 1</script>",
  '<img src=x onerror="window.pwned=1">',
  "<svg onload=window.pwned=1>",
  '"><iframe srcdoc="<script>parent.pwned=1</script>">',
  '<a href="javascript:window.pwned=1">x</a>',
  "</textarea><script>window.pwned=1</script>",
  "</style><style>body{display:none}</style>",
  "{{constructor.constructor('window.pwned=1')()}}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant to look like one.
  "${window.pwned=1}",
  "&lt;img src=x onerror=window.pwned=1&gt;",
  "<math><mtext><table><mglyph><style><img src=x onerror=window.pwned=1>",
  "javascript:window.pwned=1",
  "__proto__",
  "constructor",
  "@<b onmouseover=window.pwned=1>",
  "\u0000\u0008control",
  "a\u0301".repeat(40),
  "﷽".repeat(30),
  "𒐫𒐫𒐫𒐫",
  "W".repeat(500),
  "👨‍👩‍👧‍👦🏳️‍🌈".repeat(20),
] as const;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test("the corpus is shown letter for letter and does nothing", async () => {
  const house = await House.open();
  house.visitor = { id: 6, name: '<img src=x onerror="window.pwned=1">', role: "moderator" };
  house.host.name = "<script>window.pwned = 1</script>";
  house.title = "<svg onload=window.pwned=1></title><script>window.pwned=1</script>";
  for (const [n, words] of CORPUS.entries()) {
    const by = { id: 10 + n, name: words.slice(0, 24), role: "guest" } as const;
    const said = house.chat(by, words);
    house.chat(by, `@${by.name} ${words}`.slice(0, 500), { reply_to: said.seq, mentions: [by.id] });
  }
  const page = await (await browser.newContext({ locale: "en" })).newPage();
  const wrong = complaints(page);
  page.on("dialog", () => wrong.push("a dialog opened"));
  await page.goto(`${house.url}/r/jazz`);
  await page.locator(".row").last().waitFor();
  for (const [n, words] of CORPUS.entries()) {
    house.danmaku(
      { id: 10 + n, name: words.slice(0, 24), role: "guest" },
      words.slice(0, 100),
      0xffffff,
      n % 3 === 0 ? "top" : "scroll",
    );
  }
  await page
    .locator(".row-danmaku")
    .nth(CORPUS.length - 1)
    .waitFor();
  const shown = await page.locator(".row-text").allTextContents();
  for (const words of CORPUS) expect(shown).toContain(words);
  // Every way in which such words are shown again: a menu, a reply, a mention, a title, the draft.
  for (const row of [0, 2, 4]) {
    await page.locator(".row").nth(row).hover();
    await page.locator(".row-more").nth(row).click();
    await page.getByRole("menuitem", { name: "Reply" }).click();
  }
  await page.locator("textarea").fill("@<");
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  const inside = await page.evaluate(() => ({
    pwned: "pwned" in window,
    made: document.querySelectorAll("iframe, .log img, .log script, .log a, .log svg[onload], object, embed")
      .length,
    hidden: getComputedStyle(document.body).display === "none",
  }));
  expect(inside).toEqual({ pwned: false, made: 0, hidden: false });
  expect(await page.title()).toContain("<svg onload=window.pwned=1>");
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  expect(wrong).toEqual([]);
  await house.close();
});
