// The program as it is shipped. The end-to-end tests' harness takes what LIVEHOUSE_BIN names before anything else.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { missing } from "./bench.mjs";

const top = resolve(import.meta.dirname, "../..");

/** The release build's path; from here on the harness's servers are it, not a debug build that lies beside it. */
export function release() {
  const target = process.env.CARGO_TARGET_DIR ?? join(top, "target");
  const path = resolve(process.env.LIVEHOUSE_BIN ?? join(target, "release/livehouse"));
  if (!existsSync(path))
    missing(`${path} does not exist; \`make build\` makes it, or LIVEHOUSE_BIN names another`);
  process.env.LIVEHOUSE_BIN = path;
  return path;
}

/** A part of the end-to-end tests' harness. @param {string} name */
export async function harness(name) {
  const folder = join(top, "tests/e2e");
  if (!existsSync(join(folder, "node_modules/playwright-core")))
    missing("tests/e2e has no packages; `npm ci` in tests/e2e brings them");
  return import(join(folder, "harness", `${name}.mjs`));
}
