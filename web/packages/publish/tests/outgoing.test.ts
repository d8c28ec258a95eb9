import { expect, test } from "vitest";
import { fold, type Outgoing, type Stat } from "../src/outgoing.ts";
import { judge } from "../src/verdict.ts";

/** A report as Chromium gives it, of the moment and with the totals given. */
function report(
  at_ms: number,
  totals: { bytes: number; packets: number; lost: number; frames?: number; cpu_s?: number },
): Stat[] {
  const half = Math.floor(totals.packets / 2);
  return [
    {
      id: "OA",
      type: "outbound-rtp",
      kind: "audio",
      timestamp: at_ms,
      bytesSent: 0,
      packetsSent: totals.packets - half,
      codecId: "CA",
    },
    {
      id: "OV",
      type: "outbound-rtp",
      kind: "video",
      timestamp: at_ms,
      bytesSent: totals.bytes,
      packetsSent: half,
      framesEncoded: totals.frames ?? 0,
      frameWidth: 1280,
      frameHeight: 720,
      qualityLimitationReason: "none",
      qualityLimitationDurations: { none: 0, cpu: totals.cpu_s ?? 0, bandwidth: 0, other: 0 },
      encoderImplementation: "OpenH264",
      codecId: "CV",
    },
    { id: "SV", type: "media-source", kind: "video", framesPerSecond: 30 },
    { id: "RA", type: "remote-inbound-rtp", kind: "audio", packetsLost: 0, roundTripTime: 0.02 },
    { id: "RV", type: "remote-inbound-rtp", kind: "video", packetsLost: totals.lost, roundTripTime: 0.0312 },
    { id: "T", type: "transport", selectedCandidatePairId: "P" },
    {
      id: "P",
      type: "candidate-pair",
      availableOutgoingBitrate: 3_100_000,
      localCandidateId: "L",
      currentRoundTripTime: 0.5,
    },
    { id: "L", type: "local-candidate", protocol: "tcp", candidateType: "host" },
    { id: "CV", type: "codec", mimeType: "video/H264" },
    { id: "CA", type: "codec", mimeType: "audio/red" },
  ];
}

test("two readings give rates, and what the packets went through", () => {
  const [first, counters] = fold(report(1_000, { bytes: 10_000, packets: 100, lost: 0, frames: 10 }), null);
  expect(first.bps).toBe(0);
  const [second] = fold(
    report(3_000, { bytes: 510_000, packets: 500, lost: 20, frames: 70, cpu_s: 0.5 }),
    counters,
  );
  expect(second).toEqual({
    bps: 2_000_000,
    audio_bps: 0,
    loss: 0.05,
    round_trip_ms: 31,
    frames_per_s: 30,
    source_frames_per_s: 30,
    width: 1280,
    height: 720,
    limit: "none",
    cpu_share: 0.25,
    available_bps: 3_100_000,
    video_codec: "H264",
    audio_codec: "red",
    encoder: "OpenH264",
    path: "tcp",
  });
});

test("a late packet is no negative loss, and a new connection's counters are no negative rate", () => {
  const [, counters] = fold(report(1_000, { bytes: 90_000, packets: 100, lost: 9 }), null);
  expect(fold(report(2_000, { bytes: 99_000, packets: 200, lost: 5 }), counters)[0].loss).toBe(0);
  expect(fold(report(2_000, { bytes: 50, packets: 2, lost: 0 }), counters)[0].bps).toBe(0);
});

test("before anything is sent nothing is claimed", () => {
  expect(fold([], null)[0]).toMatchObject({
    bps: 0,
    loss: null,
    round_trip_ms: null,
    frames_per_s: null,
    path: null,
  });
});

const GOOD: Outgoing = {
  ...fold(report(0, { bytes: 0, packets: 0, lost: 0 }), null)[0],
  bps: 2_400_000,
  loss: 0,
  frames_per_s: 30,
};
const WISHED = { frames_per_s: 30, bps: 2_500_000 };
const told = (...changes: Partial<Outgoing>[]): string => {
  const verdict = judge(
    changes.map((change) => ({ ...GOOD, ...change })),
    WISHED,
  );
  return "because" in verdict ? `${verdict.is} ${verdict.because}` : verdict.is;
};
const times = (count: number, change: Partial<Outgoing>): Partial<Outgoing>[] =>
  Array.from({ length: count }, () => change);

test("a verdict takes more than one bad second", () => {
  expect(told({}, {})).toBe("starting");
  expect(told(...times(9, {}), { loss: 0.2 })).toBe("good");
  expect(told(...times(5, {}), ...times(5, { loss: 0.08 }))).toBe("fair loss");
  expect(told(...times(10, { loss: 0.15 }))).toBe("poor loss");
});

test("a connection that is still feeling its way up is not called slow, nor one with room left", () => {
  const young = { limit: "bandwidth", available_bps: 600_000, bps: 500_000 } as const;
  expect(told(...times(8, young))).toBe("good");
  expect(told(...times(10, { ...young, available_bps: 6_000_000 }))).toBe("good");
});

test("each trouble has its name", () => {
  expect(told(...times(7, {}), ...times(3, { bps: 0 }))).toBe("poor nothing_sent");
  expect(told(...times(10, { round_trip_ms: 300 }))).toBe("fair round_trip");
  expect(told(...times(10, { round_trip_ms: 900 }))).toBe("poor round_trip");
  const held = { limit: "bandwidth", available_bps: 1_600_000 } as const;
  expect(told(...times(8, { ...held, bps: 1_500_000 }), ...times(2, {}))).toBe("fair uplink");
  expect(told(...times(10, { ...held, bps: 300_000 }))).toBe("poor uplink");
  expect(told(...times(10, { limit: "cpu" }))).toBe("fair cpu");
  expect(told(...times(10, { frames_per_s: 12, source_frames_per_s: 12 }))).toBe("fair frames");
});

test("dim light is not blamed for frames that the computer leaves out", () => {
  expect(told(...times(10, { frames_per_s: 12, source_frames_per_s: 30 }))).toBe("fair cpu");
  // The reason of the moment may be another whenever it is read; how long it held tells.
  expect(told(...times(10, { frames_per_s: 24, cpu_share: 0.8 }))).toBe("fair cpu");
  expect(told(...times(10, { frames_per_s: 12, source_frames_per_s: null }))).toBe("fair frames");
  const short = { limit: "bandwidth", available_bps: 6_000_000, frames_per_s: 12 } as const;
  expect(told(...times(10, short))).toBe("good");
});

test("a shared screen gives few frames and nothing is the matter", () => {
  const still = Array.from({ length: 10 }, () => ({ ...GOOD, frames_per_s: 1, source_frames_per_s: 1 }));
  expect(judge(still, { ...WISHED, frames_per_s: 0 })).toEqual({ is: "good" });
});
