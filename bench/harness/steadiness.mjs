// How steadily a page's video and sound have played.
//
// Both functions run in a page. Freezes are taken from the frames shown, not from the browser's own count of them: it
// counts a freeze when it ends, and none at all where hardly a frame comes.

/** Watches every frame that is shown, and keeps the page's connections. To be given to `addInitScript`. */
export function keepCount() {
  /** @type {Map<RTCPeerConnection, { video: object, audio: object }>} */
  const connections = new Map();
  const Native = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      connections.set(this, { video: {}, audio: {} });
    }
  };

  // A picture that stands 150 ms beyond its frame's own time, at 30 a second, is frozen.
  const FRAME_MS = 1_000 / 30;
  const FREEZE_MS_MIN = 150 + FRAME_MS;
  const shown = { frames: 0, lastAt: undefined, frozenMs: 0, freezes: 0 };
  const gap = (ms, frames) => {
    // The page does not hear of every frame. Those it did not hear of each took a frame's time out of the gap.
    if (ms - (frames - 1) * FRAME_MS < FREEZE_MS_MIN) return;
    shown.frozenMs += ms;
    shown.freezes++;
  };
  /** @param {HTMLVideoElement} video @param {VideoFrameCallbackMetadata} frame */
  const take = (video, frame) => {
    const at = frame.presentationTime;
    // Another stream counts from one again.
    const frames = Math.max(1, frame.presentedFrames - shown.frames);
    if (shown.lastAt !== undefined) gap(at - shown.lastAt, frames);
    shown.lastAt = at;
    shown.frames = frame.presentedFrames;
    video.requestVideoFrameCallback((_, next) => take(video, next));
  };
  new MutationObserver((_, observer) => {
    const video = document.querySelector("video");
    if (video === null) return;
    observer.disconnect();
    video.requestVideoFrameCallback((_, first) => take(video, first));
  }).observe(document, { childList: true, subtree: true });

  /** What connections that are gone have received still counts. */
  const received = async () => {
    for (const [connection, reports] of connections) {
      if (connection.connectionState === "closed") continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type === "inbound-rtp") reports[report.kind] = report;
      }
    }
    const sum = (kind, figure) =>
      [...connections.values()].reduce((total, reports) => total + (reports[kind][figure] ?? 0), 0);
    return {
      frames: sum("video", "framesDecoded"),
      frozenByBrowserMs: sum("video", "totalFreezesDuration") * 1_000,
      retransmitted:
        sum("video", "retransmittedPacketsReceived") + sum("audio", "retransmittedPacketsReceived"),
      repairs: sum("video", "fecPacketsReceived"),
      repairsDiscarded: sum("video", "fecPacketsDiscarded"),
      samples: sum("audio", "totalSamplesReceived"),
      concealed: sum("audio", "concealedSamples"),
    };
  };
  setInterval(received, 500);

  globalThis.__count = async () => {
    const now = performance.now();
    const stillMs = now - (shown.lastAt ?? 0);
    return {
      atMs: now,
      shown: shown.frames,
      // A picture that stands now is frozen since it last changed.
      frozenMs: shown.frozenMs + (stillMs >= FREEZE_MS_MIN ? stillMs : 0),
      freezes: shown.freezes,
      connections: connections.size,
      ...(await received()),
    };
  };
}

/** What has been counted until now. */
export const count = () => globalThis.__count();
