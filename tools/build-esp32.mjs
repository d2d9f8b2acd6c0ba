// Builds a program for a board with the Moddable SDK: npm run build:esp32 -- meter --board heltec-v2
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));
const boards = readdirSync(`${root}manifests/boards`);
const programs = ["meter", "collector"];

const { values, positionals } = arguments_();
const [program = "meter"] = positionals;
const { board } = values;
if (!programs.includes(program)) stop(`no program ${program}; there are ${programs.join(", ")}`);
if (!boards.includes(board)) stop(`no board ${board}; there are ${boards.join(", ")}`);

const { MODDABLE, IDF_PATH } = process.env;
if (!MODDABLE || !existsSync(`${MODDABLE}/examples/manifest_base.json`))
  stop(
    "MODDABLE does not point to the Moddable SDK: install it (github.com/Moddable-OpenSource/moddable) and set it",
  );
if (!IDF_PATH || !existsSync(IDF_PATH))
  stop("IDF_PATH does not point to ESP-IDF: install the version that the Moddable SDK asks for and set it");

const output = `${root}build/esp32/${board}`;
mkdirSync(output, { recursive: true });
const host = process.platform === "darwin" ? "mac" : "lin";
const mcconfig = `${MODDABLE}/build/bin/${host}/release/mcconfig`;
// A release, because debug builds take UART 0 for the debugger; -t build, because the default target deploys as well.
const { status, error } = spawnSync(
  existsSync(mcconfig) ? mcconfig : "mcconfig",
  [
    "-m",
    "-p",
    `esp32:${root}manifests/boards/${board}`,
    "-o",
    output,
    "-t",
    "build",
    `${root}manifests/${program}.json`,
  ],
  { stdio: "inherit", env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}` } },
);
if (error) stop("mcconfig is not built: run make in the SDK's build/makefiles for this platform");
process.exit(status ?? 1);

function arguments_() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { board: { type: "string", default: "heltec-v2" } },
    });
  } catch (error) {
    return stop(error.message);
  }
}

function stop(reason) {
  console.error(`build:esp32: ${reason}`);
  process.exit(2);
}
