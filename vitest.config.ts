import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import specifiers from "./specifiers.json";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      ...Object.entries(specifiers).map(([specifier, path]) => ({
        find: new RegExp(`^${specifier.replace("*", "")}`),
        replacement: root + path.replace("*", ""),
      })),
      { find: /^fast-check$/, replacement: `${root}test/support/fast-check.ts` },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/xs/engine/**", "node_modules/**"],
    testTimeout: 30_000,
    // Modules have no state, so files of tests may share them, and load them once a worker.
    isolate: false,
    // One core is not kept free for watching.
    maxWorkers: "100%",
  },
});
