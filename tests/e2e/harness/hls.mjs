// A player of HLS as the protocol wants one: it asks for each playlist before there is one, and keeps what it was told.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const top = resolve(import.meta.dirname, "../../..");

/** Fetches a text. @param {string} url @param {Record<string, string>} [headers] */
export async function text(url, headers = {}) {
  const answer = await fetch(url, { headers });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${url}\n${body}`);
  return body;
}

/** The playlists of a show's renditions. @param {string} index */
export async function renditions(index) {
  const body = await text(index);
  const named = [...body.matchAll(/URI="([^"]+\.m3u8)"|^([^#\s].*\.m3u8)$/gm)];
  return named.map(([, one, other]) => new URL(one ?? other, index).href);
}

/** The first playlist of a show, once there is one. @param {string} index @param {number} patienceMs */
export async function whenOn(index, patienceMs = 30_000) {
  for (const until = Date.now() + patienceMs; ; ) {
    const answer = await fetch(index);
    if (answer.ok) return answer.text();
    if (Date.now() > until) throw new Error(`${index} after ${patienceMs} ms: ${answer.status} ${await answer.text()}`);
    await new Promise((wake) => setTimeout(wake, 200));
  }
}

/** What a playlist asks for next: the segment that grows, and its next part. @param {string} playlist */
export function next(playlist) {
  const first = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)$/m.exec(playlist)?.[1]);
  const skipped = Number(/SKIPPED-SEGMENTS=(\d+)/.exec(playlist)?.[1] ?? 0);
  const segments = [...playlist.matchAll(/^#EXTINF:/gm)].length;
  const open = playlist.split(/^#EXTINF:.*$/m).at(-1) ?? "";
  return { msn: first + skipped + segments, part: [...open.matchAll(/^#EXT-X-PART:/gm)].length };
}

/**
 * Follows a rendition by blocking reloads.
 * @param {string} url @param {number} forMs @param {(text: string, at: number) => void} told
 */
export async function follow(url, forMs, told) {
  let playlist = await text(url);
  told(playlist, Date.now());
  for (const until = Date.now() + forMs; Date.now() < until && !playlist.includes("#EXT-X-ENDLIST"); ) {
    const { msn, part } = next(playlist);
    const answer = await fetch(`${url}?_HLS_msn=${msn}&_HLS_part=${part}`);
    if (answer.status === 503) continue;
    playlist = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} for ${msn}.${part}: ${playlist}`);
    told(playlist, Date.now());
  }
}

/**
 * Holds playlists against the protocol's rules: what `cargo test -p hls` is held against too.
 * @param {string} seen playlists, each after a line `=== <name> <milliseconds>`
 */
export function check(seen) {
  const target = process.env.CARGO_TARGET_DIR ?? join(top, "target");
  const places = [process.env.HLS_CHECK, join(target, "debug/examples/check"), join(target, "release/examples/check")];
  const program = places.find((path) => path !== undefined && existsSync(path));
  if (program === undefined) throw new Error("no checker: run `cargo build -p hls --example check`");
  try {
    return execFileSync(program, [], { input: seen, encoding: "utf8" }).trim();
  } catch (error) {
    throw new Error(`the rules are broken:\n${/** @type {any} */ (error).stdout}`);
  }
}

/** Follows all renditions and checks them. @param {string} index @param {number} forMs */
export async function checkLive(index, forMs) {
  let seen = "";
  const urls = await renditions(index);
  await Promise.all(
    urls.map((url) =>
      follow(url, forMs, (playlist, at) => {
        seen += `=== ${new URL(url).pathname.split("/").at(-1)} ${at}\n${playlist}`;
      }),
    ),
  );
  return check(seen);
}
