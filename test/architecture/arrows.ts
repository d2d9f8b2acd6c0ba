/**
 * Who may import whom: the arrows of docs/architecture.md. A pattern is a path without extension, `*` for one segment
 * and `**` for any rest. A module may import what any arrow from it allows, and its own folder (in firmware the task's,
 * else the top one).
 */
export interface Arrow {
  from: string;
  to: readonly string[];
  why: string;
}

const base = ["firmware/codec/**", "firmware/kernel/**", "hal/*"];
/** What a task may stand on. */
const belowTasks = [
  ...["coap", "security", "ip", "storage", "clock", "configuration"].map((folder) => `firmware/${folder}/**`),
  ...base,
];

export const arrows: readonly Arrow[] = [
  {
    from: "firmware/app/**",
    to: ["firmware/**", "hal/*"],
    why: "the two programs wire everything, over interfaces",
  },

  { from: "firmware/registers/**", to: belowTasks, why: "a task" },
  { from: "firmware/registers/**", to: ["firmware/events/**"], why: "a poll that went wrong is an event" },
  { from: "firmware/intervals/**", to: belowTasks, why: "a task" },
  {
    from: "firmware/intervals/**",
    to: ["firmware/registers/**"],
    why: "an interval is the advance of registers",
  },
  {
    from: "firmware/intervals/**",
    to: ["firmware/events/**"],
    why: "an interval carries the flags of what happened",
  },
  { from: "firmware/events/**", to: belowTasks, why: "a task" },
  { from: "firmware/power/**", to: belowTasks, why: "a task" },
  { from: "firmware/power/**", to: ["firmware/events/**"], why: "an outage is an event" },
  {
    from: "firmware/power/**",
    to: ["firmware/registers/registers"],
    why: "it hears of the time, and of each poll, from where all hear of it",
  },
  { from: "firmware/mesh/**", to: belowTasks, why: "a task" },
  { from: "firmware/console/**", to: ["firmware/*/**", "hal/*"], why: "it shows every task" },
  { from: "firmware/switch/**", to: belowTasks, why: "a task" },
  { from: "firmware/update/**", to: belowTasks, why: "a task" },

  { from: "firmware/coap/**", to: ["firmware/security/**", "firmware/ip/**", ...base], why: "runs over UDP" },
  { from: "firmware/security/**", to: base, why: "keys and ciphers come from the HAL" },
  {
    from: "firmware/ip/**",
    to: ["firmware/codec/**", "firmware/kernel/**"],
    why: "knows no link: app wires them",
  },
  { from: "firmware/ip/backhaul-link", to: ["hal/backhaul"], why: "the one link that is no mesh" },
  {
    from: "firmware/storage/**",
    to: ["firmware/codec/**", "firmware/kernel/**", "hal/*"],
    why: "lies on the flash",
  },
  { from: "firmware/clock/**", to: base, why: "makes UTC from the crystal" },
  {
    from: "firmware/clock/resource",
    to: ["firmware/coap/resource"],
    why: "its CoAP resource stands beside it",
  },
  {
    from: "firmware/configuration/**",
    to: ["firmware/clock/**", ...base],
    why: "what tasks are set up to do",
  },
  {
    from: "firmware/configuration/resource",
    to: ["firmware/coap/resource"],
    why: "its CoAP resource stands beside it",
  },
  { from: "firmware/kernel/**", to: ["hal/*"], why: "schedules on the HAL's clock" },
  { from: "firmware/codec/**", to: [], why: "bytes know nobody" },

  { from: "hal/*", to: [], why: "interfaces" },
  { from: "hal/drivers/**", to: ["hal/*", "firmware/codec/**"], why: "a chip behind an interface" },
  { from: "hal/moddable/**", to: ["hal/*", "firmware/codec/**"], why: "Moddable's IO behind an interface" },
  {
    from: "hal/moddable/cipher",
    to: ["hal/drivers/aes-ccm"],
    why: "the platform has the block cipher, not the mode",
  },
  { from: "manifests/**", to: ["hal/**", "firmware/app/**"], why: "a board's program binds HAL and app" },

  {
    from: "host-sim/**",
    to: ["firmware/**", "hal/**", "head-end/**"],
    why: "runs the device's code on the host",
  },
  {
    from: "head-end/**",
    to: [...["codec", "ip", "coap", "security", "kernel"].map((folder) => `firmware/${folder}/**`), "hal/*"],
    why: "speaks the device's protocols",
  },
  { from: "head-end/**", to: ["firmware/*/codec"], why: "reads each task's wire format" },

  ...["test", "bench", "bin"].map((from) => ({
    from: `${from}/**`,
    to: ["**"],
    why: "judges or starts anything",
  })),
];

