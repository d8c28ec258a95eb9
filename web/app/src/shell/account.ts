// Who one is on this server, for every page that asks: one reading, shared.

import { Api, type Failure } from "@livehouse/client";
import type { MeDto } from "@livehouse/protocol";
import { signal } from "@preact/signals";

import { en } from "../text/account.en.ts";
import { zh } from "../text/account.zh-CN.ts";
import { running } from "./figures.ts";
import { catalogue } from "./language.ts";
import { shellText } from "./words.ts";

export const accountText = catalogue({ en, "zh-CN": zh });

/** The one way to the server's HTTP API. */
export const api = new Api();

/** Who one is; `null` until the server has said. */
export const me = signal<MeDto | null>(null);

/** Why the server has not said, where it could not. */
export const meFailure = signal<Failure | null>(null);

/** Asks the server who one is. */
export async function loadMe(): Promise<void> {
  const result = await api.me();
  if (result.ok) me.value = result.value;
  meFailure.value = result.ok ? null : result.failure;
}

/** A failure as a sentence in the language shown. */
export function sayFailure(failure: Failure): string {
  const t = shellText();
  if (failure.kind === "unreachable") return t.offline;
  const sentence = t.refused[failure.code] ?? t.refused.fault;
  const wait_ms = (failure.retryAt ?? 0) - Date.now();
  return wait_ms > 1_000 ? `${sentence} ${accountText().again(running(wait_ms))}` : sentence;
}

/** Where to go after signing in: a path of this site and nothing else, so that no link leads astray. */
export function nextPath(search: string, fallback = "/"): string {
  const next = new URLSearchParams(search).get("next") ?? fallback;
  const place = new URL(next, location.origin);
  return next.startsWith("/") && place.origin === location.origin
    ? place.pathname + place.search + place.hash
    : fallback;
}

/** The sign-in page, which leads back to where one is. */
export function signInPath(): string {
  return `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
}
