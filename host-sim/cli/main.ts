import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { BadInput, defaultOptions, type StreetOptions } from "../options";
import { packageRoot } from "../package-root";
import { readTopology } from "../radio/topology";
import { runConsole } from "./console";
import { doctor } from "./doctor";
import { complain, EXIT_BAD_INPUT, newProgram } from "./program";
import { sim } from "./sim";
import { faultList, faultNames, traffic, wholeNumber } from "./values";

const MAX_METERS = 10_000;
const MAX_DAYS = 3660;
/** Greatest street that is simulated at the depth of the chip's bus, and all in range of each other, unless asked for. */
const MAX_METERS_STREET = 100;
/** Meters a square kilometre of a greater one: a suburb. */
const DENSITY = 1100;

/** The neighbours of a console's meter: a small street, as a person waits for its first day. */
const CONSOLE_METERS = 6;

const NAME = "wattmesh";

/** Runs the command line, and sets the process' exit code. */
export async function main(args: string[]): Promise<void> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) is no error.
    if (error.code === "EPIPE") return;
    complain(NAME, `standard output: cannot be written (${error.code})`);
    process.exitCode = EXIT_BAD_INPUT;
  });
  try {
    await program().parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_BAD_INPUT;
    else if (error instanceof BadInput) {
      complain(NAME, error.message);
      process.exitCode = EXIT_BAD_INPUT;
    } else throw error;
  }
}

function program(): Command {
  const { version, description } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
    description: string;
  };
  const wattmesh = newProgram(NAME)
    .description(description)
    .version(version, "-V, --version", "print the version")
    .exitOverride()
    .action((_, { args }: Command) => {
      const wrong = args.length > 0 ? `unknown command '${args[0]}'` : "a command is missing";
      throw new BadInput(`${wrong}; there are sim, console and doctor, and --help says more`);
    });
  wattmesh.addCommand(simCommand(wattmesh));
  wattmesh.addCommand(consoleCommand(wattmesh));
  wattmesh.addCommand(doctorCommand(wattmesh));
  // So that its action answers an unknown command; not for the commands, which inherit its settings.
  return wattmesh.allowExcessArguments();
}

