// The heart: it bounces under the finger at once, and the room's total follows when the server has it.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { compact } from "../shell/figures.ts";
import { Icon } from "../shell/icon.tsx";
import type { Visit } from "./visit.ts";
import { text } from "./words.ts";

type Heart = { id: number; drift: number; hue: number; scale: number };

/** Hearts in the air; past this a like is counted but not drawn. */
const HEARTS_MAX = 24;
const HEART_MS = 1_500;
/** Of others' likes in one tick so many are drawn. */
const BURST_MAX = 4;

const hearts = signal<readonly Heart[]>([]);
let lastId = 0;

function float(): void {
  if (hearts.peek().length >= HEARTS_MAX) return;
  lastId += 1;
  const id = lastId;
  // Spread by the golden ratio: neighbours never rise on the same path.
  const turn = (id * 0.618) % 1;
  hearts.value = [
    ...hearts.peek(),
    { id, drift: (turn - 0.5) * 70, hue: 350 + turn * 40, scale: 0.8 + turn * 0.5 },
  ];
  setTimeout(() => {
    hearts.value = hearts.peek().filter((heart) => heart.id !== id);
  }, HEART_MS);
}

export function LikeButton({ visit }: { visit: Visit }) {
  const t = text().like;
  const { like } = visit.line.room;
  useEffect(
    () =>
      like.listen((more) => {
        if (document.visibilityState !== "visible") return;
        for (let n = 0; n < Math.min(more, BURST_MAX); n += 1) setTimeout(float, n * 90);
      }),
    [like],
  );
  const total = compact(like.total.value);
  return (
    <div class="like">
      <span class="hearts" aria-hidden="true">
        {hearts.value.map(({ id, drift, hue, scale }) => (
          <i
            key={id}
            style={{ "--drift": `${drift}px`, "--heart": `hsl(${hue} 92% 62%)`, "--scale": String(scale) }}
          >
            <Icon name="heart" size={22} fill />
          </i>
        ))}
      </span>
      <button
        type="button"
        class="like-button"
        aria-label={`${t.press}, ${t.total(total)}`}
        onClick={() =>
          visit.withName(() => {
            float();
            visit.likes.press();
          })
        }
      >
        <Icon name="heart" size={20} fill />
        <span class="numbers">{total}</span>
      </button>
    </div>
  );
}
