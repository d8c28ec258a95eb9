export { Api, type Failure, type Fetch, type Result } from "./api.ts";
export { eventStreamLine } from "./event-stream.ts";
export type { Line, LineEvents, OpenLine } from "./line.ts";
export {
  type Doorstep,
  type Outcome,
  Session,
  type SessionSetup,
  type SessionState,
  type World,
} from "./session.ts";
export { type Socket, socketLine } from "./socket.ts";
