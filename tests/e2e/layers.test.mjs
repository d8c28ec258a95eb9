// A studio that sends its picture in three sizes, and viewers who each get the one that fits.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { keepConnections, startBrowser } from "./harness/browser.mjs";
import { Server } from "./harness/server.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @type {import("playwright-core").Browser} */
let hostBrowser;
/** @type {import("playwright-core").Browser} */
let viewerBrowser;

before(async () => {
  [hostBrowser, viewerBrowser] = await Promise.all([startBrowser(), startBrowser()]);
});

after(() => Promise.all([hostBrowser?.close(), viewerBrowser?.close()]));

test("each viewer gets the size that its window shows, and what nobody watches is not sent", () => show("auto"));
// VP8 numbers its pictures, and a decoder stops where those numbers do not go on.
test("the same with VP8", () => show("VP8"));

/** @param {"auto" | "VP8"} codec */
async function show(codec) {
  // Whoever packages a show keeps its largest size awake, so that is off here.
  const server = await Server.make({ settings: { HLS_ON: "false" } });
  const { host, password, room } = server.setup();
  await server.start();
  const studio = await pageOf(hostBrowser, { width: 1_280, height: 900 });
  const large = await pageOf(viewerBrowser, { width: 1_900, height: 1_080 });
  const small = await pageOf(viewerBrowser, { width: 380, height: 680 });
  try {
    await signIn(studio, server, host, password);
    await studio.evaluate((codec) => {
      const plan = { quality: "720p", frames_per_s: 30, codec, sound: "speech", scene: "motion" };
      localStorage.setItem("livehouse.plan", JSON.stringify(plan));
    }, codec);
    await studio.goto(`${server.url}/studio/${room}`);
    await studio.getByRole("button", { name: "Go live", exact: true }).click();
    await studio.getByRole("button", { name: "End the show" }).waitFor();
    await large.goto(`${server.url}/r/${room}`);
    await until(large, 720, 2_160, "the large window's picture");
    await small.goto(`${server.url}/r/${room}`);
    await until(small, 1, 360, "the small window's picture");
    // An encoder on a busy machine may leave its largest size out for a while; then everybody gets a smaller one.
    let both = { large: await figures(large), small: await figures(small) };
    const differ = async () => {
      both = { large: await figures(large), small: await figures(small) };
      return both.large.height >= 720 && both.small.height > 0 && both.small.height <= 360;
    };
    await eventually(large, differ, "both have their sizes");
    console.log(JSON.stringify(both));
    assert.equal(both.large.codec, codec === "auto" ? "video/H264" : `video/${codec}`);

    // A window that is drawn smaller and larger again goes through the sizes, and the picture goes on.
    const began = await figures(large);
    for (const [viewport, least, most] of /** @type {const} */ ([
      [{ width: 380, height: 680 }, 1, 360],
      [{ width: 1_900, height: 1_080 }, 720, 2_160],
      [{ width: 380, height: 680 }, 1, 360],
      [{ width: 1_900, height: 1_080 }, 720, 2_160],
    ])) {
      await large.setViewportSize(viewport);
      await until(large, least, most, `the picture of a window ${viewport.width} wide`);
    }
    const went = await figures(large);
    console.log(JSON.stringify({ began, went }));
    assert.equal(went.keyframesAsked, began.keyframesAsked, "the decoder never lost its way");

    // A tab that nobody looks at hears, and is sent no picture.
    await hide(large, true);
    await stopped(large);
    const heard = await figures(large);
    // With the only one who wanted it away, the largest size is no longer encoded.
    const idle = async () => (await studio.evaluate(() => globalThis.__sentLayers())).f?.active === false;
    await eventually(studio, idle, "the largest size is no longer encoded");
    const away = await figures(large);
    assert.ok(away.samples > heard.samples, "a hidden tab goes on hearing");
    await large.evaluate(() => {
      const video = /** @type {HTMLVideoElement} */ (document.querySelector("video"));
      const from = performance.now();
      globalThis.__back = {};
      const seen = (/** @type {number} */ now, /** @type {{ height: number }} */ frame) => {
        globalThis.__back.first ??= now - from;
        if (frame.height >= 720) globalThis.__back.full = now - from;
        else video.requestVideoFrameCallback(seen);
      };
      video.requestVideoFrameCallback(seen);
    });
    await hide(large, false);
    const back = () => large.evaluate(() => globalThis.__back.full !== undefined);
    await eventually(large, back, "the largest size is back");
    console.log(JSON.stringify({ back: await large.evaluate(() => globalThis.__back) }));
    const { height, keyframesAsked } = await figures(small);
    assert.ok(height <= 360 && keyframesAsked === both.small.keyframesAsked, "nobody else noticed");
  } catch (error) {
    const sent = await studio.evaluate(() => globalThis.__sentLayers?.()).catch(() => null);
    const told = `${/** @type {Error} */ (error).message}\nsent: ${JSON.stringify(sent)}\nserver:\n${server.log}`;
    throw new Error(told, { cause: error });
  } finally {
    await Promise.all([studio, large, small].map((page) => page.context().close()));
    await server.stop();
  }
}

/** @param {import("playwright-core").Browser} browser @param {{ width: number, height: number }} viewport */
async function pageOf(browser, viewport) {
  const context = await browser.newContext({
    locale: "en-GB",
    viewport,
    permissions: ["camera", "microphone"],
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.addInitScript(keepConnections);
  await page.addInitScript(() => {
    // Pages of a headless browser are always visible; this one can be told that it is not.
    let hidden = false;
    Object.defineProperty(Document.prototype, "visibilityState", { get: () => (hidden ? "hidden" : "visible") });
    globalThis.__hide = (/** @type {boolean} */ now) => {
      hidden = now;
      document.dispatchEvent(new Event("visibilitychange"));
    };
  });
  return page;
}

/** @param {Page} page @param {boolean} hidden */
function hide(page, hidden) {
  return page.evaluate((now) => globalThis.__hide(now), hidden);
}

/** @param {Page} page @param {Server} server @param {string} name @param {string} password */
async function signIn(page, server, name, password) {
  await page.goto(`${server.url}/sign-in`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.locator("form").getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** Waits until something is so. @param {Page} page @param {() => Promise<boolean>} holds @param {string} what */
async function eventually(page, holds, what) {
  const limit = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(`not in half a minute: ${what}; ${JSON.stringify(await figures(page))}`);
    await page.waitForTimeout(100);
  }
}

/** Waits until the picture is so high. @param {Page} page @param {number} least @param {number} most @param {string} what */
function until(page, least, most, what) {
  const fits = async () => {
    const { height } = await figures(page);
    return height >= least && height <= most;
  };
  return eventually(page, fits, what);
}

/** Waits until no frame comes any more. @param {Page} page */
async function stopped(page) {
  const still = async () => {
    const { frames } = await figures(page);
    await page.waitForTimeout(500);
    return (await figures(page)).frames === frames;
  };
  await eventually(page, still, "no frame comes");
}

/** @param {Page} page */
async function figures(page) {
  const { video, audio } = await page.evaluate(() => globalThis.__inboundStats());
  return {
    width: video.frameWidth ?? 0,
    height: video.frameHeight ?? 0,
    codec: video.codec ?? "",
    keyframesAsked: video.pliCount ?? 0,
    frames: video.framesDecoded ?? 0,
    freezes: video.freezeCount ?? 0,
    keyframes: video.keyFramesDecoded ?? 0,
    samples: audio.totalSamplesReceived ?? 0,
  };
}
