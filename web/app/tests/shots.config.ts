import { defineConfig } from "vitest/config";

/** Pictures of the built page: run `npm run build` first. */
export default defineConfig({
  test: { include: ["app/tests/browser/shots.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});
