export { type ChatRow, type Notice, type Pending, ROWS_MAX } from "./chat.ts";
export type { Bullet } from "./danmaku.ts";
export { LikePress } from "./like.ts";
export type { Known } from "./presence.ts";
export { Room } from "./room.ts";
