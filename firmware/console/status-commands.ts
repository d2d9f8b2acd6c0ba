import { MORE, Result, type Command } from "firmware/console/command";
import type { Output } from "firmware/console/output";

/** A bounded store of this node: how much of it is in use. */
export interface Pool {
  readonly name: string;
  readonly size: number;
  readonly used: number;
}

/** `mem`: every bounded store, in use and whole. */
export class MemoryCommand implements Command {
  readonly #look: () => readonly Pool[];
  #pools: readonly Pool[] = [];
  #next = 0;

  /** @param look answers how all stores are at present */
  constructor(look: () => readonly Pool[]) {
    this.#look = look;
  }

  get words(): string {
    return "mem";
  }

  get usage(): string {
    return "";
  }

  get help(): string {
    return "bounded stores: in use and size";
  }

  start(args: readonly string[]): number {
    this.#pools = this.#look();
    this.#next = 0;
    return args.length === 0 ? MORE : Result.badArgument;
  }

  step(output: Output): number {
    const pool = this.#pools[this.#next++];
    output.line(`${pool.name.padEnd(16)}${`${pool.used}`.padStart(8)} / ${pool.size}`);
    return this.#next < this.#pools.length ? MORE : Result.ok;
  }
}

/** `version`: what this is. */
export class VersionCommand implements Command {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get words(): string {
    return "version";
  }

  get usage(): string {
    return "";
  }

  get help(): string {
    return "model, serial number and firmware";
  }

  start(args: readonly string[]): number {
    return args.length === 0 ? MORE : Result.badArgument;
  }

  step(output: Output): number {
    output.line(this.#text);
    return Result.ok;
  }
}
