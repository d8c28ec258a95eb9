export type { Comment, Rank } from "./crowd.ts";
export { defaults, readSettings, type Settings } from "./settings.ts";
export { type MakeWorker, Stage } from "./stage.ts";
