import type { ServerMessage } from "@livehouse/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";

import { EventStreamParser, eventStreamLine } from "../src/event-stream.ts";
import type { Result } from "../src/index.ts";
import { settled } from "./stage.ts";

test("the same events, wherever the stream is cut", () => {
  const text = ': hello\r\n\r\nid: 1-7\r\ndata: {"a":1}\r\n\r\nevent: x\ndata: {"b":\ndata: 2}\n\n';
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
      const parser = new EventStreamParser();
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      const blocks = places.flatMap((place, n) => parser.feed(text.slice(places[n - 1] ?? 0, place)));
      expect(blocks).toEqual(['{"a":1}', '{"b":\n2}']);
    }),
  );
});

test("listens, posts orders, and resumes where the session stood", async () => {
  const asked: (string | undefined)[] = [];
  let push: (text: string) => void = () => {};
  let end: () => void = () => {};
  const fetcher = async (_url: string, init?: RequestInit): Promise<Response> => {
    asked.push(new Headers(init?.headers).get("last-event-id") ?? undefined);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        push = (text) => controller.enqueue(new TextEncoder().encode(text));
        end = () => controller.close();
      },
    });
    return new Response(body);
  };
  const posted: unknown[] = [];
  const done: ServerMessage = { type: "done", key: 3, event: null };
  const api = {
    order: async (...order: unknown[]): Promise<Result<ServerMessage>> => {
      posted.push(order);
      return { ok: true, value: done };
    },
  };
  const transcript: string[] = [];
  const events = {
    opened: () => transcript.push("opened"),
    said: (message: ServerMessage) => transcript.push(message.type),
    closed: (code: number) => transcript.push(`closed ${code}`),
  };
  const open = eventStreamLine("jazz", api, fetcher);
  const line = open(events, null);
  const turn = (): Promise<void> => new Promise((resume) => setImmediate(resume));
  await turn();
  line.send({ join: true, resume: null });
  line.send({ key: 3, do: "like", count: 2 });
  push('id: 1-9\ndata: {"type":"counts","present":1,"likes":2}\n\n');
  await turn();
  end();
  await turn();
  expect(transcript).toEqual(["opened", "done", "counts", "closed 1006"]);
  expect(posted).toEqual([["jazz", 3, { do: "like", count: 2 }]]);
  open(events, { epoch: 1, seq: 9 }).close();
  await settled();
  expect(asked).toEqual([undefined, "1-9"]);
});
