// A network that loses five packets in a hundred, each way, and what mends it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keepConnections, startBrowser } from "./harness/browser.mjs";
import { LossyNetwork, whyNoLossyNetwork } from "./harness/lossy.mjs";
import { ffmpeg, recording, start } from "./harness/media.mjs";
import { Server } from "./harness/server.mjs";

const LOSS_PERCENT = 5;
const SHARE_MAX = 0.02;
const WINDOW_S = 30;

const elf = recording("elf.mp4");
const skip = ("missing" in elf && elf.missing) || whyNoLossyNetwork();

test("picture and sound hold when 5 % of the packets are lost each way", { skip }, async () => {
  const seen = await watchThroughLoss({});
  assert.ok(seen.lost.every((packets) => packets > 20), `lost ${seen.lost} packets: the network did not lose enough`);
  assert.ok(seen.frames > WINDOW_S * 25, `${seen.frames} frames in ${WINDOW_S} s`);
  assert.ok(seen.frozen < SHARE_MAX, `frozen for ${percent(seen.frozen)} of the time`);
  assert.ok(seen.concealed < SHARE_MAX, `${percent(seen.concealed)} of the sound was made up`);
});

test("without retransmission and redundant sound the same network is not bearable", { skip }, async () => {
  const seen = await watchThroughLoss({ MEDIA_REPAIR: "false" });
  const bearable = seen.frozen < SHARE_MAX && seen.concealed < SHARE_MAX;
  assert.ok(!bearable, `frozen ${percent(seen.frozen)}, made up ${percent(seen.concealed)}: the remedies do nothing`);
});

const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(2)} %`;

/** @param {Record<string, string>} settings */
async function watchThroughLoss(settings) {
  const network = new LossyNetwork(LOSS_PERCENT);
  const server = await Server.make({ settings });
  const { room, streamKey } = server.setup();
  await server.start();
  const file = "path" in elf ? elf.path : "";
  const publisher = start(ffmpeg(), [
    ...["-hide_banner", "-loglevel", "warning", "-re", "-stream_loop", "-1", "-i", file],
    ...["-c:v", "copy", "-c:a", "libopus", "-ar", "48000", "-ac", "2"],
    ...["-f", "whip", "-authorization", streamKey, `${server.url}/whip/${room}`],
  ]);
  const browser = await startBrowser({ wrap: (program) => network.wrapped(program) });
  try {
    const page = await browser.newPage();
    await page.addInitScript(keepConnections);
    await page.goto(`http://${network.outside}:${server.port}/r/${room}`);
    await page
      .waitForFunction(async () => ((await globalThis.__inboundStats()).video.framesDecoded ?? 0) > 60, null, {
        timeout: 30_000,
        polling: 200,
      })
      .catch((error) => {
        throw new Error(`${error.message}\npublisher: ${publisher.said}\nserver: ${server.log}`);
      });
    const before = await page.evaluate(() => globalThis.__inboundStats());
    await page.waitForTimeout(WINDOW_S * 1_000);
    const then = await page.evaluate(() => globalThis.__inboundStats());
    const grown = (/** @type {"video" | "audio"} */ kind, /** @type {string} */ figure) =>
      (then[kind][figure] ?? 0) - (before[kind][figure] ?? 0);
    const frames = grown("video", "framesDecoded");
    // A freeze is counted when it ends; a picture that hardly moves again is in one that has not ended.
    const stopped = frames < WINDOW_S * 15;
    const frozen = stopped ? 1 - frames / (WINDOW_S * 30) : grown("video", "totalFreezesDuration") / WINDOW_S;
    const concealed = grown("audio", "concealedSamples") / grown("audio", "totalSamplesReceived");
    const seen = { frames, frozen, concealed, lost: network.lost() };
    const told = ["nackCount", "pliCount", "retransmittedPacketsReceived", "freezeCount", "keyFramesDecoded"];
    const figures = Object.fromEntries(told.map((figure) => [figure, grown("video", figure)]));
    console.log(JSON.stringify({ ...seen, ...figures }));
    return seen;
  } finally {
    await browser.close();
    await publisher.stop();
    await server.stop();
    network.close();
  }
}
