// How well it goes: what the browser counts, read as people would ask it.

/** What is counted at one moment; absent where nothing has come yet. */
export type Sample = {
  at: number;
  bytes: number;
  packets: number;
  lost: number;
  frames: number;
  freezes: number;
  frozenS: number;
  width: number;
  height: number;
  codec: string | null;
  bufferS: number;
  buffered: number;
  decodeS: number;
  soundSamples: number;
  concealedSamples: number;
  soundCodec: string | null;
  roundTripS: number | null;
};

export type Quality = {
  width: number;
  height: number;
  codec: string | null;
  soundCodec: string | null;
  framesPerSecond: number;
  bitsPerSecond: number;
  /** Of the packets sent, the share that never came, 0 to 1. */
  lossShare: number;
  /** Of the sound played, the share that had to be made up, 0 to 1. */
  concealedShare: number;
  freezes: number;
  frozenMs: number;
  roundTripMs: number | null;
  /** From the server to the eye: half a round trip, the wait in the buffer, and decoding. */
  delayMs: number | null;
};

type Stat = { readonly type: string; readonly [name: string]: unknown };

/** Reads a report of `getStats`. */
export function sample(report: Iterable<readonly [string, unknown]>): Sample {
  const stats = new Map<string, Stat>();
  for (const [id, stat] of report) stats.set(id, stat as Stat);
  const all = [...stats.values()];
  const inbound = (kind: string): Stat | undefined =>
    all.find((stat) => stat.type === "inbound-rtp" && stat.kind === kind);
  const video = inbound("video");
  const audio = inbound("audio");
  const pair = all.find((stat) => stat.type === "candidate-pair" && stat.nominated === true);
  const transport = all.find((stat) => stat.type === "transport");
  const codecOf = (stat: Stat | undefined): string | null => {
    const mime = stats.get(String(stat?.codecId))?.mimeType;
    return typeof mime === "string" ? (mime.split("/")[1] ?? null) : null;
  };
  return {
    at: number((video ?? audio ?? transport)?.timestamp),
    bytes: number(video?.bytesReceived) + number(audio?.bytesReceived),
    packets: number(video?.packetsReceived) + number(audio?.packetsReceived),
    lost: number(video?.packetsLost) + number(audio?.packetsLost),
    frames: number(video?.framesDecoded),
    freezes: number(video?.freezeCount),
    frozenS: number(video?.totalFreezesDuration),
    width: number(video?.frameWidth),
    height: number(video?.frameHeight),
    codec: codecOf(video),
    bufferS: number(video?.jitterBufferDelay),
    buffered: number(video?.jitterBufferEmittedCount),
    decodeS: number(video?.totalDecodeTime),
    soundSamples: number(audio?.totalSamplesReceived),
    concealedSamples: number(audio?.concealedSamples),
    soundCodec: codecOf(audio),
    roundTripS: typeof pair?.currentRoundTripTime === "number" ? pair.currentRoundTripTime : null,
  };
}

/** What happened between two samples, the older first. */
export function between(before: Sample, after: Sample): Quality {
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  const packets = after.packets - before.packets;
  const lost = Math.max(0, after.lost - before.lost);
  const frames = after.frames - before.frames;
  const roundTripMs = after.roundTripS === null ? null : after.roundTripS * 1000;
  const bufferMs = share(after.bufferS - before.bufferS, after.buffered - before.buffered) * 1000;
  const decodeMs = share(after.decodeS - before.decodeS, frames) * 1000;
  return {
    width: after.width,
    height: after.height,
    codec: after.codec,
    soundCodec: after.soundCodec,
    framesPerSecond: frames / seconds,
    bitsPerSecond: ((after.bytes - before.bytes) * 8) / seconds,
    lossShare: share(lost, packets + lost),
    concealedShare: share(
      after.concealedSamples - before.concealedSamples,
      after.soundSamples - before.soundSamples,
    ),
    freezes: after.freezes,
    frozenMs: after.frozenS * 1000,
    roundTripMs,
    delayMs: roundTripMs === null || frames === 0 ? null : roundTripMs / 2 + bufferMs + decodeMs,
  };
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
