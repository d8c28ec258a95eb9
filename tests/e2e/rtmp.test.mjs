// Encoders by RTMP, as people use them, and viewers by WebRTC.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { keepConnections, startBrowser } from "./harness/browser.mjs";
import { ffmpeg, python, recording, start } from "./harness/media.mjs";
import { Person } from "./harness/person.mjs";
import { Server } from "./harness/server.mjs";

const QUIET = ["-hide_banner", "-loglevel", "warning"];
const elf = recording("elf.mp4");
const noElf = "missing" in elf ? elf.missing : false;
const debianFfmpeg = ["/usr/bin/ffmpeg"].find((path) => existsSync(path));
const gstreamer = ["/usr/bin/gst-launch-1.0"].find((path) => existsSync(path));

/** @type {Server} */
let server;
/** @type {{ room: string, streamKey: string }} */
let host;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  server = await Server.make();
  host = server.setup();
  await server.start();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** @param {string} [key] */
function address(key = host.streamKey) {
  return `rtmp://127.0.0.1:${server.rtmpPort}/live/${key}`;
}

/** A recording as it is, over and over: H.264 and AAC. */
function copied() {
  const path = "path" in elf ? elf.path : "";
  return [...QUIET, "-re", "-stream_loop", "-1", "-i", path, "-c", "copy", "-f", "flv", address()];
}

/** A test picture and tone. @param {string[]} codecs */
function encoded(codecs) {
  const picture = ["-f", "lavfi", "-re", "-i", "testsrc2=size=320x240:rate=15"];
  const tone = ["-f", "lavfi", "-re", "-i", "sine=frequency=440:sample_rate=48000"];
  return [...QUIET, ...picture, ...tone, "-pix_fmt", "yuv420p", ...codecs, "-f", "flv", address()];
}

const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "30"];
const H265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=30:bframes=0:log-level=error"];
const AV1 = ["-c:v", "libsvtav1", "-preset", "12", "-g", "30", "-svtav1-params", "pred-struct=1"];

test("Debian's ffmpeg pushes a recording as it is; a page in Chromium shows it", {
  skip: noElf || !debianFfmpeg,
}, async () => {
  const encoder = start(debianFfmpeg ?? "", copied());
  await live(encoder, async () => {
    const { video } = await shown((stats) => (stats.video.framesDecoded ?? 0) >= 60, encoder);
    assert.equal(`${video.frameWidth}x${video.frameHeight}`, "720x480");
    await carried("H264", null);
  });
});

test("H.264 and AAC are seen and heard in Chromium", async () => {
  const encoder = start(ffmpeg(), encoded([...H264, "-c:a", "aac"]));
  await live(encoder, async () => {
    const heard = (/** @type {any} */ stats) => (stats.audio.totalAudioEnergy ?? 0) > 0;
    await shown((stats) => (stats.video.framesDecoded ?? 0) >= 30 && heard(stats), encoder);
    await carried("H264", "OPUS");
  });
});

test("the current ffmpeg pushes a recording as it is; aiortc decodes it", {
  skip: noElf,
}, async () => {
  const encoder = start(ffmpeg(), copied());
  await live(encoder, () => decoded(60, "720x480"));
});

test("AV1 and Opus by enhanced RTMP are seen and heard in Chromium", async () => {
  const encoder = start(ffmpeg(), encoded([...AV1, "-c:a", "libopus"]));
  await live(encoder, async () => {
    const heard = (/** @type {any} */ stats) => (stats.audio.totalAudioEnergy ?? 0) > 0;
    const { video } = await shown((stats) => (stats.video.framesDecoded ?? 0) >= 30 && heard(stats), encoder);
    assert.equal(`${video.frameWidth}x${video.frameHeight}`, "320x240");
    await carried("AV1", "OPUS");
  });
});

test("H.265 and AAC by enhanced RTMP arrive", async () => {
  const encoder = start(ffmpeg(), encoded([...H265, "-c:a", "aac"]));
  await live(encoder, () => carried("H265", null));
});

test("GStreamer pushes; aiortc decodes", { skip: !gstreamer }, async () => {
  const pipeline =
    "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=15/1 ! " +
    "openh264enc complexity=low gop-size=30 ! h264parse ! mux. audiotestsrc is-live=true ! audioconvert ! " +
    "audio/x-raw,channels=2,rate=48000 ! voaacenc ! aacparse ! mux. " +
    `flvmux name=mux streamable=true ! rtmp2sink location=${address()}`;
  const encoder = start(gstreamer ?? "", ["-e", "-q", ...pipeline.split(" ")]);
  await live(encoder, () => decoded(30, "320x240"));
});

