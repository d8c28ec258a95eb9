//! Going live by WHIP (RFC 9725): the shell around the machine in `publication.ts`. It owns one peer connection at a
//! time, carries out the machine's orders and tells it what became of them.

import { orderAudio, orderVideo, startVideoAt, tuneOpus } from "./codec.ts";
import { type Candidate, restartedBy, writeFragment } from "./fragment.ts";
import { type Layer, layersOf, wantedBy } from "./layers.ts";
import { type Counters, fold, type Outgoing, type Stat } from "./outgoing.ts";
import { audioBpsMax, type Plan } from "./plan.ts";
import { deadlineOf, type Happening, isUnderWay, type Order, type State, step } from "./publication.ts";

/** What a publication needs to know. */
export interface Wiring {
  /** Where the show goes: `/whip/<room>`. */
  endpoint: string;
  /** The stream key; `null` where the host's session cookie says who it is. */
  bearer: string | null;
  plan: Plan;
  picture: MediaStreamTrack | null;
  sound: MediaStreamTrack | null;
  /** Where the picture's rate starts, if the line was measured just now; `null` leaves it to feel its way up. */
  start_bps: number | null;
  /** Whether the picture may be sent in several sizes; not where the encoder is slow. */
  several: boolean;
  /** Whether another publisher has the room now. Asked when the server no longer knows this one. */
  taken: () => Promise<boolean>;
  /** Told of every change. */
  changed: (state: State) => void;
}

/** How long a request may take before the network counts as gone. */
const REQUEST_MS = 10_000;
/** Candidates found within this are told in one request. */
const TRICKLE_MS = 60;

/** The name of the channel by which the server can say something to a publisher. */
const CHANNEL = "livehouse";

/** One connection to the server, from offer to close. Invariant: `Whip` acts only for the latest. */
interface Line {
  pc: RTCPeerConnection;
  video: RTCRtpSender;
  audio: RTCRtpSender;
  /** The session's address, once the server has given it. */
  location: string | null;
  etag: string | null;
  /** Found, not yet told. */
  candidates: Candidate[];
  gathered: boolean;
  trickle: ReturnType<typeof setTimeout> | null;
  /** The server has said that it takes no trickled candidates. */
  deaf: boolean;
  /** By which the server says which sizes of the picture anybody wants. */
  channel: RTCDataChannel;
  /** What it said last. */
  wanted: ReadonlyMap<string, boolean>;
  /** Changes of the senders' parameters, one after the other: a browser takes each on top of the one before. */
  tuning: Promise<void>;
}

export class Whip {
  #state: State = { at: "idle" };
  #line: Line | null = null;
  /** The session that the last dropped line had: the server may still wait for it to mend. */
  #dropped: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #counters: Counters | null = null;
  #leaving: Promise<void> = Promise.resolve();
  readonly #wiring: Wiring;
  readonly #online = (): void => this.#happen({ is: "online" });

  constructor(wiring: Wiring) {
    this.#wiring = { ...wiring };
  }

  get state(): State {
    return this.#state;
  }