/** npm packages and platform modules, by who may import them. */
export const packages: readonly Arrow[] = [
  { from: "firmware/**", to: ["crc/calculators/*", "tweetnacl"], why: "preload and run in XS" },
  { from: "hal/moddable/**", to: ["embedded:**", "mc/config", "timer", "time"], why: "Moddable's modules" },
  { from: "hal/moddable/cipher", to: ["crypt"], why: "the platform's AES" },
  { from: "hal/moddable/identity", to: ["preference"], why: "the key that the platform keeps" },
  { from: "manifests/**", to: ["embedded:**", "timer"], why: "pins and buses of a board" },
  { from: "manifests/**", to: ["board/*"], why: "the board that a program is built for" },
  { from: "host-sim/**", to: ["node:**"], why: "runs in Node" },
  { from: "host-sim/**", to: ["csv-parse/sync"], why: "load and topology files" },
  { from: "host-sim/**", to: ["commander", "cli-progress", "cli-table3"], why: "the command line" },
  {
    from: "host-sim/report/**",
    to: ["esbuild", "uplot", "uplot/**"],
    why: "the report is one file with its curves inside",
  },
  { from: "host-sim/**", to: ["tweetnacl"], why: "public-key work on the host" },
  { from: "head-end/**", to: ["node:**", "cbor-x", "tweetnacl"], why: "runs in Node" },
  ...["test", "bench", "bin", "tools"].map((from) => ({
    from: `${from}/**`,
    to: ["**"],
    why: "judges or starts anything",
  })),
];

export interface Import {
  /** Path of the importing module, from the root, without extension. */
  from: string;
  /** As written. */
  specifier: string;
  /** Path of the imported module likewise; undefined for a package. */
  to: string | undefined;
}

/** What is wrong with an import, or undefined where nothing is. */
export function fault({ from, specifier, to }: Import): string | undefined {
  const relative = specifier.startsWith(".");
  if (isDevice(from) && relative) return "device code imports by logical specifier";
  if (to === undefined)
    return isAllowed(packages, from, specifier) ? undefined : "package is not on the allow-list";
  if (relative && isDevice(to)) return "device code is imported by logical specifier";
  if (home(from) === home(to) || isAllowed(arrows, from, to)) return undefined;
  return "arrow runs back";
}

/** The folder whose modules may import each other: `firmware/mesh`, `hal`, `hal/drivers`, `host-sim`. */
export function home(path: string): string {
  const [top = "", second, ...rest] = path.split("/");
  return isDevice(path) && rest.length > 0 ? `${top}/${second}` : top;
}

function isDevice(path: string): boolean {
  return path.startsWith("firmware/") || path.startsWith("hal/");
}

function isAllowed(table: readonly Arrow[], from: string, to: string): boolean {
  return table.some((arrow) => matches(arrow.from, from) && arrow.to.some((pattern) => matches(pattern, to)));
}

function matches(pattern: string, path: string): boolean {
  const source = pattern.replaceAll(/\*\*|\*/g, (stars) => (stars === "**" ? ".*" : "[^/]*"));
  return new RegExp(`^${source}$`).test(path);
}

/** Folders ({@link home}) that import each other in a circle, each as its path; empty where there is none. */
export function cycles(imports: readonly Import[]): string[] {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    if (to === undefined || home(from) === home(to)) continue;
    edges.set(home(from), (edges.get(home(from)) ?? new Set()).add(home(to)));
  }
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (folder: string, path: string[]): void => {
    if (path.includes(folder)) found.push([...path.slice(path.indexOf(folder)), folder].join(" > "));
    else if (!done.has(folder)) for (const next of edges.get(folder) ?? []) walk(next, [...path, folder]);
    done.add(folder);
  };
  for (const folder of edges.keys()) walk(folder, []);
  return found;
}
