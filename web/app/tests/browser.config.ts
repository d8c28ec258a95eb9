import { defineConfig } from "vitest/config";

/** The built page in a real browser: run `npm run build` first. */
export default defineConfig({
  test: {
    include: ["app/tests/browser/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes or does not; how soon is the machine's business.
    expect: { poll: { timeout: 20_000 } },
    // One browser at a time: what is tested is the page, not the machine.
    fileParallelism: false,
  },
});
