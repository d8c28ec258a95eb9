// An evening in two Chromiums: first run, studio, show, talk both ways, in English and in Chinese.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { keepConnections, startBrowser } from "./harness/browser.mjs";
import { Person } from "./harness/person.mjs";
import { Server } from "./harness/server.mjs";

const PASSWORD = "correct horse battery";

/** What the page says, in both languages. */
const WORDS = {
  en: {
    locale: "en-GB",
    setup: { name: "Your name", password: "Password", title: "Title", slug: "Address", submit: "Open my room" },
    studio: { goLive: "Go live", end: "End the show" },
    composer: { chat: "Chat", danmaku: "Danmaku" },
    send: "Send",
    name: { label: "Name", enter: "Come in" },
    log: "Chat messages",
    signIn: { name: "Name", password: "Password", submit: "Sign in" },
    key: { label: "Password", enter: "Enter" },
  },
  zh: {
    locale: "zh-CN",
    setup: { name: "你的名字", password: "密码", title: "标题", slug: "地址", submit: "打开我的房间" },
    studio: { goLive: "开播", end: "结束直播" },
    composer: { chat: "聊天", danmaku: "弹幕" },
    send: "发送",
    name: { label: "名字", enter: "进入" },
    log: "聊天消息",
    signIn: { name: "名字", password: "密码", submit: "登录" },
    key: { label: "密码", enter: "进入" },
  },
};

/** @typedef {typeof WORDS.en} Words */
/** @typedef {import("playwright-core").Page} Page */

/** @type {import("playwright-core").Browser} */
let hostBrowser;
/** @type {import("playwright-core").Browser} */
let viewerBrowser;

before(async () => {
  [hostBrowser, viewerBrowser] = await Promise.all([startBrowser(), startBrowser()]);
});

after(() => Promise.all([hostBrowser?.close(), viewerBrowser?.close()]));

test("an evening in English", () => evening(WORDS.en, "Ada", "Good evening, everybody", "nice one"));
test("an evening in Chinese", () => evening(WORDS.zh, "小鱼", "大家晚上好", "前排"));

/** @param {Words} words @param {string} viewerName @param {string} hello @param {string} bullet */
async function evening(words, viewerName, hello, bullet) {
  const server = await Server.make();
  await server.start();
  const host = await pageOf(hostBrowser, words);
  const viewer = await pageOf(viewerBrowser, words);
  try {
    await firstRun(host, server, words);
    await host.goto(`${server.url}/studio/evening`);
    // The permission is given already, so the studio opens camera and microphone by itself.
    await host.getByRole("button", { name: words.studio.goLive, exact: true }).click();
    await host.getByRole("button", { name: words.studio.end }).waitFor();

    await viewer.goto(`${server.url}/r/evening`);
    const seen = await playing(viewer);
    assert.ok(seen.movement > 0, "the picture does not move");
    assert.ok(seen.audioPackets > 0 && seen.soundTracks === 1, "there is no sound");
    assert.ok(seen.firstFrameMs < 3_000, `the first frame came after ${seen.firstFrameMs} ms`);
    console.log(JSON.stringify({ language: words.locale, ...seen }));

    const hostRoom = await host.context().newPage();
    await hostRoom.goto(`${server.url}/r/evening`);
    await say(viewer, words, "chat", hello, viewerName);
    await heard(hostRoom, words, hello);
    await say(hostRoom, words, "chat", `${hello}!`);
    await heard(viewer, words, `${hello}!`);
    await say(viewer, words, "danmaku", bullet);
    await heard(hostRoom, words, bullet);
    await say(hostRoom, words, "danmaku", `${bullet}!`);
    await heard(viewer, words, `${bullet}!`);

    await host.getByRole("button", { name: words.studio.end }).click();
    await host.getByRole("dialog").getByRole("button", { name: words.studio.end }).click();
    await host.getByRole("button", { name: words.studio.goLive, exact: true }).waitFor();
    await viewer.locator("video").waitFor({ state: "hidden" });
  } catch (error) {
    throw new Error(`${/** @type {Error} */ (error).message}\nserver:\n${server.log}`, { cause: error });
  } finally {
    await Promise.all([host.context().close(), viewer.context().close()]);
    await server.stop();
  }
}

test("the host signs in on another machine; a wrong password does not", async () => {
  const server = await Server.make();
  server.setup();
  await server.start();
  const page = await pageOf(viewerBrowser, WORDS.en);
  try {
    await page.goto(`${server.url}/sign-in`);
    const { name, password, submit } = WORDS.en.signIn;
    await page.getByLabel(name, { exact: true }).fill("Mei");
    await page.getByLabel(password, { exact: true }).fill("not the password");
    const button = page.locator("form").getByRole("button", { name: submit, exact: true });
    await button.click();
    await page.getByRole("alert").first().waitFor();
    await page.getByLabel(password, { exact: true }).fill(PASSWORD);
    await button.click();
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    const me = await page.evaluate(async () => (await fetch("/api/v1/me")).json());
    assert.equal(me.person.name, "Mei");
    assert.equal(me.rooms[0].role, "host");
  } finally {
    await page.context().close();
    await server.stop();
  }
});

