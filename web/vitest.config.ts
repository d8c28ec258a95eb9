import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: { include: ["packages/*/tests/**/*.test.ts", "app/tests/unit/**/*.test.{ts,tsx}"] },
});
