// The real program, started on free ports in a folder of its own.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "./port.mjs";

const top = resolve(import.meta.dirname, "../../..");

/** The program: what LIVEHOUSE_BIN says, or what `cargo build` made. */
export function program() {
  const target = process.env.CARGO_TARGET_DIR ?? join(top, "target");
  const found = [process.env.LIVEHOUSE_BIN, join(target, "debug/livehouse"), join(target, "release/livehouse")]
    .filter((path) => path !== undefined)
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error("no livehouse to test: run `cargo build -p livehouse`");
  return found;
}

/** The environment without settings of whoever runs the tests. */
function cleanEnvironment() {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith("LIVEHOUSE_"));
  return { ...Object.fromEntries(entries), LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
}

/** A folder that is gone when the tests are. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "livehouse-e2e-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One server: its folder, its ports, and the process that runs now. */
export class Server {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #child;
  /** What the process has written, for a test that fails. */
  log = "";
  greeting = "";

  /**
   * @param {{ folder: string, port: number, mediaPort: number, rtmpPort: number, settings: Record<string, string>, wrap: string[] }} made
   */
  constructor(made) {
    this.folder = made.folder;
    this.port = made.port;
    this.mediaPort = made.mediaPort;
    this.rtmpPort = made.rtmpPort;
    this.settings = made.settings;
    this.wrap = made.wrap;
    this.host = "localhost";
  }

  /**
   * @param {{ settings?: Record<string, string>, wrap?: string[], folder?: string }} [options] `settings` are
   * environment variables without their `LIVEHOUSE_`; `wrap` is a command that runs the program, such as
   * `ip netns exec …`.
   */
  static async make({ settings = {}, wrap = [], folder = temporaryFolder() } = {}) {
    const ports = { port: await freePort(), mediaPort: await freePort(), rtmpPort: await freePort() };
    return new Server({ folder, ...ports, settings, wrap });
  }

  get url() {
    return `http://${this.host}:${this.port}`;
  }

  get data() {
    return join(this.folder, "data");
  }

  get pid() {
    return this.#child?.pid;
  }

  environment() {
    const given = Object.entries(this.settings).map(([name, value]) => [`LIVEHOUSE_${name}`, value]);
    return {
      ...cleanEnvironment(),
      LIVEHOUSE_DATA_DIR: this.data,
      LIVEHOUSE_MEDIA_PORT: String(this.mediaPort),
      LIVEHOUSE_RTMP_PORT: String(this.rtmpPort),
      ...Object.fromEntries(given),
    };
  }

  /** Starts the program and waits until it says that it is ready. */
  async start() {
    const [command, ...before] = [...this.wrap, program()];
    const child = spawn(command, [...before, "serve", "--listen", `0.0.0.0:${this.port}`], {
      env: this.environment(),
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    const last = () => child.kill("SIGKILL");
    process.once("exit", last);
    child.once("exit", () => process.removeListener("exit", last));
    child.stdout.setEncoding("utf8").on("data", (text) => {
      this.greeting += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.log += text;
    });
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`livehouse ended with ${code} instead of serving:\n${this.log}`);
    });
    ended.catch(() => {});
    await Promise.race([ended, this.#ready()]);
  }

  async #ready() {
    const until = Date.now() + 30_000;
    for (;;) {
      if (await this.#answers()) return;
      if (Date.now() > until) throw new Error(`livehouse is not ready after 30 s:\n${this.log}`);
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }

  async #answers() {
    try {
      return (await fetch(`${this.url}/readyz`)).ok;
    } catch {
      return false;
    }
  }

  /** Ends the program as an operator does; it lets what is under way end. */
  async stop() {
    await this.#end("SIGTERM");
  }

  /** Ends the program as a power cut does. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
    this.#child = undefined;
  }

  /**
   * Makes the first host and their room by `livehouse setup`. The server must not run yet.
   * @param {{ host?: string, password?: string, room?: string }} [who]
   * @returns {{ host: string, password: string, room: string, streamKey: string }}
   */
  setup({ host = "Mei", password = "correct horse battery", room = "evening" } = {}) {
    const file = join(this.folder, "password");
    writeFileSync(file, `${password}\n`, { mode: 0o600 });
    const flags = ["setup", "--host", host, "--password-file", file, "--room", room, "--data", this.data, "--json"];
    const done = spawnSync(program(), flags, { env: this.environment(), cwd: this.folder, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`livehouse setup failed (${done.status}): ${done.stderr}`);
    const said = JSON.parse(done.stdout);
    return { host, password, room: said.room, streamKey: said.stream_key };
  }

  /** The one-time link of the first run, as the program printed it. */
  get setupLink() {
    const link = /http:\/\/\S+\/setup#token=\S+/.exec(this.greeting)?.[0];
    if (link === undefined) throw new Error(`the greeting shows no one-time link:\n${this.greeting}`);
    return link;
  }
}
