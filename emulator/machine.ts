import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipe } from "../test/xs/machine";
import type { Image } from "./image";

/** Where the board has its image (link.ld). */
const IMAGE_ADDRESS = 0x200000;
/** Of the board's timer, at 4 ns an instruction (board.h). */
const INSTRUCTIONS_A_TICK = 10;
/** `struct reply` of machine.c. */
const REPLY_BYTES = 44;
/** The board's buffer for what is typed (board.h). */
export const CONSOLE_BYTES = 4096;

/** XS's memory, in bytes: chunks hold strings and buffers, slots of 16 bytes everything else. */
export interface Memory {
  chunks: number;
  slots: number;
}

/** What the machine answered. */
export interface Reply {
  /** What the program answered; empty where it answered nothing. */
  bytes: Uint8Array;
  /** Instructions that it took, to the ten: the same in every run. Calls to the host are free. */
  instructions: number;
  /** In use by the program, what can be collected included. */
  used: Memory;
  /** Taken from the board's memory for the program's heap. */
  reserved: Memory;
  /** The most of the stack that was in use so far. */
  stackBytes: number;
  /** What the program wrote to the console meanwhile; where it is {@link CONSOLE_BYTES} there may be more. */
  console: Uint8Array;
}

/** The start: from reset to the end of the program's `start`. */
export interface Boot extends Reply {
  /** Of the instructions, those for the engine and the modules' own run: what a device does when it is linked. */
  loadInstructions: number;
  /** In use by the engine and the frozen modules: what a device has in flash. */
  shared: Memory;
}

/**
 * A Cortex-M4F that runs a program in XS, emulated by QEMU. Every call blocks, and the machine stands still between
 * calls, so that it can stand in the middle of a simulation. QEMU counts instructions instead of time: two runs that
 * are told the same do the same.
 */
export class EmulatedMachine {
  readonly boot: Boot;
  /**
   * The machine restarts, and says why. It starts the program anew before the running call returns; that answers
   * nothing. Where nobody listens a restart ends the machine and throws.
   */
  onRestart: ((why: string) => void) | undefined;
  readonly #process: ChildProcess;
  readonly #toMachine: number;
  readonly #fromMachine: number;
  /** The console's line: what is typed, and what is shown. */
  readonly #typed: number;
  readonly #shown: number;
  readonly #serve: (message: Uint8Array) => Uint8Array;
  #running = true;

  /**
   * @param serve answers what the program passes to `exchange`
   * @throws Error when the program's start throws
   */
  constructor({ engine, file }: Image, serve: (message: Uint8Array) => Uint8Array = () => new Uint8Array(0)) {
    this.#serve = serve;
    const [downRead, toMachine] = pipe();
    const [fromMachine, upWrite] = pipe();
    this.#toMachine = toMachine;
    this.#fromMachine = fromMachine;
    const line = serialLine();
    this.#typed = line.typed;
    this.#shown = line.shown;
    const options = [
      ["-machine", "mps2-an386"],
      ["-icount", "shift=2,sleep=off"],
      ["-display", "none", "-monitor", "none", "-serial", "stdio"],
      ["-chardev", `pipe,id=console,path=${line.path}`, "-serial", "chardev:console"],
      ["-semihosting-config", "enable=on,target=native"],
      ["-kernel", engine],
      ["-device", `loader,file=${file},addr=${IMAGE_ADDRESS},force-raw=on`],
    ];
    this.#process = spawn("qemu-system-arm", options.flat(), {
      stdio: ["ignore", "inherit", "inherit", downRead, upWrite],
    });
    closeSync(downRead);
    closeSync(upWrite);
    const { reply, view } = this.#reply();
    line.unlink();
    this.boot = {
      ...reply,
      loadInstructions: view.getUint32(8, true) * INSTRUCTIONS_A_TICK,
      shared: memory(view, 12),
    };
  }

  /** Passes bytes to the program. */
  deliver(message: Uint8Array): Reply {
    if (this.#running) throw new Error("emulator: delivered while the program runs");
    return this.#ask("d", message);
  }

  /** Collects garbage. */
  collect(): Reply {
    return this.#ask("g", new Uint8Array(0));
  }

  /** What lies in the heap, after garbage was collected: see heap.ts. */
  describe(): Uint8Array {
    return this.#ask("h", new Uint8Array(0)).bytes;
  }

  /** Puts bytes on the console's line, at most {@link CONSOLE_BYTES}; the board takes them before the call returns. */
  type(bytes: Uint8Array): void {
    writeSync(this.#typed, bytes);
    const message = new Uint8Array(7);
    new DataView(message.buffer).setUint32(3, bytes.length, true);
    this.#ask("t", message);
  }

  /** The watchdog of simulated time has expired: restarts the machine. */
  expire(): void {
    this.#ask("w", new Uint8Array(0));
  }

  close(): void {
    closeSync(this.#typed);
    closeSync(this.#shown);
    closeSync(this.#toMachine);
    closeSync(this.#fromMachine);
    this.#process.kill("SIGKILL");
  }

  #ask(kind: string, message: Uint8Array): Reply {
    this.#running = true;
    this.#send(Buffer.concat([Buffer.from(kind), message]));
    return this.#reply().reply;
  }

  #reply(): { reply: Reply; view: DataView } {
    for (;;) {
      const message = this.#receive();
      const kind = String.fromCharCode(message[0]);
      if (kind === "x") {
        const why = new TextDecoder().decode(message.subarray(1));
        if (this.onRestart === undefined) {
          this.#process.kill("SIGKILL");
          throw new Error(`emulator: ${why}`);
        }
        this.onRestart(why);
      } else if (kind === "c") {
        this.#send(this.#serve(message.subarray(1)));
      } else {
        this.#running = false;
        const view = new DataView(message.buffer);
        return {
          view,
          reply: {
            bytes: message.subarray(REPLY_BYTES),
            instructions: view.getUint32(4, true) * INSTRUCTIONS_A_TICK,
            used: memory(view, 20),
            reserved: memory(view, 28),
            stackBytes: view.getUint32(36, true),
            console: this.#read(this.#shown, view.getUint32(40, true)),
          },
        };
      }
    }
  }

  #send(message: Uint8Array): void {
    const framed = Buffer.alloc(4 + message.length);
    framed.writeUInt32LE(message.length);
    framed.set(message, 4);
    for (let at = 0; at < framed.length;) at += writeSync(this.#toMachine, framed, at);
  }

  #receive(): Uint8Array {
    const length = new DataView(this.#read(this.#fromMachine, 4).buffer).getUint32(0, true);
    return this.#read(this.#fromMachine, length);
  }

  #read(from: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const got = readSync(from, bytes, at, count - at, null);
      if (got === 0) throw new Error("emulator: QEMU ended");
      at += got;
    }
    return bytes;
  }
}

/** Two named pipes in the form that QEMU takes for a serial line, with both ends open here. */
function serialLine(): { path: string; typed: number; shown: number; unlink: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "console-"));
  const path = join(folder, "line");
  execFileSync("mkfifo", [`${path}.in`, `${path}.out`]);
  const [typed, shown] = [".in", ".out"].map((end) => openSync(path + end, constants.O_RDWR)) as [
    number,
    number,
  ];
  return { path, typed, shown, unlink: () => rmSync(folder, { recursive: true }) };
}

function memory(view: DataView, at: number): Memory {
  return { chunks: view.getUint32(at, true), slots: view.getUint32(at + 4, true) };
}
