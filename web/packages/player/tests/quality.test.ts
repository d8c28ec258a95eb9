import { expect, test } from "vitest";

import { between, sample } from "../src/index.ts";

function report(at: number, share: number): [string, unknown][] {
  return [
    [
      "v",
      {
        type: "inbound-rtp",
        kind: "video",
        timestamp: at,
        codecId: "c1",
        bytesReceived: 250_000 * share,
        packetsReceived: 240 * share,
        packetsLost: 10 * share,
        framesDecoded: 30 * share,
        freezeCount: share,
        totalFreezesDuration: 0.2 * share,
        frameWidth: 1280,
        frameHeight: 720,
        jitterBufferDelay: 0.6 * share,
        jitterBufferEmittedCount: 30 * share,
        totalDecodeTime: 0.15 * share,
      },
    ],
    [
      "a",
      {
        type: "inbound-rtp",
        kind: "audio",
        codecId: "c2",
        totalSamplesReceived: 48_000 * share,
        concealedSamples: 480 * share,
      },
    ],
    ["c1", { type: "codec", mimeType: "video/H264" }],
    ["c2", { type: "codec", mimeType: "audio/opus" }],
    ["p", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.04 }],
  ];
}

test("reads a second of watching", () => {
  const quality = between(sample(report(1_000, 1)), sample(report(2_000, 2)));
  expect(quality).toMatchObject({ width: 1280, height: 720, codec: "H264", soundCodec: "opus", freezes: 2 });
  expect(quality.framesPerSecond).toBeCloseTo(30);
  expect(quality.bitsPerSecond).toBeCloseTo(2_000_000);
  expect(quality.lossShare).toBeCloseTo(0.04);
  expect(quality.concealedShare).toBeCloseTo(0.01);
  expect(quality.delayMs).toBeCloseTo(20 + 20 + 5);
});

test("nothing has come yet: nothing is claimed", () => {
  const quality = between(sample([]), sample([]));
  expect(quality).toMatchObject({ width: 0, lossShare: 0, concealedShare: 0, delayMs: null, codec: null });
  expect(quality.bitsPerSecond).toBe(0);
});
