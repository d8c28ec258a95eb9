import { expect, test } from "vitest";

import type { Peer } from "../src/index.ts";
import { Whep } from "../src/index.ts";

const OFFER = [
  "v=0",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "a=mid:0",
  "a=ice-ufrag:mine",
  "a=ice-pwd:secret",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "",
].join("\r\n");
const ANSWER = [
  "v=0",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "a=mid:0",
  "a=ice-ufrag:theirs",
  "a=ice-pwd:theirs",
  "a=candidate:1 1 udp 1 192.0.2.1 8189 typ host",
  "",
].join("\r\n");

class FakePeer {
  connectionState: RTCPeerConnectionState = "new";
  localDescription: { sdp: string } | null = null;
  remoteDescription: { sdp: string } | null = null;
  ontrack: unknown = null;
  onconnectionstatechange: (() => void) | null = null;
  closed = false;
  restarts = 0;
  readonly receivers: { jitterBufferTarget: number | null }[] = [];
  addTransceiver(): void {
    this.receivers.push({ jitterBufferTarget: null });
  }
  getReceivers(): { jitterBufferTarget: number | null }[] {
    return this.receivers;
  }
  async createOffer(): Promise<{ type: "offer"; sdp: string }> {
    return { type: "offer", sdp: OFFER };
  }
  async setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
  }
  async setRemoteDescription(description: { sdp: string }): Promise<void> {
    this.remoteDescription = description;
  }
  restartIce(): void {
    this.restarts += 1;
  }
  close(): void {
    this.closed = true;
  }
  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

type Timer = { at: number; run: () => void };

class Stage {
  now = 0;
  readonly peers: FakePeer[] = [];
  readonly asked: string[] = [];
  readonly bodies: string[] = [];
  answers: (() => Response)[] = [];
  timers: Timer[] = [];
  readonly whep = new Whep({
    url: "/whep/jazz",
    world: {
      now: () => this.now,
      random: () => 0.5,
      after: (ms, run) => {
        const timer = { at: this.now + ms, run };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((other) => other !== timer);
        };
      },
    },
    makePeer: () => {
      const peer = new FakePeer();
      this.peers.push(peer);
      return peer as unknown as Peer;
    },
    makeStream: () => ({ addTrack: () => {} }) as unknown as MediaStream,
    fetch: async (url, init) => {
      this.asked.push(`${init?.method} ${url}`);
      this.bodies.push(String(init?.body ?? ""));
      const answer = this.answers.shift();
      if (answer === undefined) throw new TypeError("network");
      return answer();
    },
  });

  get peer(): FakePeer {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error("no peer was made");
    return peer;
  }

  get at(): string {
    return this.whep.state.value.at;
  }

  async connected(): Promise<void> {
    this.answers.push(created("/whep/jazz/s1"));
    this.whep.start();
    await turn();
    this.peer.become("connected");
  }

  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await turn();
      const next = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.now = next.at;
      this.timers = this.timers.filter((timer) => timer !== next);
      next.run();
    }
    this.now = until;
  }
}

const turn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

function created(location: string): () => Response {
  return () => new Response(ANSWER, { status: 201, headers: { location, etag: '"e1"' } });
}

function refused(status: number, code: string): () => Response {
  return () => Response.json({ code, message: "" }, { status });
}

test("asks for stereo, is answered, and has a stream once connected", async () => {
  const stage = new Stage();
  stage.answers.push(created("/whep/jazz/s1"));
  stage.whep.start();
  await turn();
  expect(stage.bodies[0]).toContain("a=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\n");
  expect(stage.at).toBe("connecting");
  expect(stage.whep.stream.value).toBe(null);
  stage.peer.become("connected");
  expect(stage.at).toBe("connected");
  expect(stage.whep.stream.value).not.toBe(null);
});

test("says goodbye when it leaves", async () => {
  const stage = new Stage();
  await stage.connected();
  stage.whep.close();
  expect(stage.asked).toEqual(["POST /whep/jazz", "DELETE /whep/jazz/s1"]);
  expect(stage.peer.closed).toBe(true);
  await stage.pass(60_000);
  expect(stage.peers.length).toBe(1);
});

test("one who leaves before the answer still says goodbye to the session it made", async () => {
  const stage = new Stage();
  stage.answers.push(created("/whep/jazz/s1"));
  stage.whep.start();
  stage.whep.close();
  await turn();
  // Nothing was asked yet, or what was made is given back.
  expect(stage.asked.filter((ask) => ask.startsWith("POST")).length).toBe(
    stage.asked.filter((ask) => ask.startsWith("DELETE")).length,
  );
});

