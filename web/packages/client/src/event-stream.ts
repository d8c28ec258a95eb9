// The line where no WebSocket comes through: what is said arrives as an event stream, what is ordered goes by POST.
//
// It is read with `fetch` rather than `EventSource`, because that tells a refusal from a broken line and lets the
// session alone decide when to come back.

import type { ClientMessage, Resume, ServerMessage } from "@livehouse/protocol";

import type { Api, Failure, Fetch } from "./api.ts";
import { type LineEvents, NO_GOODBYE, type OpenLine, parse } from "./line.ts";

/** Opens lines to a room's event stream. */
export function eventStreamLine(
  slug: string,
  api: Pick<Api, "order">,
  fetcher: Fetch = (input, init) => fetch(input, init),
): OpenLine {
  const url = `/api/v1/rooms/${encodeURIComponent(slug)}/events`;

  return (events: LineEvents, resume: Resume | null) => {
    const stop = new AbortController();
    const gone = (): void => {
      if (stop.signal.aborted) return;
      stop.abort();
      events.closed(NO_GOODBYE);
    };

    const listen = async (): Promise<void> => {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (resume !== null) headers["last-event-id"] = `${resume.epoch}-${resume.seq}`;
      const response = await fetcher(url, { headers, signal: stop.signal, credentials: "same-origin" });
      if (!response.ok || response.body === null) return;
      events.opened();
      const reader = response.body.getReader();
      const read = new TextDecoder();
      const parser = new EventStreamParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        for (const data of parser.feed(read.decode(value, { stream: true }))) {
          const message = parse(data);
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

/** Cuts a stream of text into the data of its events. Their ids are not needed: the messages say where one stands. */
export class EventStreamParser {
  #rest = "";
  #data: string[] = [];

  feed(text: string): string[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const events: string[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0) events.push(this.#data.join("\n"));
        this.#data = [];
      } else if (line === "data" || line.startsWith("data:")) {
        this.#data.push(line.slice("data:".length).replace(/^ /, ""));
      }
    }
    return events;
  }
}
