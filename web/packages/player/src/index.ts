export * from "./choose.ts";
export { BEHIND_S, type HlsLibrary, LlHls, type LlHlsQuality, type LlHlsState } from "./llhls.ts";
export * from "./patience.ts";
export type { Peer, World } from "./peer.ts";
export { between, type Quality, type Sample, sample } from "./quality.ts";
export { Whep, type WhepSetup, type WhepState } from "./whep.ts";
export { type Sight, sameWish, wishOf } from "./wish.ts";
