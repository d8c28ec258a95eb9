// Choosing an emoji.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { EmojiGroup } from "./emoji.ts";
import { text } from "./words.ts";

type List = Record<EmojiGroup, string>;

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const t = text().composer.emojiGroups;
  const list = useSignal<List | null>(null);
  useEffect(() => {
    void import("./emoji.ts").then(({ EMOJI }) => {
      list.value = EMOJI;
    });
  }, []);
  if (list.value === null) return <div class="emoji emoji-loading" aria-busy="true" />;
  return (
    <div class="emoji">
      {(Object.entries(list.value) as [EmojiGroup, string][]).map(([group, emoji]) => (
        <section key={group} aria-label={t[group]}>
          <h3>{t[group]}</h3>
          <div class="emoji-grid">
            {emoji.split(" ").map((one) => (
              <button key={one} type="button" onClick={() => onPick(one)}>
                {one}
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
