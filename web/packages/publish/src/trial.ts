//! What the encoder of this machine really makes of the picture: a short show from the page to itself.
//! A browser says what it would like to encode; only encoding says what it can.

import { orderVideo, startVideoAt } from "./codec.ts";
import { type Counters, fold, type Limit, type Stat } from "./outgoing.ts";
import { type Plan, scaleDownOf, videoBpsMax } from "./plan.ts";
import { isCpuBound, isTooFew } from "./verdict.ts";

/** What came out of the encoder at the end of the trial. */
export interface Trial {
  codec: string;
  /** The encoder's own name for itself, `OpenH264` or the like. */
  encoder: string | null;
  width: number;
  height: number;
  frames_per_s: number;
  /** What the camera gave it; `null` where the browser does not say. */
  source_frames_per_s: number | null;
  bps: number;
  limit: Limit;
  /** Of the time, the share in which the computer held the picture back. */
  cpu_share: number | null;
}

/** What the trial says; `dim` is a camera that gives few frames, as cameras do where there is little light. */
export type TrialVerdict = "good" | "slow" | "dim" | "small" | "no_picture";

/** The encoder is told where to start, and is at its size by then. */
const TRIAL_MS = 4_000;
const STEP_MS = 500;

/** Encodes `track` for some seconds as the plan asks; `null` where nothing came out. `watch` sees it under way. */
export async function tryEncoder(
  track: MediaStreamTrack,
  plan: Plan,
  signal: AbortSignal,
  watch: (trial: Trial) => void = () => undefined,
): Promise<Trial | null> {
  const here = new RTCPeerConnection();
  const there = new RTCPeerConnection();
  try {
    here.onicecandidate = (event) =>
      void there.addIceCandidate(event.candidate ?? undefined).catch(() => undefined);
    there.onicecandidate = (event) =>
      void here.addIceCandidate(event.candidate ?? undefined).catch(() => undefined);
    const copy = track.clone();
    copy.contentHint = plan.scene;
    signal.addEventListener("abort", () => copy.stop());
    const sending = here.addTransceiver(copy, {
      direction: "sendonly",
      sendEncodings: [
        {
          maxBitrate: videoBpsMax(plan),
          maxFramerate: plan.frames_per_s,
          scaleResolutionDownBy: scaleDownOf(plan, track.getSettings().height ?? 0),
        },
      ],
    });
    const codecs = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
    if (codecs.length > 0) sending.setCodecPreferences(orderVideo(codecs, plan.codec));
    await here.setLocalDescription();
    if (here.localDescription !== null) await there.setRemoteDescription(here.localDescription);
    await there.setLocalDescription();
    // From here to here there is no line to feel one's way along: what is looked at is the encoder at full rate.
    const sdp = startVideoAt(there.localDescription?.sdp ?? "", videoBpsMax(plan));
    await here.setRemoteDescription({ type: "answer", sdp });
    const trial = await observe(here, signal, watch);
    copy.stop();
    return trial;
  } finally {
    here.close();
    there.close();
  }
}

/** What a trial says about what was asked of it. A shared screen has no number of frames: 0 is asked of it. */
export function judgeTrial(
  trial: Trial | null,
  asked: { frames_per_s: number; height: number },
): TrialVerdict {
  if (trial === null || trial.height === 0) return "no_picture";
  if (isCpuBound(trial)) return "slow";
  if (isTooFew(trial.frames_per_s, asked.frames_per_s)) {
    const given = trial.source_frames_per_s;
    return given !== null && isTooFew(given, asked.frames_per_s) ? "dim" : "slow";
  }
  return trial.height < asked.height * 0.9 ? "small" : "good";
}

async function observe(
  pc: RTCPeerConnection,
  signal: AbortSignal,
  watch: (trial: Trial) => void,
): Promise<Trial | null> {
  let counters: Counters | null = null;
  let trial: Trial | null = null;
  let frames_most = 0;
  let given_most: number | null = null;
  let cpu_most: number | null = null;
  for (let spent_ms = 0; spent_ms < TRIAL_MS && !signal.aborted; spent_ms += STEP_MS) {
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    const stats: Stat[] = [];
    (await pc.getStats()).forEach((stat) => {
      stats.push(stat as Stat);
    });
    const [outgoing, now] = fold(stats, counters);
    counters = now;
    if (outgoing.width === null || outgoing.height === null) continue;
    frames_most = Math.max(frames_most, outgoing.frames_per_s ?? 0);
    given_most = most(given_most, outgoing.source_frames_per_s);
    // The first figures are of a picture that is only beginning.
    if (spent_ms >= TRIAL_MS / 2) cpu_most = most(cpu_most, outgoing.cpu_share);
    trial = {
      codec: outgoing.video_codec ?? "",
      encoder: outgoing.encoder,
      width: outgoing.width,
      height: outgoing.height,
      frames_per_s: Math.round(frames_most),
      source_frames_per_s: given_most,
      bps: outgoing.bps,
      limit: outgoing.limit,
      cpu_share: cpu_most,
    };
    watch(trial);
  }
  return trial;
}

function most(before: number | null, now: number | null): number | null {
  return before === null || now === null ? (now ?? before) : Math.max(before, now);
}
