// The pictures in the README, taken of the real program: a host in one Chromium, viewers in another, people who talk.
//
//     LIVEHOUSE_DEMO_MEDIA=recording.mp4 node pictures.mjs [folder]
//
// The recording is what the host's camera and microphone see and hear. Look at each picture before it is committed.

import { spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { startBrowser } from "./harness/browser.mjs";
import { Person } from "./harness/person.mjs";
import { Server, temporaryFolder } from "./harness/server.mjs";

const HOST = "小满";
const TITLE = "桌上小剧场 · Tabletop Theatre";
const DESKTOP = { width: 1280, height: 610 };
const PHONE = { width: 390, height: 844 };

/** Who says what in the chat, in this order. */
const TALK = [
  ["阿哲", "来啦，今天还是坐第一排"],
  ["Tom Okafor", "Good evening from Lisbon! Which one is it tonight?"],
  ["豆豆", "绿色的底座是树脂的吗？"],
  ["Ana", "The light is lovely on it."],
  ["Jun", "手持也这么稳，厉害"],
  ["Mei", "刚进来，错过了什么？"],
  ["Tom Okafor", "Only the unboxing. It is the elf."],
];

/** What flies over the picture. */
const FLYING = [
  ["阿哲", "好可爱！", 0xffe14d],
  ["Tom Okafor", "Those tiny daggers!", 0xffffff],
  ["豆豆", "细节绝了", 0xff86c0],
  ["Ana", "Hello from Porto", 0x6cc8ff],
  ["Jun", "求教程", 0xffffff],
  ["Mei", "前排合影", 0x4fdc7c],
  ["Leo", "Turn it around, please", 0xffffff],
  ["小北", "第一次来，太棒了", 0xffb73d],
  ["Noor", "爱了爱了", 0xff86c0],
];

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, "../../docs/pictures"));
mkdirSync(folder, { recursive: true });
const server = await Server.make();
const { password, room } = server.setup({ host: HOST, room: "tabletop" });
await server.start();
const hostBrowser = await startBrowser({ flags: camera() });
const viewerBrowser = await startBrowser();
try {
  await evening();
} finally {
  await Promise.all([hostBrowser.close(), viewerBrowser.close()]);
  await server.stop();
}

async function evening() {
  const owner = new Person(server.url);
  await owner.signIn(HOST, password);
  const line = await owner.line(room);
  await line.order({ do: "configure", title: TITLE, access: null, danmaku: null });
  const studio = await goLive();
  const people = await comeIn();
  for (const [name, words] of TALK) {
    await people.get(name).chat(words);
    if (name === "豆豆") await line.chat("对，透明树脂，自己倒的模 ✨ 等下转一圈给大家看");
  }
  await line.order({ do: "like", count: 50 });
  await studio.locator(".verdict-good").waitFor({ timeout: 120_000 });
  await shoot(studio, "studio");
  await studio.getByRole("button", { name: "Language and appearance" }).click();
  await studio.getByRole("radio", { name: "中文" }).check();
  await studio.keyboard.press("Escape");
  await studio.evaluate(() => document.activeElement.blur());
  await studio.locator(".verdict-good").waitFor({ timeout: 120_000 });
  await shoot(studio, "studio.zh-CN");
  await watch("room", people, { locale: "en", colorScheme: "dark", viewport: DESKTOP });
  await watch("room.zh-CN", people, { locale: "zh-CN", colorScheme: "dark", viewport: DESKTOP });
  const phone = { viewport: PHONE, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true };
  await watch("phone", people, { locale: "zh-CN", colorScheme: "light", ...phone });
}

/** The studio, live for some seconds. */
async function goLive() {
  const permissions = ["camera", "microphone"];
  const context = await hostBrowser.newContext({ locale: "en", viewport: { width: 1280, height: 900 }, permissions });
  await context.addInitScript(namedDevices);
  // What such recordings hold, and what a machine that also shows it to others can encode.
  await context.addInitScript(() => localStorage.setItem("livehouse.plan", JSON.stringify({ quality: "480p" })));
  const page = await context.newPage();
  await page.goto(`${server.url}/sign-in?next=/studio/${room}`);
  await page.getByLabel("Name", { exact: true }).fill(HOST);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Go live", exact: true }).click();
  await page.getByRole("timer").waitFor();
  return page;
}

/** Runs in the page: the devices are called what people's are called, and not after a file. */
function namedDevices() {
  const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  const names = { videoinput: "HD Webcam", audioinput: "USB Microphone", audiooutput: "Speakers" };
  navigator.mediaDevices.enumerateDevices = async () => {
    const first = new Map((await list()).reverse().map((device) => [device.kind, device]));
    return [...first.values()].map(({ deviceId, kind, groupId }) => ({ deviceId, kind, groupId, label: names[kind] }));
  };
}

async function comeIn() {
  const people = new Map();
  for (const [name] of [...TALK, ...FLYING]) {
    if (people.has(name)) continue;
    const person = new Person(server.url);
    await person.comeIn(name);
    people.set(name, await person.line(room));
  }
  return people;
}

async function watch(name, people, options) {
  const page = await (await viewerBrowser.newContext(options)).newPage();
  await page.goto(`${server.url}/r/${room}`);
  await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 1);
  for (const [who, text, colour] of FLYING) {
    await people.get(who).order({ do: "danmaku", text, mode: "scroll", colour, size: "normal" });
    await page.waitForTimeout(250);
  }
  await page.waitForTimeout(2_200);
  await shoot(page, name);
  await page.context().close();
}

/** In 256 colours, which nobody sees and which is a third of the size. */
async function shoot(page, name) {
  const raw = join(temporaryFolder(), `${name}.png`);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path: raw });
  const palette = "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=none";
  ffmpeg(["-i", raw, "-vf", palette, path]);
  console.log(path, statSync(path).size);
}

/** @param {string[]} flags */
function ffmpeg(flags) {
  const done = spawnSync("ffmpeg", ["-v", "error", "-y", ...flags], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`ffmpeg ${flags.join(" ")}: ${done.stderr ?? done.error}`);
}

/** Chromium's flags for a camera and a microphone that play the recording. */
function camera() {
  const recording = process.env.LIVEHOUSE_DEMO_MEDIA;
  if (recording === undefined) throw new Error("say in LIVEHOUSE_DEMO_MEDIA which recording the host shows");
  const into = temporaryFolder();
  const make = (file, flags) => {
    const path = join(into, file);
    ffmpeg(["-i", recording, ...flags, path]);
    return path;
  };
  // The recordings are 3:2, some with a black edge at both sides.
  const wide = "fps=30,crop=in_w-40:in_h,scale=1280:720:force_original_aspect_ratio=increase,crop=1280:720";
  const picture = make("camera.mjpeg", ["-an", "-vf", wide, "-c:v", "mjpeg", "-q:v", "2"]);
  const sound = make("microphone.wav", ["-vn", "-ac", "1", "-ar", "48000"]);
  return [`--use-file-for-fake-video-capture=${picture}`, `--use-file-for-fake-audio-capture=${sound}`];
}
