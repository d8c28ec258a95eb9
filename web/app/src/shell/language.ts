// Which language the page speaks: the browser's first choice that we know, until the viewer picks one.
//
// Every part of the page keeps its words in two files, `text/<part>.en.ts` and `text/<part>.zh-CN.ts`. The English
// file is the shape; the Chinese one is typed by it, so a missing or misspelt entry fails the build.
//
//     const text = catalogue({ en, "zh-CN": zh });      // once, beside the component
//     const t = text();                                 // in the component: follows the language
//     <p>{t.present(3)}</p>

import { effect } from "@preact/signals";

import { keepsake, oneOf } from "./keepsake.ts";

export type Language = "en" | "zh-CN";

/** An entry is a sentence, a sentence with blanks, or a group of entries. */
export type Section = { readonly [key: string]: string | ((...blanks: never[]) => string) | Section };

/** The same entries in another language. */
export type Translated<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...blanks: infer B) => string
      ? (...blanks: B) => string
      : Translated<T[K]>;
};

function preferred(): Language {
  for (const wanted of navigator.languages) {
    if (wanted.toLowerCase().startsWith("zh")) return "zh-CN";
    if (wanted.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

/** The language shown now; set it to switch. */
export const language = keepsake<Language>("language", preferred(), oneOf("en", "zh-CN"));

effect(() => {
  document.documentElement.lang = language.value;
});

/** Binds a part's two files together. The result, called in a component, follows the language. */
export function catalogue<T extends Section>(texts: { en: T; "zh-CN": Translated<T> }): () => Translated<T> {
  return () => (language.value === "zh-CN" ? texts["zh-CN"] : (texts.en as unknown as Translated<T>));
}
