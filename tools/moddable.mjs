// What the tools that use the Moddable SDK share: where it is, which programs and boards there are, and mcconfig.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));
export const boards = readdirSync(`${root}manifests/boards`).sort();
export const programs = ["meter", "collector"];

/** The Moddable SDK's name of a board's platform. */
export function platformOf(board) {
  return board.startsWith("pico") ? "pico" : "esp32";
}

/** Why a program cannot run on a board; undefined where it can. */
export function obstacle(program, board) {
  if (!programs.includes(program)) return `no program ${program}; there are ${programs.join(", ")}`;
  if (!boards.includes(board)) return `no board ${board}; there are ${boards.join(", ")}`;
  const metering = existsSync(`${root}manifests/boards/${board}/metering.ts`);
  return program === "meter" && !metering ? `${board} has no metering chip` : undefined;
}

/**
 * Where the user's SDK is and which it is.
 *
 * @returns {{ path: string, version: string } | undefined} undefined where MODDABLE does not point to one
 */
export function moddableSdk(path = process.env.MODDABLE) {
  if (!path || !existsSync(`${path}/examples/manifest_base.json`)) return undefined;
  const file = `${path}/tools/VERSION`;
  return { path, version: existsSync(file) ? readFileSync(file, "utf8").trim() : "unknown" };
}

export const SDK_MISSING =
  "MODDABLE does not point to the Moddable SDK: install it (github.com/Moddable-OpenSource/moddable) and set it";

export const MCCONFIG_MISSING =
  "mcconfig is not built: run make in the SDK's build/makefiles for this platform";

/**
 * Runs mcconfig on a program for a board.
 *
 * @param {string[]} target what `-t` is given
 * @returns {import("node:child_process").SpawnSyncReturns<string>} its `error` is set where mcconfig is not built
 */
export function mcconfig(sdk, { program, board, output, target, environment = {}, ...options }) {
  mkdirSync(output, { recursive: true });
  const built = `${sdk.path}/build/bin/${process.platform === "darwin" ? "mac" : "lin"}/release`;
  const platform = `${platformOf(board)}:${root}manifests/boards/${board}`;
  // A release, because debug builds take UART 0 for the debugger.
  return spawnSync(
    "mcconfig",
    ["-m", "-p", platform, "-o", output, "-t", target, `${root}manifests/${program}.json`],
    {
      encoding: "utf8",
      ...options,
      env: {
        ...process.env,
        MODDABLE: sdk.path,
        ...environment,
        PATH: [environment.PATH, `${root}node_modules/.bin`, built, process.env.PATH]
          .filter(Boolean)
          .join(":"),
      },
    },
  );
}

/** What a platform's programs are compiled with: the variable that points to it, and its name. */
const platformSdk = { esp32: ["IDF_PATH", "ESP-IDF"], pico: ["PICO_SDK_DIR", "pico-sdk"] };

/** One line on standard error, and the exit code of bad input. */
export function stop(tool, reason) {
  console.error(`${tool}: ${reason}`);
  process.exit(2);
}

/**
 * Builds a program for a board of the user's, with what mcconfig says going to the terminal, and answers the exit code:
 * 2, after one line, where something is not installed.
 */
export function mcconfigFor(tool, { program, board }, target) {
  const sdk = moddableSdk() ?? stop(tool, SDK_MISSING);
  const [variable, name] = platformSdk[platformOf(board)];
  if (!process.env[variable] || !existsSync(process.env[variable]))
    stop(
      tool,
      `${variable} does not point to ${name}: install the version that the Moddable SDK asks for and set it`,
    );
  const output = `${root}build/${platformOf(board)}/${board}`;
  const { status, error } = mcconfig(sdk, { program, board, output, target, stdio: "inherit" });
  if (error) stop(tool, MCCONFIG_MISSING);
  return status ?? 1;
}
