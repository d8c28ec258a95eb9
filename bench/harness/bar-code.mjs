// A clock drawn as a bar code into what one page publishes, and read back from what another page shows.
//
// Both functions run in a page, so each carries all it needs. The picture's top eighth holds two rows of cells: the
// milliseconds of the machine's clock, the highest bit first, and below them the same bits inverted. What does not fit
// its inversion was not read and is counted as such.

/** Bits of the clock that are drawn; it starts again after 17 minutes. */
export const CLOCK_BITS = 20;

/**
 * Publishes a moving picture with a clock in it, and a sound, by WHIP.
 * @param {{ whip: string, streamKey: string, width: number, height: number, framesPerS: number, bps: number,
 *   bits: number }} show
 */
export async function publishClock({ whip, streamKey, width, height, framesPerS, bps, bits }) {
  const canvas = document.body.appendChild(document.createElement("canvas"));
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { alpha: false });
  const cell = width / bits;
  const row = height / 16;
  const draw = () => {
    const now = Date.now();
    // Something that moves everywhere, so that the encoder has a picture's work to do.
    for (let bar = 0; bar < 24; bar++) {
      context.fillStyle = `hsl(${(bar * 15 + now / 20) % 360} 60% ${35 + 20 * Math.sin(now / 300 + bar)}%)`;
      context.fillRect((bar * width) / 24, 0, width / 24 + 1, height);
    }
    context.fillStyle = "white";
    context.font = `${height / 6}px sans-serif`;
    context.fillText(
      new Date(now).toISOString().slice(11, 23),
      width / 10,
      height / 2 + (height / 5) * Math.sin(now / 500),
    );
    for (let bit = 0; bit < bits; bit++) {
      const set = (now >>> (bits - 1 - bit)) & 1;
      context.fillStyle = set ? "white" : "black";
      context.fillRect(bit * cell, 0, cell, row);
      context.fillStyle = set ? "black" : "white";
      context.fillRect(bit * cell, row, cell, row);
    }
    requestAnimationFrame(draw);
  };
  draw();

  const audio = new AudioContext();
  const sound = audio.createMediaStreamDestination();
  const tone = new OscillatorNode(audio, { frequency: 220 });
  tone.connect(new GainNode(audio, { gain: 0.05 })).connect(sound);
  tone.start();

  const stream = canvas.captureStream(framesPerS);
  const peer = new RTCPeerConnection();
  const video = peer.addTransceiver(stream.getVideoTracks()[0], {
    direction: "sendonly",
    streams: [stream],
    sendEncodings: [{ maxBitrate: bps }],
  });
  // H.264 before the others, as the studio sends it.
  const rank = (codec) => (codec.mimeType === "video/H264" ? 0 : 1);
  const codecs = RTCRtpSender.getCapabilities("video").codecs;
  video.setCodecPreferences(codecs.toSorted((a, b) => rank(a) - rank(b)));
  peer.addTransceiver(sound.stream.getAudioTracks()[0], { direction: "sendonly", streams: [stream] });
  // A smaller picture when the machine is busy would be another measurement.
  const parameters = video.sender.getParameters();
  await video.sender.setParameters({ ...parameters, degradationPreference: "maintain-resolution" });
  await peer.setLocalDescription();
  const response = await fetch(whip, {
    method: "POST",
    headers: { "content-type": "application/sdp", authorization: `Bearer ${streamKey}` },
    body: peer.localDescription.sdp,
  });
  if (!response.ok) throw new Error(`WHIP: ${response.status} ${await response.text()}`);
  await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
  await new Promise((resolve, reject) => {
    const look = () => {
      if (peer.connectionState === "connected") resolve(undefined);
      if (peer.connectionState === "failed") reject(new Error("the publisher found no way to the server"));
    };
    peer.onconnectionstatechange = look;
    look();
  });
  globalThis.__publisher = { peer, audio };
}

/** What the publisher sends now. */
export async function sentNow() {
  const reports = [...(await globalThis.__publisher.peer.getStats()).values()];
  const video = reports.find((report) => report.type === "outbound-rtp" && report.kind === "video");
  const codec = reports.find((report) => report.id === video?.codecId);
  return {
    width: video?.frameWidth,
    height: video?.frameHeight,
    framesPerS: video?.framesPerSecond ?? 0,
    codec: codec?.mimeType?.split("/")[1],
  };
}

/**
 * Reads the clock from every frame that the page's video shows, and notes when the first one came and when the page
 * began to connect. To be given to `addInitScript`.
 * @param {number} bits
 */
export function readClock(bits) {
  const seen = { connectingAt: undefined, firstFrameAt: undefined, delaysMs: [], unread: 0, missed: 0 };
  globalThis.__seen = seen;
  const Native = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Native {
    constructor(...given) {
      seen.connectingAt ??= performance.now();
      super(...given);
    }
  };

  const canvas = new OffscreenCanvas(bits * 4, 8);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  /** @param {HTMLVideoElement} video @returns {number | undefined} */
  const read = (video) => {
    context.drawImage(
      video,
      0,
      0,
      video.videoWidth,
      video.videoHeight / 8,
      0,
      0,
      canvas.width,
      canvas.height,
    );
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const light = (column, line) => data[(line * canvas.width + column) * 4 + 1] > 127;
    let clock = 0;
    for (let bit = 0; bit < bits; bit++) {
      const set = light(bit * 4 + 2, 2);
      if (set === light(bit * 4 + 2, 6)) return undefined;
      clock = (clock << 1) | (set ? 1 : 0);
    }
    return clock;
  };
  let presented = 0;
  /** @param {HTMLVideoElement} video @param {VideoFrameCallbackMetadata} frame */
  const take = (video, frame) => {
    // A frame is seen when the screen shows it, which may be a moment after the page hears of it.
    const shownAt = Date.now() + Math.max(0, frame.expectedDisplayTime - performance.now());
    seen.firstFrameAt ??= performance.now();
    if (presented > 0) seen.missed += frame.presentedFrames - presented - 1;
    presented = frame.presentedFrames;
    const clock = read(video);
    if (clock === undefined) seen.unread++;
    else seen.delaysMs.push((shownAt - clock) & (2 ** bits - 1));
    video.requestVideoFrameCallback((_, next) => take(video, next));
  };
  new MutationObserver((_, observer) => {
    const video = document.querySelector("video");
    if (video === null) return;
    observer.disconnect();
    video.requestVideoFrameCallback((_, first) => take(video, first));
  }).observe(document, { childList: true, subtree: true });
}
