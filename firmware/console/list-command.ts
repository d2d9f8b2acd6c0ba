import { integerArgument, MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";

const DEFAULT_COUNT = 8;
const MAX_COUNT = 100_000;

/** What is numbered, from the oldest that is kept to before the next: a log. */
export interface Numbered {
  readonly first: number;
  readonly next: number;
}

/** Lists the newest entries of a log, from the oldest of them on, each with its number in a line. */
export abstract class ListCommand implements Command {
  readonly #log: Numbered;
  #next = 0;
  #end = 0;

  abstract get words(): string;
  abstract get help(): string;

  constructor(log: Numbered) {
    this.#log = log;
  }

  get usage(): string {
    return "[count]";
  }

  start(args: readonly string[]): number {
    if (args.length > 1) return Result.badArgument;
    const count = args.length === 0 ? DEFAULT_COUNT : integerArgument(args[0], 1, MAX_COUNT);
    // NaN, which no comparison holds for.
    if (!(count > 0)) return Result.badArgument;
    this.#end = this.#log.next;
    this.#next = Math.max(this.#log.first, this.#end - count);
    return this.#next < this.#end ? MORE : Result.noData;
  }

  step(output: Output): number {
    const sequence = this.#next++;
    output.line(`${`${sequence}`.padStart(6)} ${this.describe(sequence) ?? "unreadable"}`.trimEnd());
    return this.#next < this.#end ? MORE : Result.ok;
  }

  /** An entry as text; undefined where it does not read well. */
  protected abstract describe(sequence: number): string | undefined;
}
