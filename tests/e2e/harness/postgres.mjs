// A PostgreSQL server of one's own, in a temporary folder.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./port.mjs";
import { temporaryFolder } from "./server.mjs";

/** Where the server's programs are: Debian keeps them out of PATH. */
function programs() {
  const kept = "/usr/lib/postgresql";
  const versions = existsSync(kept) ? readdirSync(kept).sort((a, b) => Number(b) - Number(a)) : [];
  const folder = versions.map((version) => join(kept, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
  if (folder === undefined) throw new Error("PostgreSQL's server is not installed: apt-get install postgresql");
  return folder;
}

/** PostgreSQL refuses to run as root; then the user that its package made runs it. */
function serverUser() {
  if (process.getuid?.() !== 0) return {};
  const id = (/** @type {string} */ flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Starts a server with an empty database. @returns {Promise<{ url: string, stop: () => Promise<void> }>} */
export async function startPostgres() {
  const bin = programs();
  const folder = temporaryFolder();
  const data = join(folder, "pg");
  mkdirSync(data);
  const user = serverUser();
  if (user.uid !== undefined) {
    chmodSync(folder, 0o755);
    chownSync(data, user.uid, user.gid);
  }
  const make = ["-D", data, "-U", "livehouse", "--auth=trust", "-E", "UTF8"];
  execFileSync(join(bin, "initdb"), make, { stdio: "pipe", cwd: "/", ...user });
  const port = await freePort();
  const serve = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", data];
  const child = spawn(join(bin, "postgres"), serve, { stdio: ["ignore", "pipe", "pipe"], cwd: "/", ...user });
  process.once("exit", () => child.kill("SIGKILL"));
  let log = "";
  const ready = new Promise((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text) => {
      log += text;
      if (log.includes("ready to accept connections")) resolve(undefined);
    });
    child.once("exit", (code) => reject(new Error(`postgres ended with ${code}:\n${log}`)));
  });
  ready.catch(() => {});
  await ready;
  execFileSync(join(bin, "createdb"), ["-h", "127.0.0.1", "-p", String(port), "-U", "livehouse", "live"], {
    cwd: "/",
  });
  return {
    url: `postgres://livehouse@127.0.0.1:${port}/live`,
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGINT");
      await ended;
    },
  };
}
