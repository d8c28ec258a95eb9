// Chromium with a camera and a microphone that are not there.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const FLAGS = [
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  // Two Chromiums on one machine find each other by address, not by a name only mDNS knows.
  "--disable-features=WebRtcHideLocalIpsWithMdns",
  "--no-sandbox",
];

/**
 * Starts Chromium.
 * @param {{ flags?: string[], wrap?: (program: string) => string }} [options] `wrap` makes the program that runs it
 */
export async function startBrowser({ flags = [], wrap = (program) => program } = {}) {
  const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = places.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error("Chromium is not installed: apt-get install chromium");
  return chromium.launch({ executablePath: wrap(executablePath), args: [...FLAGS, ...flags] });
}

/**
 * Wraps RTCPeerConnection so that a test can ask a page's connections for their figures. To be given to
 * `addInitScript`: it runs in the page.
 */
export function keepConnections() {
  const connections = [];
  const Native = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      connections.push(this);
    }
  };
  globalThis.__inboundStats = async () => {
    const out = { video: {}, audio: {} };
    for (const connection of connections) {
      if (connection.connectionState === "closed") continue;
      const stats = await connection.getStats();
      for (const report of stats.values()) {
        if (report.type !== "inbound-rtp") continue;
        out[report.kind] = { ...report, codec: stats.get(report.codecId)?.mimeType };
      }
    }
    return out;
  };
  // What leaves of the picture, by the name of its layer.
  globalThis.__sentLayers = async () => {
    const out = {};
    for (const connection of connections) {
      if (connection.connectionState === "closed") continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type === "outbound-rtp" && report.kind === "video") out[report.rid ?? ""] = report;
      }
    }
    return out;
  };
}
