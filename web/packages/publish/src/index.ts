//! Going live: WHIP, what is sent and how well, and what devices and uplink can do. No UI.

export * from "./codec.ts";
export * from "./device.ts";
export { type Candidate, type IceLogin, iceLoginOf, restartedBy, writeFragment } from "./fragment.ts";
export { isTooMuch, type Layer, type LayerName, layersOf, wantedBy } from "./layers.ts";
export * from "./outgoing.ts";
export * from "./plan.ts";
export { isUnderWay, type Refusal, type State } from "./publication.ts";
export * from "./sound.ts";
export * from "./trial.ts";
export * from "./uplink.ts";
export * from "./verdict.ts";
export { Whip, type Wiring } from "./whip.ts";
