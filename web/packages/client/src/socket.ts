// The line over a WebSocket, subprotocol `livehouse.v1`.

import { type LineEvents, type OpenLine, parse } from "./line.ts";

const SUBPROTOCOL = "livehouse.v1";

/** As much of a WebSocket as is used, so that a test can stand in for it. */
export type Socket = {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
};

/** Opens lines to `url`, each a new socket. */
export function socketLine(
  url: string,
  make: (url: string, protocol: string) => Socket = (to, protocol) => new WebSocket(to, protocol) as Socket,
): OpenLine {
  return (events: LineEvents) => {
    const socket = make(url, SUBPROTOCOL);
    socket.onopen = () => events.opened();
    socket.onmessage = ({ data }) => {
      const message = typeof data === "string" ? parse(data) : undefined;
      if (message !== undefined) events.said(message);
    };
    socket.onclose = ({ code }) => events.closed(code);
    return {
      send: (message) => socket.send(JSON.stringify(message)),
      close: () => {
        socket.onopen = null;
        socket.onmessage = null;
        socket.onclose = null;
        socket.close(1000);
      },
    };
  };
}