test("a room by key shows nothing before the key, and everything after it", async () => {
  const server = await Server.make();
  const { host, password, room } = server.setup();
  await server.start();
  const page = await pageOf(viewerBrowser, WORDS.en);
  const owner = new Person(server.url);
  try {
    await owner.signIn(host, password);
    const door = await owner.ask("PUT", `/rooms/${room}/door`, { password: "open sesame", new_link: false });
    assert.equal(door.status, 200, JSON.stringify(door.body));
    const line = await owner.line(room);
    // A door that closes sends everybody out to come in anew, the host too, but not before it was told.
    const closed = await line.order({ do: "configure", title: null, access: "by_key", danmaku: null });
    assert.equal(closed.type, "done", JSON.stringify(closed));
    await line.closed;
    const inside = await owner.line(room);
    assert.equal((await inside.chat("only for us")).type, "done");

    await page.goto(`${server.url}/r/${room}`);
    const field = page.getByLabel(WORDS.en.key.label, { exact: true });
    await field.waitFor();
    const refused = await page.evaluate(async (room) => {
      const status = (path, options) => fetch(path, options).then((response) => response.status);
      return {
        history: await status(`/api/v1/rooms/${room}/history`),
        people: await status(`/api/v1/rooms/${room}/people`),
        whep: await status(`/whep/${room}`, {
          method: "POST",
          headers: { "content-type": "application/sdp" },
          body: "v=0\r\n",
        }),
      };
    }, room);
    assert.ok(
      Object.values(refused).every((status) => status === 401 || status === 403),
      JSON.stringify(refused),
    );
    await field.fill("open barley");
    await page.getByRole("button", { name: WORDS.en.key.enter, exact: true }).click();
    await page.getByRole("alert").first().waitFor();
    await field.fill("open sesame");
    await page.getByRole("button", { name: WORDS.en.key.enter, exact: true }).click();
    await heard(page, WORDS.en, "only for us");
  } finally {
    await page.context().close();
    await server.stop();
  }
});

/** @param {import("playwright-core").Browser} browser @param {Words} words */
async function pageOf(browser, words) {
  const context = await browser.newContext({ locale: words.locale, permissions: ["camera", "microphone"] });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await page.addInitScript(keepConnections);
  await page.addInitScript(() => {
    // When the first frame was shown, counted from the navigation.
    const watch = setInterval(() => {
      const video = document.querySelector("video");
      if (video === null) return;
      clearInterval(watch);
      video.requestVideoFrameCallback((now) => {
        globalThis.__firstFrameMs = now;
      });
    }, 1);
  });
  return page;
}

/** @param {Page} page @param {Server} server @param {Words} words */
async function firstRun(page, server, words) {
  const { name, password, title, slug, submit } = words.setup;
  await page.goto(server.setupLink);
  await page.getByLabel(name, { exact: true }).fill("Mei");
  await page.getByLabel(password, { exact: true }).fill(PASSWORD);
  await page.getByLabel(title, { exact: true }).fill("Evening");
  await page.getByLabel(slug, { exact: true }).fill("evening");
  await page.getByRole("button", { name: submit }).click();
  await page.locator('a[href="/studio/evening"]').waitFor();
}

/** What a viewer's page shows, once it shows something. @param {Page} page */
async function playing(page) {
  await page.waitForFunction(() => globalThis.__firstFrameMs !== undefined);
  return page.evaluate(async () => {
    const video = /** @type {HTMLVideoElement} */ (document.querySelector("video"));
    const canvas = new OffscreenCanvas(64, 36);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const look = () => {
      context.drawImage(video, 0, 0, 64, 36);
      return context.getImageData(0, 0, 64, 36).data;
    };
    const before = look();
    await new Promise((wake) => setTimeout(wake, 1_000));
    const then = look();
    let movement = 0;
    for (let at = 0; at < then.length; at++) if (Math.abs(then[at] - before[at]) > 16) movement++;
    const stats = await globalThis.__inboundStats();
    return {
      movement,
      firstFrameMs: Math.round(globalThis.__firstFrameMs),
      soundTracks: video.srcObject.getAudioTracks().filter((track) => track.readyState === "live").length,
      audioPackets: stats.audio.packetsReceived ?? 0,
      framesDecoded: stats.video.framesDecoded ?? 0,
    };
  });
}

/**
 * Says something as a person does; a newcomer is asked for a name first.
 * @param {Page} page @param {Words} words @param {"chat" | "danmaku"} kind @param {string} text @param {string} [name]
 */
async function say(page, words, kind, text, name) {
  const { composer } = words;
  // The radio itself is hidden behind its label.
  await page.locator("form.composer fieldset label", { hasText: composer[kind] }).click();
  await page.locator("form.composer textarea").fill(text);
  await page.getByRole("button", { name: words.send, exact: true }).click();
  if (name !== undefined) {
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(words.name.label, { exact: true }).fill(name);
    await dialog.getByRole("button", { name: words.name.enter, exact: true }).click();
  }
  await heard(page, words, text);
}

/** The chat shows it. @param {Page} page @param {Words} words @param {string} text */
async function heard(page, words, text) {
  await page.getByLabel(words.log).getByText(text, { exact: true }).first().waitFor();
}
