//! What leaves this machine, folded from two readings of `getStats`: rates are differences, so each needs the one before.

/** One entry of a `getStats` report; which members it has depends on its type. */
export type Stat = { readonly id: string; readonly type: string } & Readonly<Record<string, unknown>>;

/** Why the encoder does less than it was asked to. */
export type Limit = "none" | "cpu" | "bandwidth" | "other";

/** How the packets travel. */
export type Path = "udp" | "tcp" | "relay";

/** The counters of one reading; the next reading's rates are measured against them. */
export interface Counters {
  at_ms: number;
  bytes: number;
  audio_bytes: number;
  packets: number;
  lost: number;
  frames: number;
  /** How long the computer has held the picture back, in seconds; `null` where the browser does not say. */
  cpu_s: number | null;
}

/** The show as it leaves. `null` is what cannot be known yet. */
export interface Outgoing {
  /** Video and sound together, without the headers of the network. */
  bps: number;
  audio_bps: number;
  /** Of the packets sent, the share that did not arrive at first; much of it is mended by sending again. */
  loss: number | null;
  round_trip_ms: number | null;
  frames_per_s: number | null;
  /** What comes from the camera or the screen, before the encoder. */
  source_frames_per_s: number | null;
  width: number | null;
  height: number | null;
  limit: Limit;
  /** Of the time since the reading before, the share in which the computer held the picture back, 0 to 1. */
  cpu_share: number | null;
  /** What the congestion control believes the link carries. */
  available_bps: number | null;
  video_codec: string | null;
  audio_codec: string | null;
  encoder: string | null;
  path: Path | null;
}

/** One fold: the report of now and the counters of before give the figures and the counters of now. */
export function fold(stats: readonly Stat[], before: Counters | null): [Outgoing, Counters] {
  const sent = stats.filter((stat) => stat.type === "outbound-rtp");
  const video = largestOf(sent.filter((stat) => stat.kind === "video" && stat.active !== false));
  const audio = sent.find((stat) => stat.kind === "audio") ?? null;
  const source = stats.find((stat) => stat.type === "media-source" && stat.kind === "video") ?? null;
  const heard = stats.filter((stat) => stat.type === "remote-inbound-rtp");
  const pair = pairOf(stats);
  const now: Counters = {
    at_ms: Math.max(0, ...sent.map((stat) => number(stat.timestamp) ?? 0)),
    bytes: total(sent, "bytesSent"),
    audio_bytes: number(audio?.bytesSent) ?? 0,
    packets: total(sent, "packetsSent"),
    lost: total(heard, "packetsLost"),
    frames: number(video?.framesEncoded) ?? 0,
    cpu_s: cpuSeconds(video?.qualityLimitationDurations),
  };
  // Counters that went back belong to another connection; there is nothing to compare with.
  const base = before !== null && now.bytes >= before.bytes && now.at_ms > before.at_ms ? before : null;
  const seconds = base === null ? 0 : (now.at_ms - base.at_ms) / 1_000;
  const rate = (of: (counters: Counters) => number): number =>
    base === null ? 0 : Math.max(0, of(now) - of(base)) / seconds;
  const out: Outgoing = {
    bps: Math.round(rate((counters) => counters.bytes) * 8),
    audio_bps: Math.round(rate((counters) => counters.audio_bytes) * 8),
    loss: heard.length === 0 ? null : lossOf(now, base),
    round_trip_ms: roundTripOf(heard, pair),
    frames_per_s:
      number(video?.framesPerSecond) ?? (base === null ? null : rate((counters) => counters.frames)),
    source_frames_per_s: number(source?.framesPerSecond),
    width: number(video?.frameWidth),
    height: number(video?.frameHeight),
    limit: limitOf(video?.qualityLimitationReason),
    cpu_share: cpuShareOf(now, base, seconds),
    available_bps: number(pair?.availableOutgoingBitrate),
    video_codec: codecOf(stats, video),
    audio_codec: codecOf(stats, audio),
    encoder: typeof video?.encoderImplementation === "string" ? video.encoderImplementation : null,
    path: pathOf(stats, pair),
  };
  return [out, now];
}

/** Of a picture sent in several sizes, the largest that has come out of the encoder. */
function largestOf(streams: readonly Stat[]): Stat | null {
  const height = (stat: Stat): number => number(stat.frameHeight) ?? 0;
  return streams.reduce<Stat | null>(
    (best, stat) => (best === null || height(stat) > height(best) ? stat : best),
    null,
  );
}

function lossOf(now: Counters, base: Counters | null): number {
  const packets = now.packets - (base?.packets ?? 0);
  const lost = now.lost - (base?.lost ?? 0);
  // A late packet takes itself off the count again, so a difference may be below nothing.
  return packets <= 0 ? 0 : Math.min(1, Math.max(0, lost / packets));
}

/** The reason of the moment comes and goes with every second; how long it has held does not. */
function cpuShareOf(now: Counters, base: Counters | null, seconds: number): number | null {
  if (base === null || base.cpu_s === null || now.cpu_s === null) return null;
  return Math.min(1, Math.max(0, (now.cpu_s - base.cpu_s) / seconds));
}

function cpuSeconds(durations: unknown): number | null {
  return typeof durations === "object" && durations !== null && "cpu" in durations
    ? number(durations.cpu)
    : null;
}

function roundTripOf(heard: readonly Stat[], pair: Stat | null): number | null {
  const seconds = heard.map((stat) => number(stat.roundTripTime)).filter((value) => value !== null);
  const best = seconds.length > 0 ? Math.max(...seconds) : number(pair?.currentRoundTripTime);
  return best === null ? null : Math.round(best * 1_000);
}

function pairOf(stats: readonly Stat[]): Stat | null {
  const transport = stats.find(
    (stat) => stat.type === "transport" && typeof stat.selectedCandidatePairId === "string",
  );
  const chosen = stats.find((stat) => stat.id === transport?.selectedCandidatePairId);
  const nominated = stats.find(
    (stat) => stat.type === "candidate-pair" && stat.nominated === true && stat.state === "succeeded",
  );
  return chosen ?? nominated ?? null;
}

function pathOf(stats: readonly Stat[], pair: Stat | null): Path | null {
  const local = stats.find((stat) => stat.id === pair?.localCandidateId);
  if (local === undefined) return null;
  if (local.candidateType === "relay") return "relay";
  return local.protocol === "tcp" ? "tcp" : "udp";
}

function codecOf(stats: readonly Stat[], stream: Stat | null): string | null {
  const mime = stats.find((stat) => stat.id === stream?.codecId)?.mimeType;
  return typeof mime === "string" ? mime.slice(mime.indexOf("/") + 1) : null;
}

function limitOf(reason: unknown): Limit {
  return reason === "cpu" || reason === "bandwidth" || reason === "other" ? reason : "none";
}

function total(stats: readonly Stat[], member: string): number {
  return stats.reduce((sum, stat) => sum + (number(stat[member]) ?? 0), 0);
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
