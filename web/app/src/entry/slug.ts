// A room's name in its addresses: what is one, and which to suggest.

const SLUG_CHARS_MAX = 40;

/** Whether the server would take it. */
export function isSlug(text: string): boolean {
  return text.length <= SLUG_CHARS_MAX && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text);
}

/** What is left of `text` in an address: accents go, everything else that does not fit becomes a hyphen. */
export function slugOf(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return trim(plain.replace(/[^a-z0-9]+/g, "-").slice(0, SLUG_CHARS_MAX));
}

/** A room's address from its title, else from its host's name, else one that is short to say. */
export function suggestSlug(title: string, name: string): string {
  const fromTitle = slugOf(title);
  if (fromTitle.length >= 3) return fromTitle;
  const fromName = slugOf(name);
  return fromName.length >= 2 ? fromName : "live";
}

function trim(slug: string): string {
  return slug.replace(/^-+|-+$/g, "");
}