  /** Goes live. Does nothing if that is under way. */
  start(): void {
    globalThis.addEventListener?.("online", this.#online);
    this.#happen({ is: "start" });
  }

  /** Ends the publication and tells the server; resolves when it knows, or cannot be told. */
  async stop(): Promise<void> {
    this.#happen({ is: "stop" });
    globalThis.removeEventListener?.("online", this.#online);
    await this.#leaving;
  }

  /** Another camera, another microphone, a screen: without a new offer, so viewers see no break. */
  async replace(kind: "picture" | "sound", track: MediaStreamTrack | null): Promise<void> {
    this.#wiring[kind] = track;
    const line = this.#line;
    if (line === null) return;
    await (kind === "picture" ? line.video : line.audio).replaceTrack(track);
    if (kind === "picture") await this.#limit(line);
  }

  /** The encoder is slow: from now on the picture is sent in one size. */
  async spare(): Promise<void> {
    this.#wiring.several = false;
    if (this.#line !== null) await this.#limit(this.#line);
  }

  /** New limits for what is being sent; another codec takes effect with the next connection. */
  async replan(plan: Plan): Promise<void> {
    this.#wiring.plan = plan;
    if (this.#line !== null) await this.#limit(this.#line);
  }

  /** What leaves now; `null` while nothing is connected. */
  async read(): Promise<Outgoing | null> {
    const line = this.#line;
    if (line === null) return null;
    const report = await line.pc.getStats();
    if (line !== this.#line) return null;
    const stats: Stat[] = [];
    report.forEach((stat) => {
      stats.push(stat as Stat);
    });
    const [outgoing, counters] = fold(stats, this.#counters);
    this.#counters = counters;
    return outgoing;
  }

  #happen(happening: Happening): void {
    const before = this.#state;
    const [state, orders] = step(before, happening, { now: Date.now(), luck: Math.random() });
    this.#state = state;
    this.#rewind();
    for (const order of orders) this.#obey(order);
    if (state !== before) this.#wiring.changed(state);
    if (!isUnderWay(state)) globalThis.removeEventListener?.("online", this.#online);
  }

  #rewind(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const deadline = deadlineOf(this.#state);
    const wait_ms = deadline === null ? null : Math.max(0, deadline - Date.now());
    this.#timer = wait_ms === null ? null : setTimeout(() => this.#happen({ is: "tick" }), wait_ms);
  }

  #obey(order: Order): void {
    switch (order) {
      case "publish":
        this.#drop();
        this.#publish(this.#open()).catch(() => this.#happen({ is: "unreachable" }));
        return;
      case "restart":
        if (this.#line === null) queueMicrotask(() => this.#happen({ is: "gone" }));
        else this.#restart(this.#line).catch(() => this.#happen({ is: "unreachable" }));
        return;
      case "ask":
        // It is asked because the server has forgotten the session; there is nothing to leave any more.
        this.#dropped = null;
        this.#wiring.taken().then(
          (yes) => this.#happen({ is: "elsewhere", yes }),
          () => this.#happen({ is: "unreachable" }),
        );
        return;
      case "drop":
        this.#drop();
        return;
      case "leave":
        this.#leave();
        return;
      default: {
        order satisfies never;
      }
    }
  }

  #open(): Line {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    const { picture, sound } = this.#wiring;
    const audio = pc.addTransceiver(sound ?? "audio", { direction: "sendonly" });
    const video = this.#addPicture(pc, picture);
    prefer(audio, orderAudio(RTCRtpSender.getCapabilities("audio")?.codecs ?? []));
    prefer(video, orderVideo(RTCRtpSender.getCapabilities("video")?.codecs ?? [], this.#wiring.plan.codec));
    const line: Line = {
      pc,
      video: video.sender,
      audio: audio.sender,
      location: null,
      etag: null,
      candidates: [],
      gathered: false,
      trickle: null,
      deaf: false,
      channel: pc.createDataChannel(CHANNEL),
      wanted: new Map(),
      tuning: Promise.resolve(),
    };
    line.channel.onmessage = (event) => {
      const wanted = wantedBy(event.data);
      if (wanted === null || line !== this.#line) return;
      line.wanted = wanted;
      void this.#limit(line);
    };
    pc.onconnectionstatechange = () => this.#connection(line);
    pc.onicecandidate = (event) => this.#candidate(line, event.candidate);
    this.#line = line;
    this.#counters = null;
    return line;
  }

  #addPicture(pc: RTCPeerConnection, picture: MediaStreamTrack | null): RTCRtpTransceiver {
    const encodings = this.#layers().map(encodingOf);
    const track = picture ?? "video";
    try {
      return pc.addTransceiver(track, { direction: "sendonly", sendEncodings: encodings });
    } catch {
      // A browser that knows no layers sends one.
      return pc.addTransceiver(track, { direction: "sendonly", sendEncodings: [{ active: true }] });
    }
  }

  #layers(): Layer[] {
    const { plan, picture, several } = this.#wiring;
    return layersOf(plan, picture?.getSettings().height ?? 0, several);
  }

  async #publish(line: Line): Promise<void> {
    const offer = await line.pc.createOffer();
    const sdp = tuneOpus(offer.sdp ?? "", this.#opus());
    await line.pc.setLocalDescription({ type: "offer", sdp });
    const response = await this.#request(this.#wiring.endpoint, {
      method: "POST",
      headers: { "content-type": "application/sdp" },
      body: sdp,
    });
    if (line !== this.#line) {
      // The host ended the show while the server was answering: its session must not stay behind.
      const late = locationOf(response, this.#wiring.endpoint);
      if (response.ok && late !== null) this.#delete(late);
      return;
    }
    if (response.status !== 201) return this.#happen(await refusalOf(response));
    line.location = locationOf(response, this.#wiring.endpoint);
    line.etag = response.headers.get("etag");
    const answer = this.#hasten(tuneOpus(await response.text(), this.#opus()));
    if (line !== this.#line) return;
    try {
      await line.pc.setRemoteDescription({ type: "answer", sdp: answer });
    } catch {
      return this.#happen({ is: "refused", refusal: { status: 0, code: "bad_sdp" } });
    }
    await this.#limit(line);
    if (line !== this.#line) return;
    this.#happen({ is: "answered" });
    this.#trickle(line);
  }

  /** A measured line is started at its rate, once: what comes after a break may be another line. */
  #hasten(answer: string): string {
    const { start_bps } = this.#wiring;
    this.#wiring.start_bps = null;
    return start_bps === null ? answer : startVideoAt(answer, start_bps);
  }

  async #restart(line: Line): Promise<void> {
    const { location } = line;
    const remote = line.pc.remoteDescription;
    if (location === null || remote === null) return this.#happen({ is: "gone" });
    if (line.pc.signalingState !== "stable") await line.pc.setLocalDescription({ type: "rollback" });
    const offer = await line.pc.createOffer({ iceRestart: true });
    line.candidates = [];
    line.gathered = false;
    await line.pc.setLocalDescription(offer);
    const response = await this.#request(location, {
      method: "PATCH",
      headers: { "content-type": "application/trickle-ice-sdpfrag", "if-match": "*" },
      body: writeFragment(offer.sdp ?? "", [], false),
    });
    if (line !== this.#line) return;
    if (response.status === 404 || response.status === 410) return this.#happen({ is: "gone" });
    if (!response.ok) return this.#happen(await refusalOf(response));
    const sdp = restartedBy(remote.sdp, await response.text());
    if (line !== this.#line) return;
    // A server that took the restart as mere candidates has not restarted anything.
    if (sdp === null)
      return this.#happen({ is: "refused", refusal: { status: response.status, code: null } });
    line.etag = response.headers.get("etag");
    await line.pc.setRemoteDescription({ type: "answer", sdp });
    if (line !== this.#line) return;
    this.#happen({ is: "answered" });
    this.#trickle(line);
  }

  #connection(line: Line): void {
    if (line !== this.#line) return;
    switch (line.pc.connectionState) {
      case "connected":
        this.#happen({ is: "connected" });
        return;
      case "disconnected":
        this.#happen({ is: "shaky" });
        return;
      case "failed":
        this.#happen({ is: "failed" });
        return;
      case "new":
      case "connecting":
      case "closed":
        return;
    }
  }

  #candidate(line: Line, candidate: RTCIceCandidate | null): void {
    if (candidate === null || candidate.candidate === "") line.gathered = true;
    else line.candidates.push({ line: candidate.candidate, mid: candidate.sdpMid ?? "0" });
    if (line.location !== null) this.#trickle(line);
  }

  #trickle(line: Line): void {
    if (line.trickle !== null || line.deaf) return;
    line.trickle = setTimeout(() => {
      line.trickle = null;
      this.#tell(line).catch(() => {
        // Candidates that cannot be told are no fault yet: the server may be reached by those it knows, and if
        // not, the connection fails and is restarted.
      });
    }, TRICKLE_MS);
  }

  async #tell(line: Line): Promise<void> {
    const local = line.pc.localDescription;
    if (line !== this.#line || line.location === null || local === null) return;
    if (line.candidates.length === 0 && !line.gathered) return;
    const told = line.candidates.splice(0);
    const headers: Record<string, string> = { "content-type": "application/trickle-ice-sdpfrag" };
    if (line.etag !== null) headers["if-match"] = line.etag;
    const body = writeFragment(local.sdp, told, line.gathered);
    const response = await this.#request(line.location, { method: "PATCH", headers, body });
    if (line !== this.#line) return;
    if (response.status === 404 || response.status === 410) this.#happen({ is: "gone" });
    else if (response.status === 405 || response.status === 501) line.deaf = true;
  }

  #limit(line: Line): Promise<void> {
    line.tuning = line.tuning.then(() => this.#tune(line));
    return line.tuning;
  }

  async #tune(line: Line): Promise<void> {
    const { plan, picture } = this.#wiring;
    if (picture !== null) picture.contentHint = plan.scene;
    const video = line.video.getParameters();
    video.degradationPreference = plan.scene === "detail" ? "maintain-resolution" : "balanced";
    // The names were agreed on with the offer, and stay; another camera may have less to say under them.
    const planned = this.#layers();
    const largest = planned.at(-1);
    for (const encoding of video.encodings) {
      const named = planned.find((layer) => layer.rid === encoding.rid);
      const layer = named ?? (encoding.rid === undefined || encoding.rid === "f" ? largest : undefined);
      encoding.active = layer !== undefined && line.wanted.get(encoding.rid ?? "") !== false;
      encoding.maxFramerate = plan.frames_per_s;
      if (layer === undefined) continue;
      encoding.maxBitrate = layer.bps_max;
      encoding.scaleResolutionDownBy = layer.scale;
    }
    const audio = line.audio.getParameters();
    for (const encoding of audio.encodings) encoding.maxBitrate = audioBpsMax(plan);
    // Sound first: when the line is short the picture gives way, because a show one cannot hear is none.
    for (const encoding of audio.encodings) encoding.priority = "high";
    await Promise.all([tryParameters(line.video, video), tryParameters(line.audio, audio)]);
  }

  #opus(): Parameters<typeof tuneOpus>[1] {
    const { plan } = this.#wiring;
    return { inbandFec: true, dtx: false, stereo: plan.sound === "music", bps_max: audioBpsMax(plan) };
  }

