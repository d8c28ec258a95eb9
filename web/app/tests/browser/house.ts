// A small house for the page's tests: it serves the built page under the same policy as the real one and plays one
// room by the script a test gives it. The real server has its own tests, with this page, elsewhere.

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import type {
  AccessDto,
  ClientMessage,
  CurveDto,
  EventBody,
  EventDto,
  LiveDto,
  Order,
  Present,
  ServerMessage,
} from "@livehouse/protocol";
import { type WebSocket, WebSocketServer } from "ws";

import { Accounts, type Person, type Reply } from "./accounts.ts";
import { carryOut } from "./orders.ts";
import { answerRoom } from "./room-api.ts";

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

/** How an order is answered; nothing is the usual answer. */
export type Judge = (order: Order, by: Person) => Partial<ServerMessage & { type: "refused" }> | undefined;

/** Answers a peer's offer. */
export type Answer = (offer: string) => Promise<string>;

export class House {
  readonly slug = "jazz";
  readonly accounts = new Accounts();
  readonly host: Present = { id: 1, name: "林小满", role: "host" };
  /** Who is told to be here, besides the uncounted. */
  people: Present[] = [this.host];
  title = "周五爵士夜 Friday Jazz";
  access: AccessDto = "public";
  curve: CurveDto = { per_minute_max: 30, tau_ms: 5_000 };
  live: LiveDto = { state: "off" };
  slowModeS = 0;
  likes = 1_204;
  present = 128;
  /** The room asks for this key. */
  key: string | null = null;
  entered = false;
  judge: Judge = () => undefined;
  /** Answers a viewer's offer, if there is a show. */
  answerOffer: Answer | null = null;
  /** Answers the studio's offer, if a show may begin. */
  answerShow: Answer | null = null;
  readonly orders: Order[] = [];
  readonly log: EventDto[] = [];
  readonly requests: string[] = [];
  /** Who visitors are is told only after this, to them as to the room. */
  toldAfter: Promise<void> = Promise.resolve();
  /** Sockets are refused, as some networks do. */
  refuseSockets = false;
  #seq = 100;
  readonly #sockets = new Set<WebSocket>();
  /** Those that were welcomed: nobody hears of an event before, here as in the real house. */
  readonly #inside = new Set<WebSocket>();
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

  /** Who visitors are who have not said; `null` is nobody. */
  get visitor(): Person | null {
    return this.accounts.visitor;
  }

  set visitor(person: Person | null) {
    this.accounts.visitor = person;
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
    for (const socket of this.#inside) socket.send(JSON.stringify(message));
  }

  /** Every line breaks. */
  breakLines(code = 1012): void {
    this.#inside.clear();
    for (const socket of this.#sockets) socket.close(code);
  }

  nameOf(id: number): string {
    for (const event of this.log) if (event.event === "said" && event.by === id) return event.name;
    return this.people.find((person) => person.id === id)?.name ?? "?";
  }

  liked(count: number): void {
    this.likes += count;
    this.tell({ type: "counts", present: this.present, likes: this.likes });
  }

  configured(order: Extract<Order, { do: "configure" }>): EventBody {
    this.title = order.title ?? this.title;
    this.access = order.access ?? this.access;
    this.curve = order.danmaku ?? this.curve;
    return { event: "configured", by: 1, title: this.title, access: this.access, danmaku: this.curve };
  }

  /** Hears an order, and answers it. */
  answer(key: number, order: Order): ServerMessage {
    this.orders.push(order);
    if (order.do === "ping") return { type: "pong", key, at: Date.now() };
    const me = this.visitor;
    if (me === null) return { type: "refused", key, code: "not_present", message: "", retry_at: null };
    const refused = this.judge(order, me);
    if (refused !== undefined) {
      return { type: "refused", key, code: "too_fast", message: "", retry_at: null, ...refused };
    }
    if (order.do === "slow_mode") this.slowModeS = order.seconds;
    if (order.do === "end_live") this.live = { state: "off" };
    const event = carryOut(order, me, this);
    return { type: "done", key, event: event && this.happen(event) };
  }

  welcome(since: number | null): ServerMessage {
    const me = this.visitor;
    return {
      type: "welcome",
      you: { id: me?.id ?? null, name: me?.name ?? null, role: me?.role ?? "guest", muted_until: null },
      room: {
        slug: this.slug,
        title: this.title,
        access: this.access,
        host: this.host,
        live: this.live,
        slow_mode_s: this.slowModeS,
        danmaku: this.curve,
        counts: { present: this.present, likes: this.likes },
        now: Date.now(),
      },
      epoch: 1,
      seq: this.#seq,
      recovered: since !== null,
      events: since === null ? this.log.slice(-100) : this.log.filter(({ seq }) => seq > since),
    };
  }

  #join(socket: WebSocket): void {
    this.#sockets.add(socket);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#inside.delete(socket);
    });
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as ClientMessage;
      if ("join" in message) void this.toldAfter.then(() => this.#letIn(socket, message.resume?.seq ?? null));
      else socket.send(JSON.stringify(this.answer(message.key, message)));
    });
  }

  #letIn(socket: WebSocket, since: number | null): void {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(JSON.stringify(this.welcome(since)));
    this.#inside.add(socket);
    this.#welcomedOnce();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    this.requests.push(`${request.method} ${path}`);
    if (path.startsWith("/api/v1/")) return this.#api(path.slice("/api/v1".length), request, response);
    if (path.startsWith("/whep/")) return this.#session("/whep", this.answerOffer, request, response);
    if (path.startsWith("/whip/")) return this.#session("/whip", this.answerShow, request, response);
    const page = PAGES[path.split("/")[1] ?? ""];
    const file = path === "/" ? "index.html" : page === undefined ? path.slice(1) : `${page}.html`;
    const body = await readFile(join(DIST, file)).catch(() => null);
    const kind = KINDS[extname(file)] ?? "application/octet-stream";
    if (body === null) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": kind, "content-security-policy": POLICY }).end(body);
  }

  /** WHEP and WHIP: an offer is answered, everything after it is taken note of. */
  async #session(
    way: "/whep" | "/whip",
    answer: Answer | null,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const offer = await bodyOf(request);
    if (request.method !== "POST") {
      response.writeHead(request.method === "PATCH" ? 204 : 200).end();
      if (way === "/whip" && request.method === "DELETE") this.#show(false);
      return;
    }
    if (answer === null) return void response.writeHead(503).end();
    const sdp = await answer(offer);
    const headers = { "content-type": "application/sdp", location: `${way}/jazz/s1`, etag: '"1"' };
    response.writeHead(201, headers).end(sdp);
    if (way === "/whip") this.#show(true);
  }

  #show(on: boolean): void {
    this.live = on ? { state: "on", show: 1, since: Date.now() } : { state: "off" };
    this.happen({ event: on ? "live_started" : "live_ended", show: 1 });
  }

  async #api(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    if (path === `/rooms/${this.slug}/events`) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      return void response.write(`data: ${JSON.stringify(this.welcome(null))}\n\n`);
    }
    const line = `${request.method} ${path}`;
    if (line === "GET /me" || line === "POST /sessions") await this.toldAfter;
    // What measures the uplink is no JSON.
    const said: unknown = request.headers["content-type"] === "application/json" ? JSON.parse(text) : null;
    const reply: Reply = this.accounts.answer(line, said, this) ??
      answerRoom(line, said, this) ?? { status: 404, body: { code: "no_such_room", message: "" } };
    response.writeHead(reply.status, { "content-type": "application/json" });
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
