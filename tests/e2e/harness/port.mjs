// Ports that nobody uses.

import { createServer } from "node:net";
import { createSocket } from "node:dgram";

/** A port that is free for TCP and UDP on every address. */
export async function freePort() {
  for (;;) {
    const port = await freeTcp();
    if (await isFreeUdp(port)) return port;
  }
}

/** @returns {Promise<number>} */
function freeTcp() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "0.0.0.0", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** @param {number} port @returns {Promise<boolean>} */
function isFreeUdp(port) {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind(port, "0.0.0.0", () => socket.close(() => resolve(true)));
  });
}
