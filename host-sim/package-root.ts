import { fileURLToPath } from "node:url";

/**
 * The package's own folder. One level up from here; bundles run from as deep, as `bin/wattmesh.js` and from `out/`.
 */
export const packageRoot = fileURLToPath(new URL("../", import.meta.url));
