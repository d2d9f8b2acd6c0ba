import { MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";

/** A bounded store of this node: how much of it is in use. */
export interface Pool {
  readonly name: string;
  readonly size: number;
  used(): number;
}

/** `mem`: every bounded store, in use and whole. */
export class MemoryCommand implements Command {
  readonly words = "mem";
  readonly usage = "";
  readonly help = "bounded stores: in use and size";
  readonly #pools: readonly Pool[];
  #next = 0;

  constructor(pools: readonly Pool[]) {
    this.#pools = pools;
  }

  start(args: readonly string[]): number {
    this.#next = 0;
    return args.length === 0 ? MORE : Result.badArgument;
  }

  step(output: Output): number {
    const pool = this.#pools[this.#next++];
    output.line(`${pool.name.padEnd(16)}${`${pool.used()}`.padStart(8)} / ${pool.size}`);
    return this.#next < this.#pools.length ? MORE : Result.ok;
  }
}

/** `version`: what this is. */
export class VersionCommand implements Command {
  readonly words = "version";
  readonly usage = "";
  readonly help = "model, serial number and firmware";
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  start(args: readonly string[]): number {
    return args.length === 0 ? MORE : Result.badArgument;
  }

  step(output: Output): number {
    output.line(this.#text);
    return Result.ok;
  }
}
