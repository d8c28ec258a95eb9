// The line where no WebSocket comes through: what is said arrives as an event stream, what is ordered goes by POST.
//
// It is read with `fetch` rather than `EventSource`, because that tells a refusal from a broken line and lets the
// session alone decide when to come back.

import type { ClientMessage, ServerMessage } from "@livehouse/protocol";

import type { Api, Failure, Fetch } from "./api.ts";
import { type LineEvents, NO_GOODBYE, type OpenLine, parse } from "./line.ts";

/** Opens lines to a room's event stream. The lines of one room share the place they resume from. */
export function eventStreamLine(
  slug: string,
  api: Pick<Api, "order">,
  fetcher: Fetch = (input, init) => fetch(input, init),
): OpenLine {
  const url = `/api/v1/rooms/${encodeURIComponent(slug)}/events`;
  let lastId: string | undefined;

  return (events: LineEvents) => {
    const stop = new AbortController();
    const gone = (): void => {
      if (stop.signal.aborted) return;
      stop.abort();
      events.closed(NO_GOODBYE);
    };

    const listen = async (): Promise<void> => {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (lastId !== undefined) headers["last-event-id"] = lastId;
      const response = await fetcher(url, { headers, signal: stop.signal, credentials: "same-origin" });
      if (!response.ok || response.body === null) return;
      events.opened();
      const reader = response.body.getReader();
      const read = new TextDecoder();
      const parser = new EventStreamParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        for (const block of parser.feed(read.decode(value, { stream: true }))) {
          if (block.id !== undefined) lastId = block.id;
          const message = parse(block.data);
          if (message !== undefined && !stop.signal.aborted) events.said(message);
        }
      }
    };
    listen().then(gone, gone);

    return {
      send: (message: ClientMessage) => {
        // The stream greets by itself; only orders are posted.
        if ("join" in message) return;
        const { key, ...order } = message;
        void api.order(slug, key, order).then((result) => {
          if (stop.signal.aborted) return;
          if (result.ok) events.said(result.value);
          else if (result.failure.kind === "refused") events.said(refusal(key, result.failure));
          // Out of reach: the order stays pending and goes again on the next line.
          else gone();
        });
      },
      close: () => stop.abort(),
    };
  };
}

function refusal(key: number, failure: Failure & { kind: "refused" }): ServerMessage {
  const { code, message, retryAt } = failure;
  return { type: "refused", key, code, message, retry_at: retryAt };
}

type Block = { id: string | undefined; data: string };

/** Cuts a stream of text into its events. */
export class EventStreamParser {
  #rest = "";
  #data: string[] = [];
  #id: string | undefined;

  feed(text: string): Block[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const blocks: Block[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0) blocks.push({ id: this.#id, data: this.#data.join("\n") });
        this.#data = [];
        this.#id = undefined;
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") this.#data.push(value);
      else if (field === "id") this.#id = value;
    }
    return blocks;
  }
}
