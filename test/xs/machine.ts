import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { packageRoot } from "../../host-sim/package-root";

const platform = process.platform === "darwin" ? "mac" : "lin";
const worker = `${packageRoot}test/xs/engine/node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin/${platform}/release/xsnap-worker`;

/** The engine's program, or undefined where `npm run xs:install` has not been run. */
export const engine = existsSync(worker) ? worker : undefined;

/** One call into XS may cost so much before the worker ends itself: a loop without end fails instead of hanging. */
const LIMIT_COMPUTRONS = 2_000_000_000;

/** What a call into XS answered. */
export interface Reply {
  /** The ArrayBuffer it answered with; empty where it was something else. */
  bytes: Uint8Array;
  /** Steps of the engine that the call took: the same on every machine and in every run. */
  computrons: number;
}

/**
 * One XS machine in a process of its own. All calls block, calls that XS makes (`issueCommand`) included, so that a
 * machine can stand in the middle of a simulation.
 *
 * The worker speaks netstrings over its descriptors 3 and 4. A message starts with a letter: `e` evaluates, `?` calls
 * (`handleCommand` in XS, or {@link serve} here), `/` answers such a call, `.` is a result, `!` an exception.
 */
export class XsMachine {
  readonly #process: ChildProcess;
  readonly #toWorker: number;
  readonly #fromWorker: number;
  readonly #serve: (message: Uint8Array) => Uint8Array;
  readonly #chunk = new Uint8Array(65536);
  #start = 0;
  #end = 0;

  /** @param serve answers the ArrayBuffers that XS passes to `issueCommand` */
  constructor(serve: (message: Uint8Array) => Uint8Array = () => new Uint8Array(0)) {
    if (engine === undefined) throw new Error("the XS engine is not installed: npm run xs:install");
    this.#serve = serve;
    const [downRead, toWorker] = pipe();
    const [fromWorker, upWrite] = pipe();
    this.#toWorker = toWorker;
    this.#fromWorker = fromWorker;
    this.#process = spawn(engine, ["wattmesh", "-l", `${LIMIT_COMPUTRONS}`], {
      stdio: ["ignore", "ignore", "inherit", downRead, upWrite],
    });
    closeSync(downRead);
    closeSync(upWrite);
  }

  /** Runs a script in the global scope; it answers bytes where its last value is an ArrayBuffer. */
  evaluate(code: string): Reply {
    this.#send("e", new TextEncoder().encode(code));
    return this.#reply();
  }

  /** Calls `handleCommand(message)`, which the script has set, with an ArrayBuffer. */
  command(message: Uint8Array): Reply {
    this.#send("?", message);
    return this.#reply();
  }

  close(): void {
    closeSync(this.#toWorker);
    closeSync(this.#fromWorker);
    this.#process.kill();
  }

  #reply(): Reply {
    for (;;) {
      const message = this.#receive();
      const kind = String.fromCharCode(message[0] ?? 0);
      const body = message.subarray(1);
      if (kind === "?") {
        this.#send("/", this.#serve(body));
      } else if (kind === "!") {
        throw new Error(`XS: ${new TextDecoder().decode(body)}`);
      } else if (kind === ".") {
        const separator = body.indexOf(1);
        const meter = JSON.parse(new TextDecoder().decode(body.subarray(0, separator))) as {
          compute: number;
        };
        return { bytes: body.subarray(separator + 1), computrons: meter.compute };
      } else {
        throw new Error(`XS: message of unknown kind ${kind}`);
      }
    }
  }

  #send(kind: string, body: Uint8Array): void {
    const head = Buffer.from(`${body.length + 1}:${kind}`);
    const message = Buffer.concat([head, body, Buffer.from(",")]);
    for (let at = 0; at < message.length;) at += writeSync(this.#toWorker, message, at);
  }

  #receive(): Uint8Array {
    let length = 0;
    for (let byte = this.#byte(); byte !== 0x3a; byte = this.#byte()) length = length * 10 + byte - 0x30;
    const message = new Uint8Array(length);
    for (let i = 0; i < length; i++) message[i] = this.#byte();
    if (this.#byte() !== 0x2c) throw new Error("XS: broken netstring");
    return message;
  }

  #byte(): number {
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = readSync(this.#fromWorker, this.#chunk);
      if (this.#end === 0) throw new Error("XS: the worker ended (out of memory, stack or computrons)");
    }
    return this.#chunk[this.#start++];
  }
}

/** Both ends of a new pipe, blocking. A named one, because those that spawn makes cannot be read in a blocking way. */
export function pipe(): [read: number, write: number] {
  const folder = mkdtempSync(join(tmpdir(), "pipe-"));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  // An end opened alone would wait for the other, or not block when read.
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(path, constants.O_WRONLY);
  const read = openSync(path, constants.O_RDONLY);
  closeSync(first);
  rmSync(folder, { recursive: true });
  return [read, write];
}

/**
 * Bundles a module and what it imports into one script for XS; its exports are the properties of the global `name`.
 * @param entry path below the repository's root
 * @param alias what modules stand in for others, by specifier: paths below the repository's root
 */
export function bundleForXs(entry: string, name: string, alias: Record<string, string> = {}): string {
  const result = buildSync({
    entryPoints: [packageRoot + entry],
    tsconfig: `${packageRoot}tsconfig.base.json`,
    absWorkingDir: packageRoot,
    alias,
    bundle: true,
    write: false,
    format: "iife",
    globalName: name,
    footer: { js: `globalThis.${name} = ${name};` },
    target: "es2022",
    // XS 13, which the engine ships, fails on static fields that hold instances of their own class.
    supported: { "class-static-field": false },
  });
  return result.outputFiles[0].text;
}
