//! What the encoder of this machine really makes of the picture: a short show from the page to itself.
//! A browser says what it would like to encode; only encoding says what it can.

import { orderVideo } from "./codec.ts";
import { type Counters, fold, type Limit, type Stat } from "./outgoing.ts";
import { type Plan, scaleDownOf, videoBpsMax } from "./plan.ts";

/** What came out of the encoder at the end of the trial. */
export interface Trial {
  codec: string;
  /** The encoder's own name for itself, `OpenH264` or the like. */
  encoder: string | null;
  width: number;
  height: number;
  frames_per_s: number;
  bps: number;
  limit: Limit;
}

/** What the trial says. */
export type TrialVerdict = "good" | "slow" | "small" | "no_picture";

/** The encoder starts small and grows; it is at its size by then. */
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
    if (there.localDescription !== null) await here.setRemoteDescription(there.localDescription);
    const trial = await observe(here, signal, watch);
    copy.stop();
    return trial;
  } finally {
    here.close();
    there.close();
  }
}

/** What a trial says about the plan it tried. */
export function judgeTrial(trial: Trial | null, plan: Plan, asked_height: number): TrialVerdict {
  if (trial === null || trial.height === 0) return "no_picture";
  if (trial.frames_per_s < plan.frames_per_s * 0.7 || trial.limit === "cpu") return "slow";
  return trial.height < asked_height * 0.9 ? "small" : "good";
}

async function observe(
  pc: RTCPeerConnection,
  signal: AbortSignal,
  watch: (trial: Trial) => void,
): Promise<Trial | null> {
  let counters: Counters | null = null;
  let trial: Trial | null = null;
  let frames_most = 0;
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
    trial = {
      codec: outgoing.video_codec ?? "",
      encoder: outgoing.encoder,
      width: outgoing.width,
      height: outgoing.height,
      frames_per_s: Math.round(frames_most),
      bps: outgoing.bps,
      limit: outgoing.limit,
    };
    watch(trial);
  }
  return trial;
}
