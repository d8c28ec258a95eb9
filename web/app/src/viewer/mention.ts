// Finding "@name" while it is written, and in what was written.

/** The name being written at the caret: where it begins and what is there already. */
export type Partial = { from: number; part: string };

/** Longer than any name: then it is no longer one. */
const NAME_MAX = 24;

/** What is being mentioned at `caret`, if anything: an `@` at the beginning or after a space, and what follows. */
export function mentionAt(text: string, caret: number): Partial | null {
  const from = text.lastIndexOf("@", caret - 1);
  if (from < 0 || caret <= from) return null;
  const before = text[from - 1];
  if (before !== undefined && /[\p{L}\p{N}_]/u.test(before) && !/\p{Script=Han}/u.test(before)) return null;
  const part = text.slice(from + 1, caret);
  if (part.includes(" ") || part.includes("\n") || [...part].length > NAME_MAX) return null;
  return { from, part };
}

/** The text with the chosen name in place of what was being written, and where the caret then is. */
export function complete(
  text: string,
  caret: number,
  at: Partial,
  name: string,
): { text: string; caret: number } {
  const head = `${text.slice(0, at.from)}@${name} `;
  return { text: head + text.slice(caret).replace(/^ /, ""), caret: head.length };
}

/** Of the people chosen while writing, those whose name is still there. */
export function mentioned(text: string, chosen: ReadonlyMap<number, string>): number[] {
  return [...chosen].filter(([, name]) => text.includes(`@${name}`)).map(([id]) => id);
}

/** A text cut into what is plain and what names somebody. */
export type Piece = { text: string; names: number | null };

/** Cuts `text` at the names of the people mentioned in it; the longer name first where one begins another. */
export function pieces(text: string, people: readonly { id: number; name: string }[]): Piece[] {
  const byLength = [...people].sort((a, b) => b.name.length - a.name.length);
  const cut: Piece[] = [];
  let plain = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const person = byLength.find(({ name }) => text.startsWith(name, at + 1));
    if (person === undefined) continue;
    if (at > plain) cut.push({ text: text.slice(plain, at), names: null });
    const end = at + 1 + person.name.length;
    cut.push({ text: text.slice(at, end), names: person.id });
    plain = end;
    at = end - 1;
  }
  if (plain < text.length) cut.push({ text: text.slice(plain), names: null });
  return cut;
}
