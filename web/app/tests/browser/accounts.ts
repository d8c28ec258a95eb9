// Who one is at the small house: the one-time link, names and passwords, guests.

import type { ApiErrorDto, ErrorCode, MeDto, MyRoomDto, RoleDto } from "@livehouse/protocol";

/** Somebody, and what they are in the room. */
export type Person = { id: number; name: string; role: RoleDto };

/** What is answered to a request. */
export type Reply = { status: number; body?: unknown };

export const refuse = (status: number, code: ErrorCode, retry_at?: number): Reply => {
  const body: ApiErrorDto = { code, message: "", ...(retry_at === undefined ? {} : { retry_at }) };
  return { status, body };
};

export class Accounts {
  /** Who visitors are who have not said; `null` is nobody. */
  visitor: Person | null = null;
  /** The one-time link's token, as long as nobody is the host. */
  setupToken: string | null = null;
  registrationOpen = true;
  /** Until when signing in is paused. */
  pausedUntil: number | null = null;
  readonly #passwords = new Map<string, { password: string; person: Person }>();

  /** Makes an account. */
  add(person: Person, password: string): void {
    this.#passwords.set(person.name, { password, person });
  }

  answer(request: string, said: unknown, room: { slug: string; title: string }): Reply | undefined {
    switch (request) {
      case "GET /me":
        return this.#me(room);
      case "POST /guests":
        return this.#comeIn(said as { name: string }, room);
      case "POST /setup":
        return this.#setUp(said as { token: string; name: string; password: string; room_slug: string });
      case "POST /accounts":
        return this.#register(said as { name: string; password: string }, room);
      case "POST /sessions":
        return this.#signIn(said as { name: string; password: string }, room);
      case "DELETE /sessions/current":
        this.visitor = null;
        return { status: 204 };
      default:
        return undefined;
    }
  }

  #me(room: { slug: string; title: string }): Reply {
    const { visitor } = this;
    const staff = visitor?.role === "host" || visitor?.role === "moderator";
    const rooms: MyRoomDto[] = staff ? [{ slug: room.slug, title: room.title, role: visitor.role }] : [];
    const body: MeDto = {
      person: visitor && { id: visitor.id, name: visitor.name, registered: visitor.role !== "guest" },
      rooms,
      setup_needed: this.setupToken !== null,
      registration_open: this.registrationOpen,
    };
    return { status: 200, body };
  }

  #comeIn({ name }: { name: string }, room: { slug: string; title: string }): Reply {
    if (name.toLowerCase() === "admin") return refuse(409, "name_taken");
    this.visitor = { id: 77, name, role: "guest" };
    return this.#me(room);
  }

  #setUp(said: { token: string; name: string; password: string; room_slug: string }): Reply {
    if (this.setupToken === null || said.token !== this.setupToken) return refuse(409, "setup_over");
    this.setupToken = null;
    this.visitor = { id: 1, name: said.name.trim(), role: "host" };
    this.add(this.visitor, said.password);
    return { status: 200, body: { room: said.room_slug, stream_key: "sk_9f3b71c2a4d84e0fb5c6d7e8f9a0b1c2" } };
  }

  #register(said: { name: string; password: string }, room: { slug: string; title: string }): Reply {
    if (this.#passwords.has(said.name)) return refuse(409, "name_taken");
    const person: Person = { id: 80 + this.#passwords.size, name: said.name, role: "viewer" };
    this.add(person, said.password);
    this.visitor = person;
    return this.#me(room);
  }

  #signIn(said: { name: string; password: string }, room: { slug: string; title: string }): Reply {
    if (this.pausedUntil !== null) return refuse(429, "too_many_attempts", this.pausedUntil);
    const known = this.#passwords.get(said.name);
    if (known?.password !== said.password) return refuse(401, "wrong_credentials");
    this.visitor = known.person;
    return this.#me(room);
  }
}
