// The end-to-end tests' lossy network, whose loss can be changed while somebody watches through it, and whose bytes are
// counted before any of them is lost.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { missing } from "./bench.mjs";
import { harness } from "./release.mjs";

const { LossyNetwork, whyNoLossyNetwork } = await harness("lossy");

export class Cable extends LossyNetwork {
  constructor() {
    const why = whyNoLossyNetwork();
    if (why !== false) missing(why);
    super(0);
  }

  /** From now on, of all UDP packets, `percent` in 100 are lost, each way. @param {number} percent */
  lose(percent) {
    const lose = `meta l4proto udp numgen random mod 1000 < ${percent * 10} counter drop`;
    const rules = `flush chain inet lossy in
      flush chain inet lossy out
      add rule inet lossy in iifname != "lo" ${lose}
      add rule inet lossy out oifname != "lo" ${lose}`;
    const path = `${process.env.PATH}:/usr/sbin:/sbin`;
    const nft = ["netns", "exec", this.name, "nft", "-f", "-"];
    execFileSync("ip", nft, { stdio: "pipe", input: rules, env: { ...process.env, PATH: path } });
  }

  /** What was put on the cable toward the viewer so far; the loss is at its other end. */
  get sent() {
    const count = (name) =>
      Number(readFileSync(`/sys/class/net/${this.cable}/statistics/tx_${name}`, "utf8"));
    return { bytes: count("bytes"), packets: count("packets") };
  }
}
