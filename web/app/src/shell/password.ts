// How hard a password is to guess, roughly: length counts most, well-known ones and repetitions count for nothing.

export type Strength = "short" | "weak" | "fair" | "strong";

/** The least the server takes. */
export const PASSWORD_CHARS_MIN = 8;

/** What is tried first everywhere; with what digits and signs are usually put behind them taken off. */
const KNOWN = new Set(
  "password passwort passw0rd qwerty qwertz azerty letmein welcome iloveyou admin administrator livehouse monkey dragon football baseball sunshine princess superman abc woaini".split(
    " ",
  ),
);

/** The strength of `password` for a person of this name. */
export function strengthOf(password: string, name = ""): Strength {
  const chars = [...password];
  if (chars.length < PASSWORD_CHARS_MIN) return "short";
  const bare = password.toLowerCase().replace(/[^\p{L}]/gu, "");
  const own = name.trim().toLowerCase();
  const guessed = KNOWN.has(bare) || bare === "" || (own.length > 2 && password.toLowerCase().includes(own));
  const varied = new Set(chars).size;
  if (varied < 5 || (guessed && chars.length < 16) || isRun(chars)) return "weak";
  if (chars.length >= 14 && varied >= 8) return "strong";
  const kinds = [/\p{Ll}|\p{Lo}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) =>
    kind.test(password),
  ).length;
  return chars.length >= 10 && kinds >= 3 ? "strong" : "fair";
}

/** Whether each character is the one after, or before, the one at its left: 12345678, hgfedcba. */
function isRun(chars: readonly string[]): boolean {
  const steps = chars.slice(1).map((char, i) => (char.codePointAt(0) ?? 0) - (chars[i]?.codePointAt(0) ?? 0));
  return steps.filter((step) => step === steps[0]).length >= steps.length - 1 && Math.abs(steps[0] ?? 2) <= 1;
}