function simCommand(parent: Command): Command {
  return new Command("sim")
    .copyInheritedSettings(parent)
    .description("simulate a street: meters on loads, read each 4 hours by the head end through a collector")
    .addOption(
      new Option("--meters <n>", "number of meters")
        .default(defaultOptions.meters)
        .argParser(wholeNumber(1, MAX_METERS)),
    )
    .addOption(
      new Option("--collectors <n>", "number of collectors")
        .default(defaultOptions.collectors)
        .argParser(wholeNumber(1, MAX_METERS)),
    )
    .addOption(
      new Option("--days <n>", "simulated days")
        .default(defaultOptions.days)
        .argParser(wholeNumber(1, MAX_DAYS)),
    )
    .addOption(
      new Option("--interval <minutes>", "length of an interval of the load profile")
        .choices(["15", "60"])
        .default(String(defaultOptions.interval_min)),
    )
    .option(
      "--loads <source>",
      '"synthetic", or a CSV file: a column a meter, a row each 15 minutes, Wh delivered',
      nonEmpty,
      defaultOptions.loads,
    )
    .addOption(
      new Option("--seed <n>", "seed of everything random")
        .default(defaultOptions.seed)
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(
      new Option(
        "--depth <depth>",
        "metering chips down to their bus, or by their behaviour " +
          `(default: chip up to ${MAX_METERS_STREET} meters, model above)`,
      ).choices(["chip", "model"]),
    )
    .addOption(
      new Option("--chip <chip>", "metering chip of every meter; ade7953 is simulated down to its bus only")
        .choices(["atm90e32", "ade7953"])
        .default(defaultOptions.chip),
    )
    .option(
      "--topology <file>",
      "CSV file of directed links from,to,prr,rssi_dbm; node 1 is the collector, and the others are the meters",
      nonEmpty,
    )
    .addOption(
      new Option(
        "--density <n>",
        "a town of so many meters a square kilometre along streets " +
          `(default: ${DENSITY} above ${MAX_METERS_STREET} meters; up to that all are in range of each other)`,
      )
        .argParser(wholeNumber(1, 100_000))
        .conflicts("topology"),
    )
    .addOption(
      new Option("--turnaround <times>", "times that radios and software take: a device's, or the textbook's")
        .choices(["device", "ideal"])
        .default(defaultOptions.turnaround),
    )
    .addOption(onOff("--hopping", "each node on a hop schedule of its own", defaultOptions.hopping))
    .addOption(
      onOff(
        "--link-security",
        "frames encrypted and authenticated from hop to hop",
        defaultOptions.linkSecurity,
      ),
    )
    .addOption(
      new Option(
        "--faults <list>",
        `name:share,… of ${faultNames.join(", ")}; shares from 0 to 1; outages and disturbances of the voltage a meter, and blackouts of the street, are how many in the run`,
      )
        .argParser(faultList)
        .default(defaultOptions.faults, "none"),
    )
    .addOption(
      new Option(
        "--traffic <what>",
        '"reads", or echo:BYTES:SECONDS: every node sends so much up so often, and the collector replies',
      )
        .argParser(traffic)
        .default(undefined, "reads"),
    )
    .option(
      "--capture <file>",
      "write the frames on the air as pcap, for Wireshark; its keys go to <file>.keys/",
      nonEmpty,
    )
    .option("--report <folder>", "write the report page to index.html in this folder", nonEmpty)
    .option(
      "--json <file>",
      "write the result as JSON; - for standard output, and nothing else there",
      nonEmpty,
    )
    .addOption(
      new Option(
        "--coap-bridge <port>",
        "meter n answers CoAP on UDP port <port>+n-1 of the loopback, time at wall speed",
      ).argParser(wholeNumber(1, 65_535)),
    )
    .action(async (given: SimFlags) => {
      process.exitCode = await sim(streetOptions(given));
    });
}

/** What commander makes of the options of `sim`. */
type SimFlags = Omit<StreetOptions, "interval_min" | "depth"> &
  Partial<Pick<StreetOptions, "depth">> & {
    interval: string;
  };

function streetOptions({ interval, depth, density, ...rest }: SimFlags): StreetOptions {
  const meters = rest.topology === undefined ? rest.meters : readTopology(rest.topology).length - 1;
  const isTown = meters > MAX_METERS_STREET && rest.topology === undefined;
  return {
    ...rest,
    meters,
    interval_min: Number(interval),
    depth: depth ?? depthOf(meters, rest.chip),
    density: density ?? (isTown ? DENSITY : undefined),
  };
}

/** An option that is on or off; what it is where nothing is said is for the caller. */
function onOff(flag: string, description: string, byDefault: boolean): Option {
  return new Option(`${flag} <on|off>`, description)
    .argParser((text) => {
      if (text !== "on" && text !== "off") throw new InvalidArgumentError("It must be on or off.");
      return text === "on";
    })
    .default(byDefault, byDefault ? "on" : "off");
}

function depthOf(meters: number, chip: StreetOptions["chip"]): StreetOptions["depth"] {
  return meters <= MAX_METERS_STREET || chip === "ade7953" ? "chip" : "model";
}

function consoleCommand(parent: Command): Command {
  return new Command("console")
    .copyInheritedSettings(parent)
    .description("talk to a meter's serial console, on a street of its own at wall speed, one day in")
    .addOption(
      new Option("--meter <n>", "which meter").makeOptionMandatory().argParser(wholeNumber(1, MAX_METERS)),
    )
    .addOption(
      new Option("--seed <n>", "seed of everything random")
        .default(defaultOptions.seed)
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
    )
    .action(async ({ meter, seed }: { meter: number; seed: number }) => {
      const meters = Math.max(CONSOLE_METERS, meter);
      await runConsole(
        { ...defaultOptions, meters, seed, depth: depthOf(meters, defaultOptions.chip) },
        meter,
      );
    });
}

function doctorCommand(parent: Command): Command {
  return new Command("doctor")
    .copyInheritedSettings(parent)
    .description("say which of the tools that the simulator, tests, emulator and boards want are here")
    .option("--json", "as JSON", false)
    .action(({ json }: { json: boolean }) => {
      process.exitCode = doctor(json);
    });
}

function nonEmpty(text: string): string {
  if (text === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}
