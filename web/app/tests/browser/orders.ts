// What the small house makes of an order that nothing speaks against: the event, if there is one.

import type { EventBody, Order } from "@livehouse/protocol";

import type { Person } from "./accounts.ts";

/** As much of the house as an order touches. */
export type Orderly = {
  nameOf(id: number): string;
  liked(count: number): void;
  configured(order: Extract<Order, { do: "configure" }>): EventBody;
};

/** `null` for an order that is carried out without an event. */
export function carryOut(order: Order, me: Person, house: Orderly): EventBody | null {
  const by = { by: me.id, name: me.name, role: me.role };
  switch (order.do) {
    case "chat": {
      const { text, reply_to, mentions } = order;
      const reply = reply_to === null ? {} : { reply_to };
      return { event: "said", ...by, speech: "chat", text, ...reply, mentions };
    }
    case "danmaku": {
      const { text, mode, colour, size } = order;
      return { event: "said", ...by, speech: "danmaku", text, mode, colour, size };
    }
    case "like":
      house.liked(order.count);
      return null;
    case "delete":
      return { event: "deleted", by: me.id, message: order.message };
    case "mute": {
      const until = Date.now() + order.seconds * 1000;
      return { event: "muted", by: me.id, whom: order.whom, name: house.nameOf(order.whom), until };
    }
    case "unmute":
      return { event: "unmuted", by: me.id, whom: order.whom };
    case "ban": {
      const until = order.seconds === null ? null : Date.now() + order.seconds * 1000;
      return { event: "banned", by: me.id, whom: order.whom, name: house.nameOf(order.whom), until };
    }
    case "unban":
      return { event: "unbanned", by: me.id, whom: order.whom };
    case "slow_mode":
      return { event: "slow_mode_set", by: me.id, seconds: order.seconds };
    case "appoint": {
      const { whom, moderator } = order;
      return { event: "appointed", by: me.id, whom, name: house.nameOf(whom), moderator };
    }
    case "configure":
      return house.configured(order);
    case "end_live":
      return { event: "live_ended", show: 1 };
    case "ping":
      return null;
    default: {
      const never: never = order;
      return never;
    }
  }
}
