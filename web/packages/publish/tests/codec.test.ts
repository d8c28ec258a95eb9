import { expect, test } from "vitest";
import {
  type CodecCapability,
  choicesOf,
  orderAudio,
  orderVideo,
  startVideoAt,
  tuneOpus,
} from "../src/codec.ts";

/** What Chromium says it can send, shortened. */
const VIDEO: CodecCapability[] = [
  codec("VP8"),
  codec("rtx"),
  codec("VP9", "profile-id=0"),
  codec("H264", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"),
  codec("H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
  codec("H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f"),
  codec("H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
  codec("AV1"),
  codec("red"),
  codec("ulpfec"),
];

function codec(name: string, sdpFmtpLine?: string): CodecCapability {
  const base = { mimeType: `video/${name}`, clockRate: 90_000 };
  return sdpFmtpLine === undefined ? base : { ...base, sdpFmtpLine };
}

const names = (codecs: readonly CodecCapability[]): string =>
  codecs
    .map((one) => one.mimeType.slice(6) + (/mode=1.*id=(\w{4})/.exec(one.sdpFmtpLine ?? "")?.[1] ?? ""))
    .join(" ");

test("by itself, H.264 as every browser decodes it comes first", () => {
  expect(names(orderVideo(VIDEO, "auto"))).toBe("H26442e0 H2644200 H2646400 H264 VP8 VP9 AV1 rtx red ulpfec");
});

test("a chosen codec comes first and the others stay, so that a server without it still gets a picture", () => {
  expect(names(orderVideo(VIDEO, "AV1"))).toBe("AV1 H26442e0 H2644200 H2646400 H264 VP8 VP9 rtx red ulpfec");
});

test("only what the browser can send is offered to the host", () => {
  expect(choicesOf(VIDEO)).toEqual(["auto", "H264", "VP8", "VP9", "AV1"]);
  expect(choicesOf([codec("VP8")])).toEqual(["auto", "VP8"]);
});

test("RED stands before Opus, and a RED of another clock behind", () => {
  const audio = ["opus/48000", "G722/8000", "red/8000", "red/48000", "PCMU/8000"].map((text) => {
    const [name, rate] = text.split("/");
    return { mimeType: `audio/${name}`, clockRate: Number(rate) };
  });
  expect(orderAudio(audio).map((one) => `${one.mimeType.slice(6)}/${one.clockRate}`)).toEqual([
    "red/48000",
    "opus/48000",
    "G722/8000",
    "PCMU/8000",
    "red/8000",
  ]);
});

const WISH = { inbandFec: true, dtx: false, stereo: true, bps_max: 128_000 };

test("Opus keeps its parameters and gets the wished ones", () => {
  const sdp =
    "m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=0\r\n";
  expect(tuneOpus(sdp, WISH)).toContain(
    "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=0;stereo=1;sprop-stereo=1;maxaveragebitrate=128000\r\n",
  );
  expect(tuneOpus(sdp, WISH)).toContain("a=fmtp:63 111/111\r\n");
});

test("Opus without parameters gets a line of its own, and a description without Opus stays", () => {
  expect(tuneOpus("a=rtpmap:96 opus/48000/2\r\nb", WISH).split("\r\n")[1]).toBe(
    "a=fmtp:96 useinbandfec=1;usedtx=0;stereo=1;sprop-stereo=1;maxaveragebitrate=128000",
  );
  expect(tuneOpus("a=rtpmap:0 PCMU/8000\r\n", WISH)).toBe("a=rtpmap:0 PCMU/8000\r\n");
});

test("each codec of the picture is told where to start, and nothing else is", () => {
  const sdp = [
    "v=0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "a=rtpmap:111 opus/48000/2",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102",
    "a=rtpmap:96 VP8/90000",
    "a=rtpmap:97 rtx/90000",
    "a=fmtp:97 apt=96",
    "a=rtpmap:102 H264/90000",
    "a=fmtp:102 packetization-mode=1",
    "",
  ];
  const told = startVideoAt(sdp.join("\r\n"), 2_500_000).split("\r\n");
  expect(told.filter((line) => !sdp.includes(line))).toEqual([
    "a=fmtp:96 x-google-start-bitrate=2500",
    "a=fmtp:102 packetization-mode=1;x-google-start-bitrate=2500",
  ]);
  expect(told.filter((line) => sdp.includes(line))).toEqual(
    sdp.filter((line) => line !== "a=fmtp:102 packetization-mode=1"),
  );
  expect(startVideoAt("v=0\r\n", 1)).toBe("v=0\r\n");
});
