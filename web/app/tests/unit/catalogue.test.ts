// Every part of the page speaks both languages, entry for entry. The types hold the shape; this holds the words:
// none is empty, none was left in the other language.

import { expect, test } from "vitest";

type Section = { readonly [key: string]: unknown };

const english = import.meta.glob<Record<string, Section>>("../../src/text/*.en.ts", { eager: true });
const chinese = import.meta.glob<Record<string, Section>>("../../src/text/*.zh-CN.ts", { eager: true });

/** `path → sentence`; a sentence with blanks is read with something in each. */
function sentences(section: unknown, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof section === "string") return found.set(path, section);
  if (typeof section === "function") {
    return found.set(path, String(section(...Array.from({ length: section.length }, () => 7))));
  }
  for (const [key, value] of Object.entries(section as Section)) {
    for (const [below, sentence] of sentences(value, `${path}.${key}`)) found.set(below, sentence);
  }
  return found;
}

const parts = Object.keys(english).map((path) => path.replace(/^.*\/(.+)\.en\.ts$/, "$1"));

test("every English file has a Chinese one, and the other way round", () => {
  const others = Object.keys(chinese).map((path) => path.replace(/^.*\/(.+)\.zh-CN\.ts$/, "$1"));
  expect(others.sort()).toEqual([...parts].sort());
  expect(parts.length).toBeGreaterThan(0);
});

test.each(parts)("%s: the same entries, none empty, none in the wrong language", (part) => {
  const en = sentences(english[`../../src/text/${part}.en.ts`]?.en);
  const zh = sentences(chinese[`../../src/text/${part}.zh-CN.ts`]?.zh);
  expect([...zh.keys()].sort()).toEqual([...en.keys()].sort());
  for (const [path, sentence] of en) {
    expect(sentence.trim(), path).not.toBe("");
    expect(sentence, path).not.toMatch(/\p{Script=Han}/u);
  }
  for (const [path, whole] of zh) {
    const sentence = whole.replace("Livehouse", "");
    expect(whole.trim(), path).not.toBe("");
    // Units and names of techniques are written in Latin letters in Chinese too.
    if (/[a-z]{4,}/.test(sentence) && !/\p{Script=Han}/u.test(sentence)) {
      expect(en.get(path), `${path} reads like an untranslated sentence`).toMatch(/^[\w ./%]+$/);
      expect(sentence.split(" ").length, path).toBeLessThan(3);
    }
  }
});
