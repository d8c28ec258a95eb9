// The scripts that a page loads by itself, as a browser finds them: those its HTML names, those they import, and their
// workers. What a script imports only when something is clicked is not among them.

/**
 * @param {string} page its address
 * @returns {Promise<{ path: string, bytes: number }[]>} with the bytes that went over the wire for each
 */
export async function pageScripts(page) {
  const html = (await get(page)).text;
  const named = [...html.matchAll(/<(?:script|link)\b[^>]*>/g)]
    .map(([tag]) => tag)
    .filter((tag) => tag.startsWith("<script") || tag.includes('rel="modulepreload"'))
    .map((tag) => /(?:src|href)="([^"]+)"/.exec(tag)?.[1])
    .filter((path) => path !== undefined);
  const waiting = named.map((path) => new URL(path, page).href);
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    if (seen.has(address)) continue;
    const { text, bytes } = await get(address);
    seen.set(address, bytes);
    for (const path of staticImports(text)) waiting.push(new URL(path, address).href);
  }
  return [...seen].map(([address, bytes]) => ({ path: new URL(address).pathname, bytes }));
}

/** @param {string} script */
function staticImports(script) {
  const imports = /(?:\bimport|\bfrom)\s*["'`]([^"'`]+\.js)["'`]/g;
  const workers = /new Worker\(\s*new URL\(\s*["'`]([^"'`]+)["'`]/g;
  return [...script.matchAll(imports), ...script.matchAll(workers)].map((match) => match[1] ?? "");
}

/** @param {string} address */
async function get(address) {
  // `fetch` unpacks what comes; the length told beforehand is the packed one.
  const response = await fetch(address, { headers: { "accept-encoding": "gzip" } });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const text = await response.text();
  const packed = response.headers.get("content-encoding") === "gzip";
  const length = response.headers.get("content-length");
  if (packed && length === null) throw new Error(`${address} does not tell its packed length`);
  return { text, bytes: packed ? Number(length) : Buffer.byteLength(text) };
}
