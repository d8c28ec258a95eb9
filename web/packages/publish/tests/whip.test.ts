//! The shell around the machine, with a connection whose fate the test decides and a server that writes down what
//! it is asked.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PLAN } from "../src/plan.ts";
import { Whip } from "../src/whip.ts";

const ENDPOINT = "https://house.example/whip/jazz";

class FakePeer {
  static latest: FakePeer;
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  onconnectionstatechange: (() => void) | null = null;

  constructor() {
    FakePeer.latest = this;
  }

  /** What the picture's sender was last told to send. */
  encodings: RTCRtpEncodingParameters[] = [];
  readonly channel: { onmessage: ((event: { data: unknown }) => void) | null } = { onmessage: null };

  addTransceiver(_: unknown, init: RTCRtpTransceiverInit): unknown {
    const given = init.sendEncodings ?? [];
    if (given.length > 0) this.encodings = given;
    const sender = {
      getParameters: () => ({ encodings: given.map((encoding) => ({ ...encoding })) }),
      setParameters: async ({ encodings }: { encodings: RTCRtpEncodingParameters[] }) => {
        if (encodings.length > 0) this.encodings = encodings;
      },
    };
    return { sender, setCodecPreferences: () => {} };
  }

  createDataChannel(): unknown {
    return this.channel;
  }

  async createOffer(): Promise<{ sdp: string }> {
    return { sdp: "v=0\r\n" };
  }

  async setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
  }

  async setRemoteDescription(): Promise<void> {}

  close(): void {}

  becomes(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  let sessions = 0;
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("RTCRtpSender", { getCapabilities: () => null });
  vi.stubGlobal("fetch", async (url: string, { method = "GET" }: RequestInit) => {
    asked.push(`${method} ${new URL(url).pathname}`);
    if (method !== "POST") return new Response(null, { status: 204 });
    sessions += 1;
    return new Response("v=0\r\n", { status: 201, headers: { location: `/whip/jazz/s${sessions}` } });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function whip(): Whip {
  return new Whip({
    endpoint: ENDPOINT,
    bearer: null,
    plan: PLAN,
    picture: null,
    sound: null,
    start_bps: null,
    several: true,
    taken: async () => false,
    changed: () => {},
  });
}

test("a connection that fails is followed by another, and the server is not told that the show is over", async () => {
  const show = whip();
  show.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(show.state.at).toBe("connecting");
  FakePeer.latest.becomes("failed");
  await vi.advanceTimersByTimeAsync(1_000);
  FakePeer.latest.becomes("connected");
  expect(show.state.at).toBe("live");
  expect(asked).toEqual(["POST /whip/jazz", "POST /whip/jazz"]);
  await show.stop();
  expect(asked.slice(2)).toEqual(["DELETE /whip/jazz/s2"]);
});

test("a host who ends the show while its line is down ends it for the viewers too, once", async () => {
  const show = whip();
  show.start();
  await vi.advanceTimersByTimeAsync(0);
  FakePeer.latest.becomes("failed");
  expect(show.state.at).toBe("waiting");
  await show.stop();
  await show.stop();
  expect(asked).toEqual(["POST /whip/jazz", "DELETE /whip/jazz/s1"]);
});

test("the picture is sent in three sizes, and one that nobody wants is not encoded until somebody does", async () => {
  const show = whip();
  show.start();
  await vi.advanceTimersByTimeAsync(0);
  FakePeer.latest.becomes("connected");
  const sent = (): string =>
    FakePeer.latest.encodings.map(({ rid, active }) => `${rid} ${active ? "on" : "off"}`).join(", ");
  expect(sent()).toBe("q on, h on, f on");
  const say = async (data: unknown): Promise<void> => {
    FakePeer.latest.channel.onmessage?.({ data });
    await vi.advanceTimersByTimeAsync(0);
  };
  await say('{"layers":{"q":true,"h":false,"f":false}}');
  expect(sent()).toBe("q on, h off, f off");
  await say("nonsense");
  await say('{"layers":{"q":true,"h":false,"f":true}}');
  expect(sent()).toBe("q on, h off, f on");
  await show.spare();
  expect(sent()).toBe("q off, h off, f on");
});
