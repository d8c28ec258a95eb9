// A show by WebRTC, watched by HLS: by players nobody here wrote, by the page, and by a checker of the protocol's rules.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./harness/browser.mjs";
import { checkLive, renditions, text, whenOn } from "./harness/hls.mjs";
import { ffmpeg, recording, start } from "./harness/media.mjs";
import { Server } from "./harness/server.mjs";

const elf = recording("elf.mp4");
const skip = "missing" in elf ? elf.missing : false;

/** @type {Server} */
let server;
/** @type {ReturnType<typeof start>} */
let publisher;
let index = "";
let room = "";

before(async () => {
  if ("missing" in elf) return;
  server = await Server.make();
  const host = server.setup();
  room = host.room;
  await server.start();
  index = `${server.url}/hls/${room}/index.m3u8`;
  const flags = ["-hide_banner", "-loglevel", "warning", "-re", "-stream_loop", "-1", "-i", elf.path];
  const encoded = ["-c:v", "copy", "-c:a", "libopus", "-ar", "48000", "-ac", "2", "-f", "whip"];
  const whip = ["-authorization", host.streamKey, `${server.url}/whip/${room}`];
  publisher = start(ffmpeg(), [...flags, ...encoded, ...whip]);
  await whenOn(index).catch((error) => {
    throw new Error(`${error.message}\npublisher:\n${publisher.said}\nserver:\n${server.log}`);
  });
});

after(async () => {
  await publisher?.stop();
  await server?.stop();
});

test("ffmpeg decodes it, picture and sound", { skip }, async () => {
  for (const name of ["index.m3u8", "plain.m3u8"]) {
    const url = `${server.url}/hls/${room}/${name}`;
    const flags = ["-hide_banner", "-loglevel", "error", "-i", url, "-t", "5"];
    const player = start("ffmpeg", [...flags, "-map", "0:v", "-map", "0:a", "-f", "framecrc", "-"]);
    await player.ended;
    const lines = player.said.split("\n");
    const pictures = lines.filter((line) => /^0,/.test(line)).length;
    const sounds = lines.filter((line) => /^1,/.test(line)).length;
    assert.ok(pictures >= 90 && sounds >= 200, `${name}: ${pictures} pictures, ${sounds} sounds\n${player.said.slice(-2_000)}`);
  }
});

test("GStreamer plays it", { skip }, async () => {
  const player = start("gst-launch-1.0", [
    ...["playbin", `uri=${index}`, "video-sink=fakesink sync=false silent=false", "audio-sink=fakesink sync=false"],
    "-v",
  ]);
  const shown = () => [...player.said.matchAll(/chain\s+\*{7}/g)].length;
  for (const until = Date.now() + 30_000; shown() < 60; ) {
    const ended = player.child.exitCode !== null;
    assert.ok(!ended && Date.now() < until, `${shown()} pictures\n${player.said.slice(-2_000)}`);
    await new Promise((wake) => setTimeout(wake, 200));
  }
  await player.stop();
});

test("the page plays it, close to live", { skip }, async () => {
  const browser = await startBrowser();
  try {
    const page = await browser.newPage();
    await page.addInitScript(() => localStorage.setItem("livehouse.way", '"hls"'));
    await page.goto(`${server.url}/r/${room}`);
    await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 1, undefined, { timeout: 30_000 });
    await page.getByRole("button", { name: "Quality and latency" }).click();
    const panel = page.getByRole("dialog", { name: "Quality and latency" });
    await panel.getByText("720 × 480").waitFor({ timeout: 10_000 });
    const from = await page.evaluate(() => document.querySelector("video")?.currentTime ?? 0);
    await page.waitForTimeout(5_000);
    const to = await page.evaluate(() => document.querySelector("video")?.currentTime ?? 0);
    assert.ok(to - from > 4, `${to - from} s played in 5 s`);
    const delay = Number(/([\d.]+) s/.exec(await panel.innerText())?.[1]);
    assert.ok(delay > 0 && delay < 3, `${delay} s behind`);
  } finally {
    await browser.close();
  }
});

test("the page changes to HLS where the room takes no more by WebRTC", { skip }, async () => {
  const browser = await startBrowser();
  try {
    const page = await browser.newPage();
    await page.route("**/whep/**", (route) =>
      route.fulfill({ status: 503, contentType: "application/json", body: '{"code":"full","message":"Full."}' }),
    );
    await page.goto(`${server.url}/r/${room}`);
    await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 1, undefined, { timeout: 30_000 });
    await page.getByRole("button", { name: "Quality and latency" }).click();
    await page.getByText("WebRTC did not get through").waitFor();
  } finally {
    await browser.close();
  }
});

test("caches may keep what never changes, and the rules hold", { skip }, async () => {
  for (const url of await renditions(index)) {
    const playlist = await text(url);
    const segment = /^[^#].*\.m4s$/m.exec(playlist)?.[0] ?? "";
    const answer = await fetch(new URL(segment, url));
    assert.equal(answer.headers.get("cache-control"), "public, max-age=86400, immutable");
    assert.equal(new URL(segment, url).search, "");
  }
  assert.match(await checkLive(index, 20_000), / 0 findings$/);
});
