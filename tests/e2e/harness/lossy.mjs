// A network that loses packets: a namespace of its own behind a pair of virtual cables.

import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./server.mjs";

/** @param {string} program @param {string[]} flags @param {string} [input] */
function run(program, flags, input) {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  return execFileSync(program, flags, { stdio: "pipe", input, encoding: "utf8", env: { ...process.env, PATH: path } });
}

/** Why there can be no such network here; `false` where there can. */
export function whyNoLossyNetwork() {
  if (process.getuid?.() !== 0) return "a network namespace needs root";
  const probe = `lhprobe${process.pid}`;
  try {
    run("ip", ["netns", "add", probe]);
    run("ip", ["netns", "exec", probe, "nft", "add", "table", "inet", "probe"]);
    return false;
  } catch (error) {
    return `this machine makes no network namespace with nftables: ${String(error).split("\n")[0]}`;
  } finally {
    try {
      run("ip", ["netns", "delete", probe]);
    } catch {
      // It was never made.
    }
  }
}

/** A namespace whose every UDP packet is lost with a chance of `percent` in 100, each way. */
export class LossyNetwork {
  /** @param {number} percent */
  constructor(percent) {
    const number = (process.pid % 200) + 20;
    this.name = `lh${process.pid}`;
    this.cable = `lhv${process.pid}`.slice(0, 14);
    /** The address of this machine as the namespace sees it. */
    this.outside = `10.213.${number}.1`;
    const inside = `10.213.${number}.2`;
    const peer = `${this.cable}b`;
    run("ip", ["netns", "add", this.name]);
    process.once("exit", () => this.close());
    run("ip", ["link", "add", this.cable, "type", "veth", "peer", "name", peer]);
    run("ip", ["link", "set", peer, "netns", this.name]);
    run("ip", ["addr", "add", `${this.outside}/24`, "dev", this.cable]);
    run("ip", ["link", "set", this.cable, "up"]);
    this.#inside("ip", ["addr", "add", `${inside}/24`, "dev", peer]);
    this.#inside("ip", ["link", "set", peer, "up"]);
    this.#inside("ip", ["link", "set", "lo", "up"]);
    const lose = `meta l4proto udp numgen random mod 1000 < ${percent * 10} counter drop`;
    this.#inside(
      "nft",
      ["-f", "-"],
      `table inet lossy {
         chain in { type filter hook input priority 0; iifname != "lo" ${lose}; }
         chain out { type filter hook output priority 0; oifname != "lo" ${lose}; }
       }`,
    );
  }

  /** @param {string} program @param {string[]} flags @param {string} [input] */
  #inside(program, flags, input) {
    return run("ip", ["netns", "exec", this.name, program, ...flags], input);
  }

  /** How many packets were lost so far, coming in and going out. */
  lost() {
    const rules = this.#inside("nft", ["list", "table", "inet", "lossy"]);
    return [...rules.matchAll(/counter packets (\d+)/g)].map((match) => Number(match[1]));
  }

  /** A program that runs another inside the namespace. @param {string} program */
  wrapped(program) {
    const script = join(temporaryFolder(), "inside");
    writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${this.name} ${program} "$@"\n`);
    chmodSync(script, 0o755);
    return script;
  }

  close() {
    try {
      run("ip", ["netns", "delete", this.name]);
    } catch {
      // Already gone.
    }
  }
}
