import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import Table from "cli-table3";
import { packageRoot } from "../package-root";

/** What something is wanted for. Only what the simulator needs decides the exit code. */
type Purpose = "simulator" | "tests" | "emulator" | "boards";

export interface Finding {
  what: string;
  purpose: Purpose;
  /** Its version or place; null where it is not here, or not as expected. */
  found: string | null;
  expected: string;
  /** What to do where it is not found. */
  next: string;
}

type Environment = Record<string, string | undefined>;

const DEBIAN = (name: string): string => `apt-get install ${name}`;
const SDK = "install github.com/Moddable-OpenSource/moddable and set MODDABLE to its folder";

/** Looks for everything that some part of the project wants. */
export function examine(environment: Environment = process.env): Finding[] {
  const { engines, dependencies } = packageJson(packageRoot) as {
    engines: { node: string };
    dependencies: Record<string, string>;
  };
  const missing = Object.keys(dependencies).filter(
    (name) => !existsSync(join(packageRoot, "node_modules", name)),
  );
  const sdk = environment["MODDABLE"] ?? "";
  const host = process.platform === "darwin" ? "mac" : "lin";
  const tools = join(sdk, "build/bin", host, "release");
  const here = (path: string): string | null => (path !== "" && existsSync(path) ? path : null);
  const onPath = (name: string, ...versionFlags: string[]): string | null =>
    program(environment, name, versionFlags);

  const find = (
    what: string,
    purpose: Purpose,
    found: string | null,
    expected: string,
    next: string,
  ): Finding => ({
    what,
    purpose,
    found,
    expected,
    next,
  });
  return [
    find("Node", "simulator", nodeVersion(engines.node), engines.node, "install a newer Node"),
    find(
      "npm packages",
      "simulator",
      missing.length === 0 ? `${Object.keys(dependencies).length} packages` : null,
      "those of package.json",
      "npm ci",
    ),
    find("tshark", "tests", onPath("tshark", "--version"), "any", DEBIAN("tshark")),
    find(
      "libcoap's client",
      "tests",
      onPath("coap-client-notls") ?? onPath("coap-client"),
      "coap-client-notls or coap-client",
      DEBIAN("libcoap3-bin"),
    ),
    find(
      "Chromium",
      "tests",
      onPath("chromium", "--version") ?? onPath("google-chrome", "--version"),
      "any",
      DEBIAN("chromium"),
    ),
    find(
      "XS engine",
      "tests",
      existsSync(xsWorker(host)) ? "built" : null,
      "built by npm",
      "npm run xs:install",
    ),
    find(
      "Arm compiler",
      "emulator",
      onPath("arm-none-eabi-gcc", "--version"),
      "arm-none-eabi-gcc with newlib",
      DEBIAN("gcc-arm-none-eabi libnewlib-arm-none-eabi"),
    ),
    find(
      "QEMU",
      "emulator",
      onPath("qemu-system-arm", "--version"),
      "qemu-system-arm",
      DEBIAN("qemu-system-arm"),
    ),
    find("Moddable SDK", "boards", sdkVersion(sdk), "8.2 (MODDABLE)", SDK),
    ...["mcconfig", "xsc", "xsl"].map((name) =>
      find(
        name,
        "boards",
        here(join(tools, name)) ?? onPath(name),
        "built from the SDK",
        `make in build/makefiles/${host} of the SDK`,
      ),
    ),
    find(
      "ESP-IDF",
      "boards",
      here(environment["IDF_PATH"] ?? ""),
      "the version that the SDK asks for (IDF_PATH)",
      "install it, run its export.sh",
    ),
    find("idf.py", "boards", onPath("idf.py"), "on the PATH", "run export.sh of ESP-IDF"),
    find(
      "esptool",
      "boards",
      onPath("esptool.py") ?? onPath("esptool"),
      "on the PATH",
      "run export.sh of ESP-IDF",
    ),
    find(
      "pico-sdk",
      "boards",
      here(environment["PICO_SDK_DIR"] ?? ""),
      "2.2.0, which the SDK asks for (PICO_SDK_DIR)",
      "for a Pico: install it, pico-examples beside it, and build pioasm and picotool",
    ),
    find(
      "pico-examples",
      "boards",
      here(environment["PICO_EXAMPLES_DIR"] ?? join(environment["PICO_ROOT"] ?? "", "pico-examples")),
      "beside pico-sdk (PICO_ROOT, PICO_EXAMPLES_DIR)",
      "for a Pico: set PICO_ROOT to the folder of both; PICO_GCC_ROOT to that of the Arm compiler",
    ),
    find(
      "serial device",
      "boards",
      serialDevice(),
      "a board on USB",
      "connect a board; the user needs rights to it",
    ),
  ];
}

/** Prints what {@link examine} finds; answers the exit code: 1 where the simulator cannot run. */
export function doctor(asJson: boolean): number {
  const findings = examine();
  process.stdout.write(`${asJson ? JSON.stringify(findings, null, 2) : findingsTable(findings)}\n`);
  return findings.some(({ purpose, found }) => purpose === "simulator" && found === null) ? 1 : 0;
}

function findingsTable(findings: readonly Finding[]): string {
  const table = new Table({
    head: ["for", "what", "found", "expected", "next"],
    style: { head: [], border: [] },
    // No lines between rows.
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  for (const { purpose, what, found, expected, next } of findings)
    table.push([purpose, what, found ?? "no", expected, found === null ? next : ""]);
  return table.toString();
}

/** The first line of what a program says of its version, or where it is; null where it is not on the PATH. */
function program(environment: Environment, name: string, versionFlags: string[]): string | null {
  const file = (environment["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
  if (file === undefined) return null;
  if (versionFlags.length === 0) return file;
  const { stdout } = spawnSync(file, versionFlags, { encoding: "utf8", timeout: 10_000 });
  return stdout?.split("\n")[0]?.trim() || file;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** This Node's version; null where it is older than `range` (`>=20.19`) asks for. */
function nodeVersion(range: string): string | null {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = range.replace(">=", "").split(".").map(Number);
  const recent = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return recent ? process.versions.node : null;
}

function sdkVersion(sdk: string): string | null {
  if (sdk === "" || !existsSync(join(sdk, "examples/manifest_base.json"))) return null;
  const file = join(sdk, "tools/VERSION");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "of unknown version";
}

function xsWorker(host: string): string {
  const xsnap = "test/xs/engine/node_modules/@agoric/xsnap/xsnap-native/xsnap";
  return join(packageRoot, xsnap, `build/bin/${host}/release/xsnap-worker`);
}

function serialDevice(): string | null {
  const devices = existsSync("/dev") ? readdirSync("/dev") : [];
  const name = devices.find((device) => /^(ttyUSB|ttyACM|cu\.(usb|SLAB))/.test(device));
  return name === undefined ? null : `/dev/${name}`;
}

function packageJson(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
