import type { Command } from "commander";
import { EXIT_BAD_INPUT, newProgram } from "../host-sim/cli/program";

/** A bench by the name of its script. It ends with its help, or with exit code 2 where its arguments are wrong. */
export function newBench(name: string, description: string): Command {
  return newProgram(name)
    .description(description)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_BAD_INPUT));
}

/** The options that this process was given. */
export function flagsOf<Flags extends object>(bench: Command): Flags {
  return bench.parse(process.argv.slice(2), { from: "user" }).opts<Flags>();
}
