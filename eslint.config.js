import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import { device } from "./tools/lint/device.js";

export default defineConfig(
  { ignores: ["**/node_modules/", "build/", "out/", "dist/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  tseslint.configs.recommended,
  { rules: { eqeqeq: "error" } },
  device,
);
