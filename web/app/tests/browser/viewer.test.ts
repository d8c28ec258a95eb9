// The built viewer's page in Chromium, against a small house: what a person sees and does there.

import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { complaints, launch, publisher } from "./chromium.ts";
import { evening } from "./evening.ts";
import { House } from "./house.ts";

const TOM = { id: 4, name: "Tom", role: "guest" } as const;

let browser: Browser;
let show: (offer: string) => Promise<string>;
let house: House;
let page: Page;
let wrong: string[];

beforeAll(async () => {
  browser = await launch("--autoplay-policy=no-user-gesture-required");
  show = await publisher(browser);
});

afterAll(() => browser.close());

beforeEach(async () => {
  house = await House.open();
  house.visitor = { id: 6, name: "Ana", role: "guest" };
});

afterEach(async () => {
  await page.context().close();
  await house.close();
  expect(wrong).toEqual([]);
});

async function visit(options: BrowserContextOptions = {}, path = "/r/jazz"): Promise<void> {
  const context = await browser.newContext({
    locale: "en",
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  page = await context.newPage();
  wrong = complaints(page);
  await page.goto(house.url + path);
}

/** The row with these words, once the room has it: not one that is still on its way. */
function row(words: string): Locator {
  return page.locator(".row:not(.row-pending) .row-text", { hasText: words });
}

/** The chat's rows as a transcript. */
async function transcript(): Promise<string[]> {
  return page.locator(".log li").evaluateAll((rows) =>
    rows.map((row) => {
      const part = (name: string): string => row.querySelector(name)?.textContent ?? "";
      return row.matches(".row")
        ? `${part(".row-name")}: ${part(".row-text, .row-deleted")}`
        : (row.textContent ?? "");
    }),
  );
}

async function say(words: string): Promise<void> {
  await page.locator("textarea").fill(words);
  await page.keyboard.press("Enter");
}

async function chatMode(): Promise<void> {
  await page.getByRole("radio", { name: "Chat", exact: true }).check();
}

function onAir(): void {
  house.live = { state: "on", show: 1, since: Date.now() - 60_000 };
  house.answerOffer = show;
}

/** How many pixels of the danmaku's canvas are not empty. It is drawn by a worker; what it shows can be copied. */
async function inkOfStage(): Promise<number> {
  return page.locator("canvas.stage").evaluate((stage: HTMLCanvasElement) => {
    const copy = document.createElement("canvas");
    copy.width = stage.clientWidth;
    copy.height = stage.clientHeight;
    const pen = copy.getContext("2d");
    if (pen === null) return 0;
    pen.drawImage(stage, 0, 0, copy.width, copy.height);
    const { data } = pen.getImageData(0, 0, copy.width, copy.height);
    let ink = 0;
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 0) ink += 1;
    return ink;
  });
}

test("a show is watched: moving picture, sound, danmaku drawn by a worker", async () => {
  onAir();
  await visit();
  await page.waitForFunction(() => {
    const video = document.querySelector("video");
    return video !== null && video.videoWidth > 0 && video.currentTime > 0.5 && !video.muted;
  });
  await expect.poll(() => page.workers().length).toBe(1);
  await page.getByText("LIVE").first().waitFor();
  house.happen({ event: "live_interrupted", show: 1, until: Date.now() + 60_000 });
  await page.getByText("Back in a moment").waitFor();
  house.happen({ event: "live_resumed", show: 1 });
  await page.getByText("Back in a moment").waitFor({ state: "detached" });
  house.happen({ event: "live_ended", show: 1 });
  await page.getByText("The stage is quiet").waitFor();
  await expect.poll(() => house.requests.includes("DELETE /whep/jazz/s1")).toBe(true);
});

test("a danmaku flies over the picture, and its words are in the chat", async () => {
  await visit();
  await page.getByText("The stage is quiet").waitFor();
  expect(await inkOfStage()).toBe(0);
  for (let n = 0; n < 6; n += 1) house.danmaku(TOM, `What a night ${n}`, 0xffe14d);
  await row("What a night 5").waitFor();
  await expect.poll(inkOfStage).toBeGreaterThan(1_000);
});

test("chat goes both ways, once each, in order", async () => {
  await visit();
  await chatMode();
  house.chat(TOM, "hello");
  await row("hello").waitFor();
  await say("hi Tom");
  await row("hi Tom").waitFor();
  house.chat(TOM, "bye");
  await row("bye").waitFor();
  expect(await transcript()).toEqual(["Tom: hello", "Ana: hi Tom", "Tom: bye"]);
});

test("a reply and a mention say whom they mean", async () => {
  house.chat(TOM, "who plays tonight?");
  await visit();
  await page.locator(".row").hover();
  await page.locator(".row-more").click();
  await page.getByRole("menuitem", { name: "Reply" }).click();
  await page.locator("textarea").pressSequentially("ask @林");
  await page.getByRole("option", { name: /林小满/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect
    .poll(() => house.orders)
    .toEqual([
      {
        key: expect.any(Number),
        do: "chat",
        text: "ask @林小满",
        reply_to: house.log[0]?.seq,
        mentions: [1],
      },
    ]);
  await page.locator(".mention").waitFor();
});

test("one without a name is asked for it, and what was written goes on", async () => {
  house.visitor = null;
  await visit();
  await chatMode();
  await say("first words");
  const name = page.getByLabel("Name");
  await name.waitFor();
  expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
  await name.fill("admin");
  await page.keyboard.press("Enter");
  await page.getByText("Somebody has that name already.").waitFor();
  await name.fill("Ana");
  await page.keyboard.press("Enter");
  await row("first words").waitFor();
  expect(await transcript()).toEqual(["Ana: first words"]);
});

test("one with a name is not asked for it, however early the first word is", async () => {
  let tell = (): void => {};
  house.toldAfter = new Promise<void>((done) => {
    tell = done;
  });
  await visit();
  await chatMode();
  await say("early");
  expect(await page.getByRole("dialog").count()).toBe(0);
  tell();
  await row("early").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("a refused message comes back with the reason and a countdown, and can be sent after it", async () => {
  let refusals = 0;
  house.judge = () => {
    refusals += 1;
    return refusals === 1 ? { code: "too_fast", retry_at: Date.now() + 2_500 } : undefined;
  };
  await visit();
  await chatMode();
  await say("again");
  await page.getByText(/Next in [123] s/).waitFor();
  expect(await page.locator("textarea").inputValue()).toBe("again");
  expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  await page.getByText(/Next in/).waitFor({ state: "detached", timeout: 10_000 });
  await page.getByRole("button", { name: "Send" }).click();
  await row("again").waitFor();
});

test("Enter that ends a composition sends nothing", async () => {
  await visit();
  const field = page.locator("textarea");
  await field.focus();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Input.imeSetComposition", { text: "ni hao", selectionStart: 6, selectionEnd: 6 });
  await cdp.send("Input.dispatchKeyEvent", {
    type: "rawKeyDown",
    key: "Process",
    code: "Enter",
    windowsVirtualKeyCode: 229,
  });
  await field.evaluate((element) => {
    const init = { key: "Enter", bubbles: true, cancelable: true };
    element.dispatchEvent(new KeyboardEvent("keydown", { ...init, isComposing: true }));
    element.dispatchEvent(new KeyboardEvent("keydown", { ...init, keyCode: 229 }));
  });
  await cdp.send("Input.insertText", { text: "你好" });
  expect(house.orders).toEqual([]);
  await page.keyboard.press("Enter");
  await expect.poll(() => house.orders.map((order) => ("text" in order ? order.text : ""))).toEqual(["你好"]);
});

test("staff delete, mute and ban from a message's menu; the room sees it", async () => {
  house.visitor = { id: 2, name: "Zhe", role: "moderator" };
  house.chat(TOM, "buy followers");
  await visit();
  const menu = async (item: string): Promise<void> => {
    await page.locator(".row").first().hover();
    await page.locator(".row-more").first().click();
    await page.getByRole("menuitem", { name: item, exact: true }).click();
  };
  await menu("Mute for 10 minutes");
  await page.locator(".row-notice", { hasText: "Tom was muted" }).waitFor();
  await menu("Ban");
  await page.getByRole("button", { name: "Ban for good" }).click();
  await page.locator(".row-notice", { hasText: "Tom was banned" }).waitFor();
  await menu("Delete");
  await page.getByText("Message deleted").waitFor();
  expect(await page.content()).not.toContain("buy followers");
  expect(house.orders.map((order) => order.do)).toEqual(["mute", "ban", "delete"]);
});

test("the menu of another message opens at the first press, also while one is open; its own button closes it", async () => {
  house.chat(TOM, "one");
  // The first menu would lie over the second's button if they were neighbours.
  for (let n = 0; n < 9; n += 1) house.chat({ id: 7, name: "Bo", role: "guest" }, `between ${n}`);
  house.chat({ id: 5, name: "Eve", role: "guest" }, "two");
  await visit();
  await page.getByRole("button", { name: /Tom/ }).click();
  await page.getByRole("menu", { name: /Tom/ }).waitFor();
  await page.getByRole("button", { name: /Eve/ }).click();
  await page.getByRole("menu", { name: /Eve/ }).waitFor();
  await page.getByRole("menu", { name: /Tom/ }).waitFor({ state: "detached" });
  expect(await page.getByRole("menu", { name: /Eve/ }).isVisible()).toBe(true);
  await page.getByRole("button", { name: /Eve/ }).click();
  await page.getByRole("menu").waitFor({ state: "detached" });
});

test("a viewer has no staff's entries; the muted and the banned are told", async () => {
  house.chat(TOM, "hello");
  await visit();
  await page.locator(".row").hover();
  await page.locator(".row-more").click();
  await page.getByRole("menuitem", { name: "Reply" }).waitFor();
  expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Reply", "Mention", "Copy text"]);
  await page.keyboard.press("Escape");
  house.happen({ event: "muted", by: 1, whom: 6, name: "Ana", until: Date.now() + 61_000 });
  await page.getByText(/You are muted/).waitFor();
  expect(await page.locator("textarea").count()).toBe(0);
  house.happen({ event: "unmuted", by: 1, whom: 6 });
  await page.locator("textarea").waitFor();
  house.happen({ event: "banned", by: 1, whom: 6, name: "Ana", until: null });
  await page.getByText("You cannot come in").waitFor();
});

test("a broken line is mended, and what was missed is there once", async () => {
  await visit();
  house.chat(TOM, "before");
  await row("before").waitFor();
  house.breakLines();
  house.chat(TOM, "meanwhile");
  await row("meanwhile").waitFor();
  house.chat(TOM, "after");
  await row("after").waitFor();
  expect(await transcript()).toEqual(["Tom: before", "Tom: meanwhile", "Tom: after"]);
});

test("where no socket comes through, the event stream is listened to and orders are posted", async () => {
  house.refuseSockets = true;
  house.chat(TOM, "over there");
  await visit();
  await row("over there").waitFor();
  await chatMode();
  await say("posted");
  await row("posted").waitFor();
  expect(house.requests).toContain("POST /api/v1/rooms/jazz/orders");
  // A refused socket is a browser's complaint, and expected here.
  wrong = wrong.filter((words) => !words.includes("WebSocket"));
});

test("the key in the link opens the room and does not stay in the address", async () => {
  house.key = "s3cret";
  await visit({}, "/r/jazz#key=s3cret");
  await page.locator("textarea").waitFor();
  expect(page.url()).toBe(`${house.url}/r/jazz`);
});

test("a wrong key is said to be wrong, the right one opens", async () => {
  house.key = "s3cret";
  await visit({}, "/r/jazz#key=old");
  await page.getByText("That key does not fit.").waitFor();
  await page.getByLabel("Password").fill("nonsense");
  await page.getByText("That key does not fit.").waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await page.getByText("That key does not fit.").waitFor();
  await page.getByLabel("Password").fill("s3cret");
  await page.keyboard.press("Enter");
  await page.locator("textarea").waitFor();
});

test("a room that is not there", async () => {
  await visit({}, "/r/nowhere");
  await page.getByText("There is no room here").waitFor();
});

test("where sound is refused the picture starts silent and says so; a tap brings the sound", async () => {
  const strict = await launch();
  onAir();
  house.answerOffer = await publisher(strict);
  const context = await strict.newContext({ locale: "en" });
  page = await context.newPage();
  wrong = complaints(page);
  // To ask the page anything counts as a touch, so the page itself has to say when it is there.
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (document.querySelector(".sound-pill") !== null) console.info("asks for a tap");
    }).observe(document, { childList: true, subtree: true });
  });
  const asks = page.waitForEvent("console", { predicate: (message) => message.text() === "asks for a tap" });
  await page.goto(`${house.url}/r/jazz`);
  await asks;
  const muted = (): Promise<boolean | undefined> =>
    page.evaluate(() => document.querySelector("video")?.muted);
  expect(await muted()).toBe(true);
  await page.getByRole("button", { name: "Tap for sound" }).click();
  expect(await muted()).toBe(false);
  await page.getByRole("button", { name: "Tap for sound" }).waitFor({ state: "detached" });
  await strict.close();
});

test("keys: space, m, d, f and /; none while one writes", async () => {
  onAir();
  await visit();
  await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
  const video = <T>(read: (video: HTMLVideoElement) => T): Promise<T> => page.locator("video").evaluate(read);
  await page.keyboard.press(" ");
  expect(await video(({ paused }) => paused)).toBe(true);
  await page.keyboard.press(" ");
  await expect.poll(() => video(({ paused }) => paused)).toBe(false);
  await page.keyboard.press("m");
  expect(await video(({ muted }) => muted)).toBe(true);
  await page.keyboard.press("d");
  await page.getByRole("button", { name: "Show danmaku" }).waitFor();
  await page.keyboard.press("f");
  await page.getByRole("button", { name: "Leave full screen" }).waitFor();
  await page.keyboard.press("f");
  await page.getByRole("button", { name: "Full screen" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("mdf /");
  expect(await page.locator("textarea").inputValue()).toBe("mdf /");
  expect(await video(({ muted }) => muted)).toBe(true);
});

test("with the keyboard alone: reach the messages, walk them, answer one", async () => {
  house.chat(TOM, "one");
  house.chat(TOM, "two");
  await visit();
  await row("two").waitFor();
  await page.locator(".log").focus();
  // Nothing is waited for between the keys: somebody who knows the way does not wait either.
  for (const key of ["ArrowUp", "ArrowUp", "Enter", "Enter"]) await page.keyboard.press(key);
  await page.keyboard.type("yes");
  await page.keyboard.press("Enter");
  await expect.poll(() => house.orders[0]).toMatchObject({ do: "chat", reply_to: house.log[0]?.seq });
});

test("what is asked for less motion gets no danmaku until it is switched on", async () => {
  await visit({ reducedMotion: "reduce" });
  await page.getByRole("button", { name: "Show danmaku" }).click();
  await page.getByRole("button", { name: "Hide danmaku" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Hide danmaku" }).waitFor();
});

test("language and theme are switched, at once and for the next visit", async () => {
  await visit({ colorScheme: "light" });
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("radio", { name: "中文" }).check();
  await page.getByRole("radio", { name: "深色" }).check();
  await page.reload();
  await page.getByText("舞台正安静着").waitFor();
  expect(
    await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]),
  ).toEqual(["zh-CN", "dark"]);
});

test("likes bounce at once and go out in handfuls", async () => {
  await visit();
  const heart = page.getByRole("button", { name: "Like, 1,204 likes" });
  // In one breath, as no machine that is busy could tell five presses from five handfuls.
  const hearts = await heart.evaluate(async (button: HTMLElement) => {
    for (let n = 0; n < 5; n += 1) button.click();
    await new Promise(requestAnimationFrame);
    return document.querySelectorAll(".hearts i").length;
  });
  expect(hearts).toBe(5);
  await page.getByText("1,209").waitFor();
  const likes = house.orders.flatMap((order) => (order.do === "like" ? [order.count] : []));
  expect(likes.reduce((sum, count) => sum + count, 0)).toBe(5);
  expect(likes.length).toBe(1);
});

test("who reads back stays where they are, and is told what is new", async () => {
  for (let n = 0; n < 80; n += 1) house.chat(TOM, `line ${n}`);
  await visit();
  await row("line 79").waitFor();
  const log = page.locator(".log");
  await log.hover();
  // A wheel rolls on for a while; where one reads is where it has come to rest.
  await log.evaluate((element) => {
    const rest = new Promise((done) => element.addEventListener("scrollend", done, { once: true }));
    Object.assign(window, { rest });
  });
  await page.mouse.wheel(0, -600);
  await page.evaluate(() => (window as unknown as { rest: Promise<unknown> }).rest.then(() => undefined));
  await page.getByRole("button", { name: "To the newest" }).waitFor();
  const before = await log.evaluate(({ scrollTop }) => scrollTop);
  house.chat(TOM, "news");
  await page.getByRole("button", { name: "1 new" }).waitFor();
  expect(await log.evaluate(({ scrollTop }) => scrollTop)).toBe(before);
  await page.getByRole("button", { name: "1 new" }).click();
  await row("news").waitFor();
  await page.getByRole("button", { name: "1 new" }).waitFor({ state: "detached" });
});

test("on a phone the keyboard never hides the field, and the picture stays", async () => {
  evening(house);
  await visit({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await page.locator("textarea").focus();
  // A keyboard that resizes the page, as the page asks for: a bit more than half remains.
  await page.setViewportSize({ width: 390, height: 460 });
  await page.waitForFunction(() => window.innerHeight === 460);
  const field = await page.locator("textarea").boundingBox();
  const player = await page.locator(".player").boundingBox();
  if (field === null || player === null) throw new Error("the field or the picture is gone");
  expect(field.y + field.height).toBeLessThanOrEqual(460);
  expect(player.y).toBe(0);
  expect(player.height).toBeGreaterThan(100);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});