  #leave(): void {
    this.#drop();
    const location = this.#dropped;
    this.#dropped = null;
    if (location !== null) this.#delete(location);
  }

  #delete(location: string): void {
    // `keepalive` lets the request outlive the page: a host who ends the show and closes the tab has ended it.
    this.#leaving = this.#request(location, { method: "DELETE", keepalive: true }).then(
      () => undefined,
      () => undefined,
    );
  }

  #drop(): void {
    const line = this.#line;
    this.#line = null;
    if (line === null) return;
    this.#dropped = line.location ?? this.#dropped;
    if (line.trickle !== null) clearTimeout(line.trickle);
    line.pc.onconnectionstatechange = null;
    line.pc.onicecandidate = null;
    line.channel.onmessage = null;
    line.pc.close();
  }

  #request(url: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
    const { bearer } = this.#wiring;
    const headers = { ...init.headers, ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }) };
    return fetch(url, {
      ...init,
      headers,
      credentials: "same-origin",
      signal: AbortSignal.timeout(REQUEST_MS),
    });
  }
}

function encodingOf(layer: Layer): RTCRtpEncodingParameters {
  const encoding: RTCRtpEncodingParameters = {
    active: true,
    maxBitrate: layer.bps_max,
    scaleResolutionDownBy: layer.scale,
  };
  if (layer.rid !== null) encoding.rid = layer.rid;
  return encoding;
}

function prefer(transceiver: RTCRtpTransceiver, codecs: RTCRtpCodec[]): void {
  if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
}

async function tryParameters(sender: RTCRtpSender, parameters: RTCRtpSendParameters): Promise<void> {
  try {
    await sender.setParameters(parameters);
  } catch {
    // A browser that does not take one of the limits sends without them; the congestion control still holds.
  }
}

function locationOf(response: Response, endpoint: string): string | null {
  const location = response.headers.get("location");
  if (location === null) return null;
  return new URL(location, new URL(response.url || endpoint, globalThis.location?.href)).href;
}

async function refusalOf(response: Response): Promise<Happening> {
  if (response.status === 429 || response.status === 503) {
    const seconds = Number(response.headers.get("retry-after"));
    return { is: "busy", wait_ms: seconds > 0 ? seconds * 1_000 : null };
  }
  if (response.status >= 500) return { is: "unreachable" };
  const body: unknown = await response.json().catch(() => null);
  const code =
    typeof body === "object" && body !== null && "code" in body && typeof body.code === "string"
      ? body.code
      : null;
  return { is: "refused", refusal: { status: response.status, code } };
}
