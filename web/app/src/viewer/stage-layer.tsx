// Bullet comments over the picture.

import { type Comment, Stage } from "@livehouse/danmaku";
import type { Bullet } from "@livehouse/room";
import { effect, type ReadonlySignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

import { danmakuSettings } from "./bullet-style.ts";
import type { Visit } from "./visit.ts";

const makeWorker = (): Worker =>
  new Worker(new URL("@livehouse/danmaku/worker", import.meta.url), { type: "module", name: "danmaku" });

export function StageLayer({ visit, paused }: { visit: Visit; paused: ReadonlySignal<boolean> }) {
  const box = useRef<HTMLDivElement>(null);
  // Before the line to the room says its first word: what flies then would be missed.
  useLayoutEffect(() => {
    if (box.current === null) return;
    const { room } = visit.line;
    const stage = new Stage(box.current, danmakuSettings.peek(), makeWorker);
    const comment = (bullet: Bullet): Comment => ({ ...bullet, rank: rankOf(bullet, visit) });
    const stops = [
      room.danmaku.listen({
        shown: (bullets) => stage.show(bullets.map(comment)),
        deleted: (seq) => stage.retract(seq),
      }),
      effect(() => stage.set(danmakuSettings.value)),
      effect(() => stage.pause(paused.value)),
      () => stage.close(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [visit, paused]);
  return <div class="stage-layer" ref={box} />;
}

function rankOf({ by, role }: Bullet, visit: Visit): Comment["rank"] {
  if (by === visit.line.room.moderation.me.value.id) return "own";
  return role === "host" || role === "moderator" ? "staff" : "normal";
}
