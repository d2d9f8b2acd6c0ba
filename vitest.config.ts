import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  resolve: { alias: { firmware: `${root}firmware`, hal: `${root}hal` } },
  test: { include: ["test/**/*.test.ts"], exclude: ["test/xs/engine/**", "node_modules/**"], testTimeout: 30_000 },
});
