// The HTTP API as promises that never throw: an answer, or why there is none.
//
// Every call is one line of `Api`; the caller matches on `ok`. A cookie carries who one is, so nothing here does.

import type {
  ApiErrorDto,
  AuditDto,
  ChangePasswordDto,
  CredentialsDto,
  DoorDoneDto,
  DoorDto,
  EntryDto,
  ErrorCode,
  HistoryDto,
  MeDto,
  MediaDto,
  NameDto,
  Order,
  PeopleDto,
  RoomCardDto,
  SanctionsDto,
  ServerMessage,
  SetupDoneDto,
  SetupDto,
  StreamKeyDto,
} from "@livehouse/protocol";

/** Why there is no answer: the server said no, or could not be reached. */
export type Failure =
  | { kind: "refused"; status: number; code: ErrorCode; message: string; retryAt: number | null }
  | { kind: "unreachable" };

export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** As much of `fetch` as is used, so that a test can stand in for it. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

export class Api {
  readonly #base: string;
  readonly #fetch: Fetch;

  constructor(base = "/api/v1", fetcher: Fetch = (input, init) => fetch(input, init)) {
    this.#base = base;
    this.#fetch = fetcher;
  }

  me(): Promise<Result<MeDto>> {
    return this.#ask("GET", "/me");
  }

  becomeGuest(body: NameDto): Promise<Result<MeDto>> {
    return this.#ask("POST", "/guests", body);
  }

  rename(body: NameDto): Promise<Result<MeDto>> {
    return this.#ask("PATCH", "/me", body);
  }

  register(body: CredentialsDto): Promise<Result<MeDto>> {
    return this.#ask("POST", "/accounts", body);
  }

  signIn(body: CredentialsDto): Promise<Result<MeDto>> {
    return this.#ask("POST", "/sessions", body);
  }

  signOut(): Promise<Result<null>> {
    return this.#ask("DELETE", "/sessions/current");
  }

  changePassword(body: ChangePasswordDto): Promise<Result<null>> {
    return this.#ask("PUT", "/me/password", body);
  }

  setUp(body: SetupDto): Promise<Result<SetupDoneDto>> {
    return this.#ask("POST", "/setup", body);
  }

  rooms(): Promise<Result<RoomCardDto[]>> {
    return this.#ask("GET", "/rooms");
  }

  createRoom(body: { slug: string; title: string }): Promise<Result<StreamKeyDto>> {
    return this.#ask("POST", "/rooms", body);
  }

  room(slug: string): Promise<Result<RoomCardDto>> {
    return this.#ask("GET", this.#of(slug));
  }

  enter(slug: string, body: EntryDto): Promise<Result<null>> {
    return this.#ask("POST", this.#of(slug, "/entry"), body);
  }

  setDoor(slug: string, body: DoorDto): Promise<Result<DoorDoneDto>> {
    return this.#ask("PUT", this.#of(slug, "/door"), body);
  }

  newStreamKey(slug: string): Promise<Result<StreamKeyDto>> {
    return this.#ask("POST", this.#of(slug, "/stream-key"));
  }

  order(slug: string, key: number, order: Order): Promise<Result<ServerMessage>> {
    return this.#ask("POST", this.#of(slug, "/orders"), { key, ...order });
  }

  history(slug: string, before: number | null, limit: number): Promise<Result<HistoryDto>> {
    const query = before === null ? `limit=${limit}` : `before=${before}&limit=${limit}`;
    return this.#ask("GET", this.#of(slug, `/history?${query}`));
  }

  people(slug: string): Promise<Result<PeopleDto>> {
    return this.#ask("GET", this.#of(slug, "/people"));
  }

  sanctions(slug: string): Promise<Result<SanctionsDto>> {
    return this.#ask("GET", this.#of(slug, "/sanctions"));
  }

  audit(slug: string, before: number | null, limit: number): Promise<Result<AuditDto>> {
    const query = before === null ? `limit=${limit}` : `before=${before}&limit=${limit}`;
    return this.#ask("GET", this.#of(slug, `/audit?${query}`));
  }

  media(slug: string): Promise<Result<MediaDto>> {
    return this.#ask("GET", this.#of(slug, "/media"));
  }

  #of(slug: string, rest = ""): string {
    return `/rooms/${encodeURIComponent(slug)}${rest}`;
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<Result<T>> {
    const init: RequestInit = { method, credentials: "same-origin", headers: { accept: "application/json" } };
    if (body !== undefined) {
      init.headers = { ...init.headers, "content-type": "application/json" };
      init.body = JSON.stringify(body);
    }
    let response: Response;
    try {
      response = await this.#fetch(this.#base + path, init);
    } catch {
      return { ok: false, failure: { kind: "unreachable" } };
    }
    const said: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, value: said as T };
    return { ok: false, failure: refusal(response.status, said) };
  }
}

function refusal(status: number, said: unknown): Failure {
  if (typeof said === "object" && said !== null && "code" in said) {
    const error = said as ApiErrorDto;
    return {
      kind: "refused",
      status,
      code: error.code,
      message: error.message,
      retryAt: error.retry_at ?? null,
    };
  }
  // Something between us and the server answered in its place.
  return { kind: "refused", status, code: "fault", message: `status ${status}`, retryAt: null };
}
