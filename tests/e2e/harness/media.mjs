// Recordings and encoders, and what is missing where one is.

import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join, resolve } from "node:path";

const top = resolve(import.meta.dirname, "../../..");

/** A recording, or why there is none. @param {string} name @returns {{ path: string } | { missing: string }} */
export function recording(name) {
  const folder = process.env.LIVEHOUSE_MEDIA ?? resolve(top, "../shared/media");
  const path = join(folder, name);
  if (existsSync(path)) return { path };
  return { missing: `${name} is not in ${folder}; set LIVEHOUSE_MEDIA to the folder of the recordings` };
}

/** Python with aiortc. */
export function python() {
  const venv = process.env.E2E_VENV ?? join(process.env.HOME ?? "", ".cache/livehouse/venv");
  const path = join(venv, "bin/python");
  if (!existsSync(path)) throw new Error(`${path} is missing; \`make test\` makes it`);
  return path;
}

/** An ffmpeg that can publish by WHIP. */
export function ffmpeg() {
  const ask = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())";
  return execFileSync(python(), ["-c", ask], { encoding: "utf8" }).trim();
}

/** This machine's own address that is not loopback: some ICE agents offer no other. */
export function ownAddress() {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find((address) => address.family === "IPv4" && !address.internal);
  if (own === undefined) throw new Error("this machine has no address but loopback");
  return own.address;
}

/**
 * A program that runs beside a test, with what it says.
 * @param {string} command @param {string[]} flags @param {Record<string, string>} [environment]
 */
export function start(command, flags, environment = {}) {
  const child = spawn(command, flags, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const running = { child, said: "", ended: /** @type {Promise<number | null>} */ (new Promise(() => {})), stop };
  running.ended = new Promise((resolve) => {
    child.once("exit", (code) => {
      process.removeListener("exit", kill);
      resolve(code);
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      running.said += text;
    });
  }
  async function stop() {
    if (child.exitCode === null) child.kill("SIGINT");
    const patience = setTimeout(kill, 5_000);
    await running.ended;
    clearTimeout(patience);
  }
  return running;
}
