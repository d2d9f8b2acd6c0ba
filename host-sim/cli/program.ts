import { Command } from "commander";

export const EXIT_BAD_INPUT = 2;

/** A program that prints its help, and says in one line on standard error what is wrong with its arguments. */
export function newProgram(name: string): Command {
  return new Command(name)
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .configureOutput({ outputError: (text) => complain(name, text.replace(/^error: /, "")) });
}

/** One line on standard error. */
export function complain(program: string, text: string): void {
  process.stderr.write(`${program}: ${text.trim().replaceAll(/\s*[\r\n]+\s*/g, " ")}\n`);
}
