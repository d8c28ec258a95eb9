// The browser, and pages in it at the other end: one that publishes a show to whoever asks, one that takes a show.

import { type Browser, chromium, type Page } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Two browsers on one machine do not always find each other's hidden addresses.
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

/** A camera and a microphone that are not there, and somebody who allows them when the page asks. */
export const FAKE_DEVICES = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=fps=30"];

/** Runs in a page: the browser says that nobody has been asked yet. With fake devices it would say "granted". */
export function notAskedYet(): void {
  const query = navigator.permissions.query.bind(navigator.permissions);
  navigator.permissions.query = async (wish) => {
    const status = await query(wish);
    Object.defineProperty(status, "state", { value: "prompt" });
    return status;
  };
}

export function launch(...more: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: [...QUIET, ...more] });
}

/** A publisher: a drawn stage and a tone. Returns what answers a viewer's offer. */
export async function publisher(browser: Browser): Promise<(offer: string) => Promise<string>> {
  const page = await browser.newPage();
  await page.goto("about:blank");
  await page.evaluate(drawStage);
  return (offer) => page.evaluate(answer, offer);
}

/** One who takes any show and looks at none of it. Returns what answers a publisher's offer. */
export async function taker(browser: Browser): Promise<(offer: string) => Promise<string>> {
  const page = await browser.newPage();
  await page.goto("about:blank");
  return (offer) => page.evaluate(answer, offer);
}

/** Runs in the publisher's page. */
function drawStage(): void {
  const canvas = document.createElement("canvas");
  canvas.width = 1280;
  canvas.height = 720;
  document.body.append(canvas);
  const pen = canvas.getContext("2d");
  if (pen === null) return;
  let turn = 0;
  setInterval(() => {
    turn += 1;
    const ground = pen.createLinearGradient(0, 0, 0, 720);
    ground.addColorStop(0, "#1a1030");
    ground.addColorStop(1, "#4b1d2f");
    pen.fillStyle = ground;
    pen.fillRect(0, 0, 1280, 720);
    for (let lamp = 0; lamp < 5; lamp += 1) {
      const x = 140 + lamp * 250;
      const sway = Math.sin(turn / 30 + lamp) * 160;
      const beam = pen.createLinearGradient(x, 0, x + sway, 640);
      beam.addColorStop(0, `hsl(${20 + lamp * 40} 90% 70% / 55%)`);
      beam.addColorStop(1, "transparent");
      pen.fillStyle = beam;
      pen.beginPath();
      pen.moveTo(x - 12, 0);
      pen.lineTo(x + 12, 0);
      pen.lineTo(x + sway + 130, 660);
      pen.lineTo(x + sway - 130, 660);
      pen.fill();
    }
    pen.fillStyle = "#0b0609";
    pen.fillRect(0, 600, 1280, 120);
    for (let head = 0; head < 26; head += 1) {
      const bounce = Math.abs(Math.sin(turn / 12 + head)) * 14;
      pen.beginPath();
      pen.arc(24 + head * 50, 640 - bounce, 30, 0, 7);
      pen.fill();
    }
    for (let player = 0; player < 3; player += 1) {
      const x = 400 + player * 240;
      pen.fillStyle = "#160b12";
      pen.beginPath();
      pen.arc(x, 400, 34, 0, 7);
      pen.fill();
      pen.fillRect(x - 42, 430, 84, 170);
    }
  }, 40);
  const sound = new AudioContext();
  const tone = new OscillatorNode(sound, { frequency: 220 });
  const out = sound.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  const stream = canvas.captureStream(25);
  for (const track of out.stream.getTracks()) stream.addTrack(track);
  (window as unknown as { show: MediaStream }).show = stream;
}

/** Runs in the page at the other end. */
async function answer(offer: string): Promise<string> {
  const peer = new RTCPeerConnection();
  // The other page is closed without a goodbye, and an encoder that goes on for nobody slows down the next test.
  peer.onconnectionstatechange = () => {
    if (peer.connectionState === "disconnected" || peer.connectionState === "failed") peer.close();
  };
  const { show } = window as unknown as { show?: MediaStream };
  for (const track of show?.getTracks() ?? []) peer.addTrack(track, show as MediaStream);
  await peer.setRemoteDescription({ type: "offer", sdp: offer });
  await peer.setLocalDescription();
  await new Promise<void>((gathered) => {
    if (peer.iceGatheringState === "complete") gathered();
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState === "complete") gathered();
    };
  });
  return peer.localDescription?.sdp ?? "";
}

/** What went wrong in a page, as it happens: errors, and what its policy refused. */
export function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on("pageerror", (error) => heard.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("Failed to load resource"))
      heard.push(message.text());
  });
  return heard;
}