test("a show goes on when its encoder breaks off, and ends when it takes leave", async () => {
  const line = await audience();
  const first = start(ffmpeg(), encoded([...H264, "-c:a", "libopus"]));
  try {
    const { show } = await heard(line, "live_started", first);
    first.child.kill("SIGKILL");
    await heard(line, "live_interrupted", first);
    const second = start(ffmpeg(), encoded([...AV1, "-c:a", "aac"]));
    try {
      assert.equal((await heard(line, "live_resumed", second)).show, show);
      // Takes over without a word to the room, and the one before is put out.
      const third = start(ffmpeg(), encoded([...H264, "-c:a", "aac"]));
      try {
        await second.ended;
        await carried("H264", null);
        third.child.kill("SIGINT");
        assert.equal((await heard(line, "live_ended", third)).show, show);
        const told = line.events.map((event) => event.event).filter((name) => name.startsWith("live_"));
        assert.deepEqual(told, ["live_started", "live_interrupted", "live_resumed", "live_ended"]);
      } finally {
        await third.stop();
      }
    } finally {
      await second.stop();
    }
  } finally {
    await first.stop();
    await line.close();
  }
});

test("a wrong stream key is refused, and no key is in the log", async () => {
  const encoder = start(ffmpeg(), [...encoded([...H264, "-c:a", "aac"]).slice(0, -1), address("lh_wrong")]);
  assert.notEqual(await encoder.ended, 0, encoder.said);
  assert.match(server.log, /may not publish: This is not a stream key/);
  assert.ok(!server.log.includes(host.streamKey) && !server.log.includes("lh_wrong"));
});

/** Somebody in the room. */
async function audience() {
  const person = new Person(server.url);
  await person.comeIn("Viewer");
  const line = await person.line(host.room);
  line.events.length = 0;
  return line;
}

/**
 * An event of the show's. @param {import("./harness/person.mjs").Line} line @param {string} name
 * @param {ReturnType<typeof start>} encoder
 */
function heard(line, name, encoder) {
  return line
    .until(() => line.events.find((event) => event.event === name), 30_000)
    .catch((error) => {
      throw new Error(`no ${name}: ${error.message}\n${encoder.said}\n${server.log}`);
    });
}

/** A show by an encoder, which takes leave when all has been seen. @param {ReturnType<typeof start>} encoder @param {() => Promise<unknown>} seen */
async function live(encoder, seen) {
  const line = await audience();
  try {
    await heard(line, "live_started", encoder);
    await seen();
    await encoder.stop();
    await heard(line, "live_ended", encoder);
  } finally {
    await encoder.stop();
    await line.close();
  }
}

/** What a page in Chromium receives, once it is enough. @param {(stats: any) => boolean} enough @param {ReturnType<typeof start>} encoder */
async function shown(enough, encoder) {
  const page = await browser.newPage();
  try {
    await page.addInitScript(keepConnections);
    await page.goto(`${server.url}/r/${host.room}`);
    return await until(30_000, async () => {
      const stats = await page.evaluate(() => /** @type {any} */ (globalThis).__inboundStats());
      return {
        done: enough(stats),
        stats,
        said: JSON.stringify(stats) + encoder.said,
      };
    });
  } finally {
    await page.close();
  }
}

/** A viewer with aiortc decodes so many pictures of this size. @param {number} frames @param {string} size */
async function decoded(frames, size) {
  const script = join(import.meta.dirname, "encoders/whep_aiortc.py");
  const viewer = start(python(), [script, `${server.url}/whep/${host.room}`]);
  try {
    await until(30_000, async () => {
      const last = [...viewer.said.matchAll(/^frames (\d+) (\d+) (\S+)$/gm)].at(-1);
      return {
        done: Number(last?.[1] ?? 0) >= frames && last?.[3] === size,
        stats: {},
        said: viewer.said.slice(-200),
      };
    });
  } finally {
    await viewer.stop();
  }
}

/** What the server says that it forwards: its figures are two seconds old. @param {string} video @param {string | null} audio */
async function carried(video, audio) {
  const person = new Person(server.url);
  await person.comeIn("Viewer");
  await until(20_000, async () => {
    const { body } = await person.ask("GET", `/rooms/${host.room}/media`);
    const named =
      body.video_codec?.toUpperCase() === video && (audio === null || body.audio_codec?.toUpperCase() === audio);
    return {
      done: body.publishing && named && body.ingest_bps > 10_000,
      stats: body,
      said: JSON.stringify(body),
    };
  });
}

/** Looks again and again. @param {number} limitMs @param {() => Promise<{ done: boolean, stats: any, said: string }>} look */
async function until(limitMs, look) {
  const limit = Date.now() + limitMs;
  for (;;) {
    const { done, stats, said } = await look();
    if (done) return stats;
    if (Date.now() > limit) throw new Error(`not within ${limitMs} ms: ${said}`);
    await new Promise((wake) => setTimeout(wake, 200));
  }
}
