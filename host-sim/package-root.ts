import { fileURLToPath } from "node:url";

/**
 * The package's own folder. One level up from here; `bin/wattmesh.js`, as which a bundle runs, lies as deep.
 */
export const packageRoot = fileURLToPath(new URL("../", import.meta.url));
