//! Cameras, microphones and screens: which there are, opening one, and why one would not open.

/** Why there is no picture or sound, by what the host can do about it. */
export type DeviceProblem =
  /** The page is neither on HTTPS nor on localhost, so the browser gives no devices at all. */
  | "insecure"
  /** The browser has none of these interfaces. */
  | "unsupported"
  /** The host, or a rule of the browser, said no. */
  | "denied"
  /** The operating system does not let the browser have it. */
  | "denied_by_system"
  /** There is no such device. */
  | "none"
  /** Another program holds it. */
  | "busy"
  /** The host closed the browser's chooser without choosing. */
  | "cancelled"
  | "unknown";

/** A device one may choose. */
export interface Device {
  id: string;
  /** As the browser names it; empty before the first permission. */
  label: string;
}

/** The devices there are. */
export interface Devices {
  cameras: Device[];
  microphones: Device[];
}

/** How the picture is asked for. Cameras give what comes nearest. */
export interface PictureWish {
  width: number;
  height: number;
  frames_per_s: number;
}

/** How sound is taken in. */
export type SoundWish = "speech" | "music";

/** Whether the browser would give devices here at all. */
export function obstacle(): DeviceProblem | null {
  if (!globalThis.isSecureContext) return "insecure";
  if (globalThis.navigator?.mediaDevices?.getUserMedia === undefined) return "unsupported";
  return typeof RTCPeerConnection === "undefined" ? "unsupported" : null;
}

/** Why a device would not open. */
export function problemOf(error: unknown, asked: "device" | "screen"): DeviceProblem {
  if (!(error instanceof Error)) return "unknown";
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      if (/system/i.test(error.message)) return "denied_by_system";
      return asked === "screen" ? "cancelled" : "denied";
    case "NotFoundError":
    case "DevicesNotFoundError":
      return "none";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError":
      return "busy";
    case "TypeError":
      return globalThis.isSecureContext ? "unsupported" : "insecure";
    default:
      return "unknown";
  }
}

/** Cameras and microphones, each once. Without permission yet they have no names, but are counted. */
export async function listDevices(): Promise<Devices> {
  if (obstacle() !== null) return { cameras: [], microphones: [] };
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind): Device[] =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== "communications")
      .map((device) => ({ id: device.deviceId, label: device.label }));
  return { cameras: of("videoinput"), microphones: of("audioinput") };
}

/** Opens a camera: the one named, or any where that one is gone. */
export async function openCamera(id: string | null, wish: PictureWish): Promise<MediaStreamTrack> {
  const size: MediaTrackConstraints = {
    width: { ideal: wish.width },
    height: { ideal: wish.height },
    frameRate: { ideal: wish.frames_per_s, max: 60 },
  };
  return openPreferred(
    id,
    (device) => ({ video: { ...size, ...device } }),
    (stream) => stream.getVideoTracks()[0],
  );
}

/** Opens a microphone. Speech is cleaned of echo and noise; music is left as it is, in two channels. */
export async function openMicrophone(id: string | null, wish: SoundWish): Promise<MediaStreamTrack> {
  const clean = wish === "speech";
  const sound: MediaTrackConstraints = {
    echoCancellation: clean,
    noiseSuppression: clean,
    autoGainControl: clean,
    channelCount: { ideal: clean ? 1 : 2 },
    sampleRate: { ideal: 48_000 },
  };
  return openPreferred(
    id,
    (device) => ({ audio: { ...sound, ...device } }),
    (stream) => stream.getAudioTracks()[0],
  );
}

/** Shares a screen, with its sound where the browser and the host give it. */
export async function openScreen(
  frames_per_s: number,
): Promise<{ picture: MediaStreamTrack; sound: MediaStreamTrack | null }> {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: { frameRate: { ideal: frames_per_s } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const picture = stream.getVideoTracks()[0];
  if (picture === undefined) throw new DOMException("no picture was shared", "NotFoundError");
  return { picture, sound: stream.getAudioTracks()[0] ?? null };
}

async function openPreferred(
  id: string | null,
  constraints: (device: MediaTrackConstraints) => MediaStreamConstraints,
  pick: (stream: MediaStream) => MediaStreamTrack | undefined,
): Promise<MediaStreamTrack> {
  const open = async (device: MediaTrackConstraints): Promise<MediaStreamTrack> => {
    const track = pick(await navigator.mediaDevices.getUserMedia(constraints(device)));
    if (track === undefined) throw new DOMException("the device gave no track", "NotFoundError");
    return track;
  };
  if (id === null || id === "") return open({});
  try {
    return await open({ deviceId: { exact: id } });
  } catch (error) {
    // The remembered device was unplugged: any other will do, and the studio shows which it is.
    if (error instanceof Error && (error.name === "OverconstrainedError" || error.name === "NotFoundError"))
      return open({});
    throw error;
  }
}
