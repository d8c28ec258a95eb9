// A small house for the page's tests: it serves the built page under the same policy as the real one and plays one
// room by the script a test gives it. The real server has its own tests, with this page, elsewhere.

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import type {
  ClientMessage,
  EventBody,
  EventDto,
  LiveDto,
  Order,
  Present,
  RoleDto,
  ServerMessage,
} from "@livehouse/protocol";
import { type WebSocket, WebSocketServer } from "ws";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "media-src 'self' blob: mediastream:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; " +
  "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

const KINDS: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

const PAGES: Record<string, string> = {
  r: "viewer",
  studio: "studio",
  desk: "desk",
  setup: "setup",
  "sign-in": "sign-in",
};

type Person = { id: number; name: string; role: RoleDto };

/** How an order is answered; nothing is the usual answer. */
export type Judge = (order: Order, by: Person) => Partial<ServerMessage & { type: "refused" }> | undefined;

export class House {
  readonly host: Present = { id: 1, name: "林小满", role: "host" };
  title = "周五爵士夜 Friday Jazz";
  live: LiveDto = { state: "off" };
  slowModeS = 0;
  likes = 1_204;
  present = 128;
  /** The room asks for this key. */
  key: string | null = null;
  /** Who visitors are who have not said; `null` is nobody. */
  visitor: Person | null = null;
  judge: Judge = () => undefined;
  /** Answers a viewer's offer, if there is a show. */
  answerOffer: ((offer: string) => Promise<string>) | null = null;
  readonly orders: Order[] = [];
  readonly log: EventDto[] = [];
  readonly requests: string[] = [];
  /** Sockets are refused, as some networks do. */
  refuseSockets = false;
  #seq = 100;
  #entered = false;
  readonly #sockets = new Set<WebSocket>();
  readonly #server: Server;
  #welcomedOnce: () => void = () => {};
  /** Somebody has been welcomed: what happens from now on is told to them. */
  readonly welcomed = new Promise<void>((done) => {
    this.#welcomedOnce = done;
  });

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<House> {
    const server = createServer();
    const house = new House(server);
    server.on("request", (request, response) => {
      house.#serve(request, response).catch(() => response.writeHead(500).end());
    });
    const sockets = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, socket, head) => {
      if (house.refuseSockets) return void socket.destroy();
      sockets.handleUpgrade(request, socket, head, (ws) => house.#join(ws));
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    return house;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((done) => void this.#server.close(() => done()));
  }

  /** Something happens in the room. */
  happen(body: EventBody, atMsAgo = 0): EventDto {
    this.#seq += 1;
    const event: EventDto = { seq: this.#seq, at: Date.now() - atMsAgo, ...body };
    this.log.push(event);
    this.tell({ type: "events", epoch: 1, seq: this.#seq, events: [event] });
    return event;
  }

  chat(
    by: Present,
    text: string,
    more: { reply_to?: number; mentions?: number[] } = {},
    atMsAgo = 0,
  ): EventDto {
    return this.happen(
      { event: "said", by: by.id, name: by.name, role: by.role, speech: "chat", text, ...more },
      atMsAgo,
    );
  }

  danmaku(
    by: Present,
    text: string,
    colour = 0xffffff,
    mode: "scroll" | "top" | "bottom" = "scroll",
  ): EventDto {
    const speech = { speech: "danmaku", text, mode, colour, size: "normal" } as const;
    return this.happen({ event: "said", by: by.id, name: by.name, role: by.role, ...speech });
  }

  tell(message: ServerMessage): void {
    for (const socket of this.#sockets) socket.send(JSON.stringify(message));
  }

  /** Every line breaks. */
  breakLines(code = 1012): void {
    for (const socket of this.#sockets) socket.close(code);
  }

  #join(socket: WebSocket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as ClientMessage;
      if ("join" in message) {
        socket.send(JSON.stringify(this.#welcome(message.resume?.seq ?? null)));
        this.#welcomedOnce();
      } else for (const answer of this.#answer(message.key, message)) socket.send(JSON.stringify(answer));
    });
  }

  #welcome(since: number | null): ServerMessage {
    const me = this.visitor;
    return {
      type: "welcome",
      you: { id: me?.id ?? null, name: me?.name ?? null, role: me?.role ?? "guest", muted_until: null },
      room: {
        slug: "jazz",
        title: this.title,
        access: "public",
        host: this.host,
        live: this.live,
        slow_mode_s: this.slowModeS,
        danmaku: { per_minute_max: 30, tau_ms: 5_000 },
        counts: { present: this.present, likes: this.likes },
        now: Date.now(),
      },
      epoch: 1,
      seq: this.#seq,
      recovered: since !== null,
      events: since === null ? this.log.slice(-100) : this.log.filter(({ seq }) => seq > since),
    };
  }

  #answer(key: number, order: Order): ServerMessage[] {
    this.orders.push(order);
    if (order.do === "ping") return [{ type: "pong", key, at: Date.now() }];
    const me = this.visitor;
    if (me === null) return [{ type: "refused", key, code: "not_present", message: "", retry_at: null }];
    const refused = this.judge(order, me);
    if (refused !== undefined) {
      return [{ type: "refused", key, code: "too_fast", message: "", retry_at: null, ...refused }];
    }
    return [{ type: "done", key, event: this.#carryOut(order, me) }];
  }

  #carryOut(order: Order, me: Person): EventDto | null {
    const by = { by: me.id, name: me.name, role: me.role };
    switch (order.do) {
      case "chat": {
        const { text, reply_to, mentions } = order;
        const speech = {
          speech: "chat",
          text,
          ...(reply_to === null ? {} : { reply_to }),
          mentions,
        } as const;
        return this.happen({ event: "said", ...by, ...speech });
      }
      case "danmaku": {
        const { text, mode, colour, size } = order;
        return this.happen({ event: "said", ...by, speech: "danmaku", text, mode, colour, size });
      }
      case "like":
        this.likes += order.count;
        this.tell({ type: "counts", present: this.present, likes: this.likes });
        return null;
      case "delete":
        return this.happen({ event: "deleted", by: me.id, message: order.message });
      case "mute":
        return this.happen({
          event: "muted",
          by: me.id,
          whom: order.whom,
          name: this.#nameOf(order.whom),
          until: Date.now() + order.seconds * 1000,
        });
      case "ban":
        return this.happen({
          event: "banned",
          by: me.id,
          whom: order.whom,
          name: this.#nameOf(order.whom),
          until: null,
        });
      default:
        return null;
    }
  }

  #nameOf(id: number): string {
    for (const event of this.log) if (event.event === "said" && event.by === id) return event.name;
    return "?";
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    this.requests.push(`${request.method} ${path}`);
    if (path.startsWith("/api/v1/")) return this.#api(path.slice("/api/v1".length), request, response);
    if (path.startsWith("/whep/")) return this.#whep(request, response);
    const page = PAGES[path.split("/")[1] ?? ""];
    const file = path === "/" ? "index.html" : page === undefined ? path.slice(1) : `${page}.html`;
    const body = await readFile(join(DIST, file)).catch(() => null);
    const kind = KINDS[extname(file)] ?? "application/octet-stream";
    if (body === null) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": kind, "content-security-policy": POLICY }).end(body);
  }

  async #whep(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST") return void response.writeHead(200).end();
    const offer = await bodyOf(request);
    if (this.answerOffer === null) return void response.writeHead(503).end();
    const answer = await this.answerOffer(offer);
    const headers = { "content-type": "application/sdp", location: "/whep/jazz/s1", etag: '"1"' };
    response.writeHead(201, headers).end(answer);
  }

  async #api(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: unknown): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const me = (): unknown => ({
      person: this.visitor && { id: this.visitor.id, name: this.visitor.name, registered: false },
      rooms: [],
      setup_needed: false,
      registration_open: true,
    });
    const text = await bodyOf(request);
    switch (`${request.method} ${path}`) {
      case "GET /me":
        return say(200, me());
      case "POST /guests": {
        const { name } = JSON.parse(text) as { name: string };
        if (name.toLowerCase() === "admin") return say(409, { code: "name_taken", message: "" });
        this.visitor = { id: 77, name, role: "guest" };
        return say(200, me());
      }
      case "GET /rooms/jazz":
        return say(200, {
          slug: "jazz",
          title: this.title,
          host: this.host.name,
          access: this.key === null ? "public" : "by_key",
          live: this.live,
          present: this.present,
          role: this.visitor?.role ?? "guest",
          may_enter: this.key === null || this.#entered,
        });
      case "POST /rooms/jazz/entry": {
        this.#entered = (JSON.parse(text) as { key: string }).key === this.key;
        return this.#entered
          ? void response.writeHead(204).end()
          : say(403, { code: "wrong_key", message: "" });
      }
      case "GET /rooms/jazz/history":
        return say(200, { epoch: 1, events: [], more: false });
      case "GET /rooms/jazz/people":
        return say(200, { present: this.present, people: [this.host] });
      case "GET /rooms/jazz/events":
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(`data: ${JSON.stringify(this.#welcome(null))}\n\n`);
        return;
      case "POST /rooms/jazz/orders": {
        const { key, ...order } = JSON.parse(text) as { key: number } & Order;
        const answer = this.#answer(key, order)[0];
        return answer?.type === "refused" ? say(409, answer) : say(200, answer);
      }
      default:
        return say(404, { code: "no_such_room", message: "" });
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
