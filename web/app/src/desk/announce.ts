// What a screen reader hears of the talk: a message by itself when it is calm, a count when it is not.

import type { ChatRow } from "@livehouse/room";
import { useEffect, useRef, useState } from "preact/hooks";

import { deskText } from "./words.ts";

/** As often as somebody can listen to. */
const EVERY_MS = 4_000;

/** The sentence to have said now. */
export function useAnnounced(rows: readonly ChatRow[]): string {
  const [said, say] = useState("");
  const latest = useRef(rows);
  const heard = useRef<number | null>(null);
  latest.current = rows;
  useEffect(() => {
    const timer = setInterval(() => {
      const all = latest.current;
      const newest = all.at(-1)?.seq ?? 0;
      // What was there when the page opened is read, not heard.
      const since = heard.current ?? newest;
      heard.current = newest;
      const fresh = all.filter((row) => row.kind === "said" && !row.deleted && row.seq > since);
      const one = fresh[0];
      if (one === undefined) return;
      const t = deskText().talk;
      say(fresh.length === 1 && one.kind === "said" ? t.heard(one.name, one.text) : t.newer(fresh.length));
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return said;
}
