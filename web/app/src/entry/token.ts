// The token of the one-time link. It travels behind `#`, so that it reaches no server log.

/** The token in a link, in what is behind its `#`, or pasted by itself; `null` where there is none. */
export function tokenIn(text: string): string | null {
  const found = /(?:^|[#&])token=([A-Za-z0-9_-]+)/.exec(text.trim())?.[1];
  if (found !== undefined) return found;
  return /^[A-Za-z0-9_-]{16,}$/.test(text.trim()) ? text.trim() : null;
}
