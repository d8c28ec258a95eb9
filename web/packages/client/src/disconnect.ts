// What a close code means. The numbers are the protocol's: below 4500 one may come back by oneself.

import type { Disconnect } from "@livehouse/protocol";

const CODES: Record<Disconnect, number> = {
  restart: 4000,
  slow: 4001,
  silent: 4002,
  reenter: 4003,
  fault: 4004,
  full: 4005,
  bad_message: 4500,
  flood: 4501,
  banned: 4502,
  signed_out: 4503,
  not_allowed: 4504,
};

export function disconnectOf(code: number): Disconnect | null {
  for (const [name, number] of Object.entries(CODES)) {
    if (number === code) return name as Disconnect;
  }
  return null;
}

export function mayReturn(why: Disconnect): boolean {
  return CODES[why] < 4500;
}