test("a broken path is mended by an ICE restart, and the picture stays", async () => {
  const stage = new Stage();
  await stage.connected();
  const stream = stage.whep.stream.value;
  stage.peer.become("disconnected");
  await stage.pass(1_499);
  expect(stage.at).toBe("connected");
  const fragment = "a=ice-ufrag:new\r\na=ice-pwd:newer\r\na=candidate:2 1 udp 1 192.0.2.9 8189 typ host\r\n";
  stage.answers.push(() => new Response(fragment, { status: 200, headers: { etag: '"e2"' } }));
  await stage.pass(1);
  expect(stage.at).toBe("mending");
  expect(stage.asked.at(-1)).toBe("PATCH /whep/jazz/s1");
  expect(stage.bodies.at(-1)).toContain("a=ice-ufrag:mine");
  expect(stage.peer.remoteDescription?.sdp).toContain("a=ice-pwd:newer\r\na=candidate:2");
  expect(stage.peer.remoteDescription?.sdp).not.toContain("a=candidate:1");
  stage.peer.become("connected");
  expect([stage.at, stage.peers.length]).toEqual(["connected", 1]);
  expect(stage.whep.stream.value).toBe(stream);
});

test("a path that came back while it was being mended is connected, though no change was told", async () => {
  const stage = new Stage();
  await stage.connected();
  stage.answers.push(() => new Response("a=ice-ufrag:new\r\na=ice-pwd:newer\r\n", { status: 200 }));
  stage.peer.become("disconnected");
  await stage.pass(1_499);
  stage.peer.connectionState = "connected";
  await stage.pass(1);
  expect(stage.at).toBe("connected");
  await stage.pass(60_000);
  expect(stage.peers.length).toBe(1);
});

test("the wait of a lossy link holds for picture and sound, and for a session made anew", async () => {
  const stage = new Stage();
  await stage.connected();
  const waits = (): unknown[] => stage.peer.receivers.map((receiver) => receiver.jitterBufferTarget);
  stage.whep.hold(250);
  expect(waits()).toEqual([250, 250]);
  stage.answers.push(refused(404, "not_found"), created("/whep/jazz/s2"), created("/whep/jazz/s2"));
  stage.peer.become("failed");
  await turn();
  await stage.pass(500);
  stage.peer.become("connected");
  expect([stage.peers.length, waits()]).toEqual([2, [250, 250]]);
  stage.whep.hold(null);
  expect(waits()).toEqual([null, null]);
});

test("where mending fails the session is made anew", async () => {
  const stage = new Stage();
  await stage.connected();
  stage.answers.push(refused(404, "not_found"));
  stage.peer.become("failed");
  await turn();
  expect(stage.at).toBe("waiting");
  stage.answers.push(created("/whep/jazz/s2"));
  stage.answers.push(created("/whep/jazz/s2"));
  await stage.pass(500);
  expect(stage.peers.length).toBe(2);
});

test("a server out of reach is asked again, later each time", async () => {
  const stage = new Stage();
  stage.whep.start();
  await stage.pass(30_000);
  const posts = stage.asked.length;
  expect(posts).toBeGreaterThan(3);
  expect(posts).toBeLessThan(9);
  expect(stage.at).toBe("waiting");
});

test.each([
  [403, "key_needed"],
  [422, "no_common_codec"],
])("%i %s is not asked again", async (status, code) => {
  const stage = new Stage();
  stage.answers.push(refused(status, code));
  stage.whep.start();
  await stage.pass(60_000);
  expect(stage.whep.state.value).toEqual({ at: "refused", code });
  expect(stage.asked.length).toBe(1);
});

test("a busy server is asked again", async () => {
  const stage = new Stage();
  stage.answers.push(refused(503, "busy"));
  stage.whep.start();
  await turn();
  expect(stage.at).toBe("waiting");
});

test("a connection that does not stand up in time is given up and given back", async () => {
  const stage = new Stage();
  stage.answers.push(created("/whep/jazz/s1"));
  stage.whep.start();
  await stage.pass(10_000);
  expect(stage.asked).toContain("DELETE /whep/jazz/s1");
  expect(stage.peers[0]?.closed).toBe(true);
});

test("a wish is said once the server can be asked, again after a refusal, and with every new connection", async () => {
  const stage = new Stage();
  const small = { max_height: 360, hidden: false };
  stage.whep.wish(small);
  stage.answers.push(created("/whep/jazz/s1"), refused(429, "too_fast"));
  stage.whep.start();
  await turn();
  stage.peer.become("connected");
  await turn();
  expect(stage.asked).toEqual(["POST /whep/jazz", "POST /whep/jazz/s1/layer"]);
  expect(JSON.parse(stage.bodies[1] ?? "")).toEqual(small);
  stage.answers.push(() => Response.json({}));
  await stage.pass(1_500);
  expect(stage.asked.slice(2)).toEqual(["POST /whep/jazz/s1/layer"]);
  stage.whep.wish({ ...small });
  await turn();
  expect(stage.asked.length).toBe(3);
  stage.whep.wish({ max_height: null, hidden: true });
  await turn();
  expect(JSON.parse(stage.bodies[3] ?? "")).toEqual({ max_height: null, hidden: true });
});
