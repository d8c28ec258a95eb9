// A person without a browser: cookies, the HTTP API, and lines to a room.

import WebSocket from "ws";

/** One person, known to the server by their cookies. */
export class Person {
  #cookies = new Map();

  /** @param {string} url the server's */
  constructor(url) {
    this.url = url;
  }

  /**
   * @param {string} method
   * @param {string} path below /api/v1
   * @param {unknown} [body]
   */
  async ask(method, path, body) {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        origin: this.url,
        cookie: this.cookie,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const [name = "", value = ""] = pair.split("=");
      this.#cookies.set(name, value);
    }
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  get cookie() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** @param {string} name */
  async comeIn(name) {
    const { status, body } = await this.ask("POST", "/guests", { name });
    if (status >= 300) throw new Error(`coming in as a guest: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** @param {string} name @param {string} password */
  async signIn(name, password) {
    return this.ask("POST", "/sessions", { name, password });
  }

  /** Opens a line to a room. @param {string} room @param {{ epoch: number, seq: number } | null} [resume] */
  async line(room, resume = null) {
    const line = new Line(`${this.url.replace("http", "ws")}/api/v1/rooms/${room}/ws`, this.url, this.cookie);
    await line.open(resume);
    return line;
  }
}

/** One WebSocket to a room, and everything it has heard. */
export class Line {
  /** Every event, in the order it came. @type {any[]} */
  events = [];
  /** @type {any} */
  welcome;
  #key = 1;
  /** @type {Map<number, (message: any) => void>} */
  #answers = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {string} address @param {string} origin @param {string} cookie */
  constructor(address, origin, cookie) {
    this.socket = new WebSocket(address, "livehouse.v1", { origin, headers: { cookie } });
    this.socket.on("message", (data) => this.#take(JSON.parse(data.toString())));
    this.closed = new Promise((resolve) => this.socket.once("close", resolve));
    this.failed = new Promise((_, reject) => this.socket.once("error", reject));
    this.failed.catch(() => {});
  }

  /** @param {{ epoch: number, seq: number } | null} resume */
  async open(resume) {
    await Promise.race([new Promise((resolve) => this.socket.once("open", resolve)), this.failed]);
    this.socket.send(JSON.stringify({ join: true, resume }));
    await this.until(() => this.welcome);
  }

  /** @param {any} message */
  #take(message) {
    if (message.type === "welcome") {
      this.welcome = message;
      this.events.push(...message.events);
    }
    if (message.type === "events") this.events.push(...message.events);
    if (message.type === "done" || message.type === "refused") {
      this.#answers.get(message.key)?.(message);
      this.#answers.delete(message.key);
    }
    for (const wake of [...this.#listeners]) wake();
  }

  /**
   * Gives an order and waits for its answer.
   * @param {Record<string, unknown>} order @param {number} [key]
   */
  order(order, key = this.#key++) {
    const answer = new Promise((resolve) => this.#answers.set(key, resolve));
    this.socket.send(JSON.stringify({ key, ...order }));
    return Promise.race([answer, this.closed.then(() => undefined)]);
  }

  /** @param {string} text @param {number} [key] */
  chat(text, key) {
    return this.order({ do: "chat", text, reply_to: null, mentions: [] }, key);
  }

  /** @param {string} text */
  danmaku(text) {
    return this.order({ do: "danmaku", text, mode: "scroll", colour: 0xffffff, size: "normal" });
  }

  /**
   * Waits until something is true of what this line has heard.
   * @template T @param {() => T | undefined | false} found @param {number} [limitMs] @returns {Promise<T>}
   */
  until(found, limitMs = 10_000) {
    return new Promise((resolve, reject) => {
      const done = () => {
        const value = found();
        if (!value) return false;
        this.#listeners.delete(done);
        clearTimeout(limit);
        resolve(/** @type {T} */ (value));
        return true;
      };
      const limit = setTimeout(() => {
        this.#listeners.delete(done);
        reject(new Error(`not within ${limitMs} ms; heard ${JSON.stringify(this.events.slice(-5))}`));
      }, limitMs);
      if (!done()) this.#listeners.add(done);
    });
  }

  close() {
    this.socket.close();
    return this.closed;
  }
}
