// What tests get as `fast-check` (vitest.config.ts): every run tries the same cases, unless FC_SEED asks for others.
import fc from "../../node_modules/fast-check/lib/fast-check.js";

fc.configureGlobal({ seed: Number(process.env["FC_SEED"] ?? 1) });

export * from "../../node_modules/fast-check/lib/fast-check.js";
export default fc;
