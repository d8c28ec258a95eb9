// Encoders and players that nobody of this project wrote, on one server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { ffmpeg, ownAddress, python, recording, start } from "./harness/media.mjs";
import { Person } from "./harness/person.mjs";
import { Server } from "./harness/server.mjs";

const encoders = join(import.meta.dirname, "encoders");
const elf = recording("elf.mp4");
const skip = "missing" in elf ? elf.missing : false;

/** @type {Server} */
let server;
/** @type {{ room: string, streamKey: string }} */
let host;

before(async () => {
  server = await Server.make();
  host = server.setup();
  await server.start();
});

after(() => server?.stop());

test("ffmpeg publishes a recording as it is, aiortc decodes it", { skip }, async () => {
  await watched(start(ffmpeg(), whipOf(elfPath())), "H264", { width: 720, height: 480 });
});

test("aiortc publishes, aiortc decodes", { skip }, async () => {
  const script = join(encoders, "whip_aiortc.py");
  const publisher = start(python(), [script, `${server.url}/whip/${host.room}`, host.streamKey, elfPath()]);
  await watched(publisher, "VP8", { width: 720, height: 480 });
});

test("GStreamer publishes with an RSA certificate, aiortc decodes", async () => {
  const script = join(encoders, "whip_gstreamer.py");
  const url = `http://${ownAddress()}:${server.port}/whip/${host.room}`;
  await watched(start("/usr/bin/python3", [script, url, host.streamKey]), "VP8", { width: 640, height: 360 });
});

test("a wrong stream key does not publish", async () => {
  const answer = await fetch(`${server.url}/whip/${host.room}`, {
    method: "POST",
    headers: { "content-type": "application/sdp", authorization: "Bearer not-the-key" },
    body: "v=0\r\n",
  });
  assert.equal(answer.status, 401, await answer.text());
});

function elfPath() {
  if ("missing" in elf) throw new Error(elf.missing);
  return elf.path;
}

/** ffmpeg's flags: the picture is copied, the sound is AAC in the file and must become Opus. @param {string} file */
function whipOf(file) {
  return [
    ...["-hide_banner", "-loglevel", "warning", "-re", "-stream_loop", "-1", "-i", file],
    ...["-c:v", "copy", "-c:a", "libopus", "-ar", "48000", "-ac", "2"],
    ...["-f", "whip", "-authorization", host.streamKey, `${server.url}/whip/${host.room}`],
  ];
}

/**
 * A show by `publisher` is seen and heard by a viewer that decodes it, and the room knows of it.
 * @param {ReturnType<typeof start>} publisher @param {string} codec @param {{ width: number, height: number }} size
 */
async function watched(publisher, codec, size) {
  const person = new Person(server.url);
  await person.comeIn("Viewer");
  const line = await person.line(host.room);
  const seen = line.events.length;
  const viewer = start(python(), [join(encoders, "whep_aiortc.py"), `${server.url}/whep/${host.room}`]);
  try {
    const isLive = (/** @type {any} */ event) => ["live_started", "live_resumed"].includes(event.event);
    await line.until(() => line.events.slice(seen).some(isLive), 20_000).catch((error) => {
      throw new Error(`${error.message}\n${publisher.said}`);
    });
    const { video, audio, picture } = await decoded(viewer, 60);
    assert.ok(video >= 60 && audio >= 60, `${video} frames of picture, ${audio} of sound`);
    assert.equal(picture, `${size.width}x${size.height}`);
    const media = await mediaOf(person, codec);
    assert.equal(media.audio_codec?.toLowerCase(), "opus");
  } finally {
    await viewer.stop();
    await publisher.stop();
    await line.close();
  }
}

/** What the server sees of the show, once it names the codec: its figures are a second old. @param {Person} person @param {string} codec */
async function mediaOf(person, codec) {
  const until = Date.now() + 10_000;
  for (;;) {
    const { body } = await person.ask("GET", `/rooms/${host.room}/media`);
    const shown = body.publishing && body.video_codec?.toUpperCase() === codec && body.audio_codec !== null;
    if (shown && body.ingest_bps > 50_000) return body;
    assert.ok(Date.now() < until, `not ${codec} after 10 s: ${JSON.stringify(body)}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

/** @param {ReturnType<typeof start>} viewer @param {number} frames */
async function decoded(viewer, frames) {
  const until = Date.now() + 30_000;
  for (;;) {
    const last = [...viewer.said.matchAll(/^frames (\d+) (\d+) (\S+)$/gm)].at(-1);
    const [video, audio] = [Number(last?.[1] ?? 0), Number(last?.[2] ?? 0)];
    if (video >= frames && audio >= frames) return { video, audio, picture: last?.[3] };
    if (viewer.child.exitCode !== null || Date.now() > until) {
      throw new Error(`the viewer decoded ${video} frames of picture and ${audio} of sound:\n${viewer.said}`);
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
}
