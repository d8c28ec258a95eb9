// Holds the viewer's page to its weight: what is loaded before there is a video, compressed as it travels.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const SCRIPT_MAX = 60 * 1024;
const STYLE_MAX = 15 * 1024;

const dist = fileURLToPath(new URL("../app/dist/", import.meta.url));
const html = readFileSync(join(dist, "viewer.html"), "utf8");

/** Everything the page loads at once: what its HTML names, and what those scripts import in turn. */
function loaded(kind) {
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path);
  const found = new Set();
  const visit = (path) => {
    if (found.has(path)) return;
    found.add(path);
    if (!path.endsWith(".js")) return;
    const text = readFileSync(join(dist, path), "utf8");
    for (const [, , to] of text.matchAll(/(?:from|import)\s*(["'`])(\.\/[^"'`]+\.js)\1/g))
      visit(join(dirname(path), to));
    for (const [, worker] of text.matchAll(/\/(assets\/[\w.-]*worker[\w.-]*\.js)/g)) visit(worker);
  };
  for (const path of named) visit(path);
  return [...found].filter((path) => path.endsWith(kind));
}

let within = true;
for (const [name, kind, most] of [
  ["script", ".js", SCRIPT_MAX],
  ["style", ".css", STYLE_MAX],
]) {
  const files = loaded(kind).map((path) => [path, gzipSync(readFileSync(join(dist, path))).length]);
  const sum = files.reduce((total, [, size]) => total + size, 0);
  for (const [path, size] of files) console.log(`  ${String(size).padStart(6)}  ${path}`);
  console.log(`${name}: ${sum} of ${most} bytes, gzip`);
  if (files.length === 0 || sum > most) within = false;
}
if (!within) {
  console.error("The viewer's page is over its budget, or was not built: `npm run build` first.");
  process.exit(1);
}
