//! Which codecs are offered, in what order, and how Opus is told to guard itself against loss.
//! Only orders and texts: no peer connection is touched here.

/** What the host chose; `auto` is the order that the most viewers can decode in hardware. */
export type VideoChoice = "auto" | "H264" | "VP8" | "VP9" | "AV1";

/** Every choice, as the studio lists them. */
export const VIDEO_CHOICES: readonly VideoChoice[] = ["auto", "H264", "VP8", "VP9", "AV1"];

/** A codec as `RTCRtpSender.getCapabilities` tells it. */
export interface CodecCapability {
  mimeType: string;
  clockRate: number;
  channels?: number;
  sdpFmtpLine?: string;
}

/** How Opus is asked to send. */
export interface OpusWish {
  /** Carry a coarse copy of the last frame in each packet, so that one lost packet is not heard. */
  inbandFec: boolean;
  /** Send nothing while it is quiet. Off by default: music and room tone would be cut. */
  dtx: boolean;
  /** Two channels. */
  stereo: boolean;
  /** The most it may use, bits per second. */
  bps_max: number;
}

/** H.264 is decoded in hardware by nearly every phone and laptop; the others follow by how widely they are. */
const AUTO_ORDER = ["H264", "VP8", "VP9", "AV1"] as const;

/** What goes along with a codec and is never one by itself. */
const COMPANIONS = ["rtx", "red", "ulpfec", "flexfec-03"];

/** The video codecs in the order to offer: the chosen one first, the others behind it, companions last. */
export function orderVideo<T extends CodecCapability>(codecs: readonly T[], choice: VideoChoice): T[] {
  const order: readonly string[] =
    choice === "auto" ? AUTO_ORDER : [choice, ...AUTO_ORDER.filter((name) => name !== choice)];
  const rank = (codec: T): number => {
    const name = nameOf(codec);
    if (COMPANIONS.includes(name.toLowerCase())) return 1_000;
    const place = order.indexOf(name);
    return (
      (place < 0 ? order.length : place) * 10 + (name === "H264" ? h264Rank(codec.sdpFmtpLine ?? "") : 0)
    );
  };
  return sorted(codecs, rank);
}

/**
 * The audio codecs in the order to offer: RED first, because a sender uses the first codec agreed on, then Opus.
 * RED carries each Opus frame twice, which turns one lost packet in ten from a tenth of the sound into a hundredth.
 */
export function orderAudio<T extends CodecCapability>(codecs: readonly T[]): T[] {
  const rank = (codec: T): number => {
    switch (nameOf(codec).toLowerCase()) {
      case "red":
        return codec.clockRate === 48_000 ? 0 : 9;
      case "opus":
        return 1;
      default:
        return 5;
    }
  };
  return sorted(codecs, rank);
}

/** The choices this browser can send. */
export function choicesOf(codecs: readonly CodecCapability[]): VideoChoice[] {
  const names = new Set(codecs.map(nameOf));
  return VIDEO_CHOICES.filter((choice) => choice === "auto" || names.has(choice));
}

/** The description with Opus' parameters as wished. Parameters it does not name stay as they were. */
export function tuneOpus(sdp: string, wish: OpusWish): string {
  const lines = sdp.split(/\r?\n/);
  const opus = lines
    .map((line) => /^a=rtpmap:(\d+) opus\/48000/i.exec(line)?.[1])
    .find((pt) => pt !== undefined);
  if (opus === undefined) return sdp;
  const wished: Record<string, string> = {
    useinbandfec: wish.inbandFec ? "1" : "0",
    usedtx: wish.dtx ? "1" : "0",
    stereo: wish.stereo ? "1" : "0",
    "sprop-stereo": wish.stereo ? "1" : "0",
    maxaveragebitrate: String(wish.bps_max),
  };
  const prefix = `a=fmtp:${opus} `;
  const at = lines.findIndex((line) => line.startsWith(prefix));
  const parameters = at < 0 ? new Map<string, string>() : parametersOf(lines[at]?.slice(prefix.length) ?? "");
  for (const [name, value] of Object.entries(wished)) parameters.set(name, value);
  const line =
    prefix + [...parameters].map(([name, value]) => (value === "" ? name : `${name}=${value}`)).join(";");
  if (at < 0) lines.splice(lines.findIndex((l) => l.startsWith(`a=rtpmap:${opus} `)) + 1, 0, line);
  else lines[at] = line;
  return lines.join("\r\n");
}

/**
 * The answer with the rate at which the picture's sender is to start. Browsers of Chromium's kin read it and would
 * else start at 300 kbit/s, small and coarse; the others leave it aside.
 */
export function startVideoAt(sdp: string, bps: number): string {
  const hint = `x-google-start-bitrate=${Math.round(bps / 1_000)}`;
  const [before, ...sections] = sdp.split(/^(?=m=)/m);
  const hinted = sections.map((section) =>
    section.startsWith("m=video ") ? hintCodecs(section, hint) : section,
  );
  return [before, ...hinted].join("");
}

/** The section with the parameter for each of its codecs. */
function hintCodecs(section: string, hint: string): string {
  const codecs = [...section.matchAll(/^a=rtpmap:(\d+) ([^/\r\n]+).*$/gm)].filter(
    ([, , name = ""]) => !COMPANIONS.includes(name.toLowerCase()),
  );
  return codecs.reduce((text, [rtpmap, type]) => {
    const fmtp = new RegExp(`^a=fmtp:${type} .*$`, "m");
    return fmtp.test(text)
      ? text.replace(fmtp, (line) => `${line};${hint}`)
      : text.replace(rtpmap, () => `${rtpmap}\r\na=fmtp:${type} ${hint}`);
  }, section);
}

function parametersOf(text: string): Map<string, string> {
  const pairs = text.split(";").map((part) => part.trim());
  return new Map(
    pairs
      .filter((part) => part !== "")
      .map((part) => {
        const equals = part.indexOf("=");
        return equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
      }),
  );
}

function nameOf(codec: CodecCapability): string {
  return codec.mimeType.slice(codec.mimeType.indexOf("/") + 1);
}

/** Constrained baseline in whole packets is what every browser decodes; single-packet mode is the last resort. */
function h264Rank(fmtp: string): number {
  const whole = /packetization-mode=1/.test(fmtp) ? 0 : 5;
  const profile = /profile-level-id=([0-9a-f]{4})/i.exec(fmtp)?.[1]?.toLowerCase() ?? "";
  if (profile === "42e0") return whole;
  if (profile.startsWith("42")) return whole + 1;
  return profile.startsWith("4d") ? whole + 2 : whole + 3;
}

function sorted<T>(items: readonly T[], rank: (item: T) => number): T[] {
  return [...items].sort((a, b) => rank(a) - rank(b));
}
