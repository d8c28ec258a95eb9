// A network on the way to the server's media port: a delay, and losses that come alone or in rows. It is a relay of
// UDP packets in a thread of its own, so it needs no rights and no traffic shaper, and the test's own work does not
// hold its packets up.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/**
 * @typedef {{ loss?: number, burst?: number, delayMs?: number }} Weather `loss` is a share of 1, each way; `burst` is
 * how many packets in a row are lost on the mean (1: each on its own); `delayMs` is one way.
 * @typedef {{ packets: number, bytes: number, lost: number }} Count
 */

/** A relay in front of one media port. */
export class Relay {
  /** @param {Worker} worker @param {number} port */
  constructor(worker, port) {
    this.worker = worker;
    this.port = port;
  }

  /** @param {number} mediaPort */
  static async make(mediaPort) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { mediaPort } });
    worker.unref();
    const [port] = await once(worker, "message");
    return new Relay(worker, port);
  }

  /** @param {Weather} weather */
  set(weather) {
    this.worker.postMessage({ weather });
  }

  /** What was put on the way so far, and how much of it was lost. @returns {Promise<{ down: Count, up: Count }>} */
  async counts() {
    const answer = once(this.worker, "message");
    this.worker.postMessage({ ask: true });
    return (await answer)[0];
  }

  async close() {
    await this.worker.terminate();
  }
}

/**
 * Sends a page's media through the relay: the answer's candidates name its port instead of the server's, and no other
 * way is left. To be given to `addInitScript` with the relay's port: it runs in the page.
 * @param {number} port
 */
export function throughRelay(port) {
  const native = globalThis.RTCPeerConnection.prototype.setRemoteDescription;
  globalThis.RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    const lines = description.sdp.split("\r\n");
    const udp = lines.find((line) => line.startsWith("a=candidate:") && / udp /i.test(line));
    if (udp === undefined) return native.call(this, description);
    const words = udp.split(" ");
    words[5] = String(port);
    const kept = lines.filter((line) => !line.startsWith("a=candidate:") || line === udp);
    const sdp = kept.map((line) => (line === udp ? words.join(" ") : line)).join("\r\n");
    return native.call(this, { type: description.type, sdp });
  };
}

/** Loses packets as Gilbert's model does: whole rows while the way is bad. */
class Way {
  count = { packets: 0, bytes: 0, lost: 0 };
  #bad = false;
  /** Packets that travel, in order, with when each arrives. @type {{ at: number, go: () => void }[]} */
  #travelling = [];
  #timer = false;

  /** @param {Buffer} packet @param {Required<Weather>} weather @param {() => void} go */
  take(packet, { loss, burst, delayMs }, go) {
    this.count.packets += 1;
    this.count.bytes += packet.length + 28;
    const turns = this.#bad ? 1 / burst : loss / (burst * (1 - loss));
    if (Math.random() < turns) this.#bad = !this.#bad;
    // Rows of one packet are the case in which every packet has the same chance, whatever befell the last.
    const lost = burst <= 1 ? Math.random() < loss : this.#bad;
    if (lost) {
      this.count.lost += 1;
      return;
    }
    if (delayMs === 0) return go();
    this.#travelling.push({ at: performance.now() + delayMs, go });
    this.#wait();
  }

  #wait() {
    const next = this.#travelling[0];
    if (this.#timer || next === undefined) return;
    this.#timer = true;
    setTimeout(() => {
      this.#timer = false;
      while (this.#travelling[0] !== undefined && this.#travelling[0].at <= performance.now() + 0.5)
        this.#travelling.shift()?.go();
      this.#wait();
    }, Math.max(0, next.at - performance.now()));
  }
}

/** @param {number} mediaPort */
function relay(mediaPort) {
  let weather = { loss: 0, burst: 1, delayMs: 0 };
  const [up, down] = [new Way(), new Way()];
  /** Each viewer's own socket toward the server. @type {Map<string, import("node:dgram").Socket>} */
  const behind = new Map();
  const front = createSocket({ type: "udp4", recvBufferSize: 1 << 21, sendBufferSize: 1 << 21 });
  front.on("message", (packet, { address, port }) => {
    const viewer = `${address} ${port}`;
    let socket = behind.get(viewer);
    if (socket === undefined) {
      socket = createSocket({ type: "udp4", recvBufferSize: 1 << 21, sendBufferSize: 1 << 21 });
      // A browser that has gone answers with an error on its port.
      socket.on("error", () => {});
      socket.on("message", (answer) => {
        down.take(answer, weather, () => front.send(answer, port, address));
      });
      behind.set(viewer, socket);
    }
    const toward = socket;
    up.take(packet, weather, () => toward.send(packet, mediaPort, "127.0.0.1"));
  });
  front.on("error", () => {});
  // Whatever address the browser calls from reaches it.
  front.bind(0, "0.0.0.0", () => parentPort?.postMessage(front.address().port));
  parentPort?.on("message", (message) => {
    if (message.weather !== undefined) weather = { loss: 0, burst: 1, delayMs: 0, ...message.weather };
    if (message.ask) parentPort?.postMessage({ down: down.count, up: up.count });
  });
}

if (!isMainThread && workerData?.mediaPort !== undefined) relay(workerData.mediaPort);
