import { describe, expect, it } from "vitest";
import { MORE, Result, integerArgument, type Command } from "firmware/console/command";
import { Shell } from "firmware/console/shell";
import type { Output } from "firmware/console/output";
import type { SerialPort } from "hal/serial-port";

/** A terminal that shows what a dumb screen would: BS moves back, characters overwrite. */
class Terminal implements SerialPort {
  onReadable = (): void => {};
  onWritable = (): void => {};
  raw = "";
  /** Bytes that the port takes before it is full; topped up by {@link drain}. */
  room = Infinity;
  #typed: number[] = [];

  write(bytes: Uint8Array, length: number): number {
    const taken = Math.min(length, this.room);
    this.room -= taken;
    this.raw += String.fromCharCode(...bytes.subarray(0, taken));
    return taken;
  }

  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.#typed.length);
    for (let i = 0; i < count; i++) into[i] = this.#typed.shift()!;
    return count;
  }

  type(text: string): void {
    for (const char of text) this.#typed.push(char.charCodeAt(0));
    this.onReadable();
  }

  drain(bytes: number): void {
    this.room = bytes;
    this.onWritable();
  }

  get screen(): string[] {
    const lines = [""];
    let column = 0;
    for (const char of this.raw) {
      const line = lines.at(-1)!;
      if (char === "\b") column--;
      else if (char === "\r") column = 0;
      else if (char === "\n") lines.push("");
      else if (char !== "\x07") {
        lines[lines.length - 1] = line.slice(0, column) + char + line.slice(column + 1);
        column++;
      }
    }
    return lines.map((line) => line.trimEnd());
  }
}

class Echo implements Command {
  readonly words: string;
  readonly usage = "[word...]";
  readonly help = "say it again";
  #args: readonly string[] = [];
  #next = 0;

  constructor(words: string) {
    this.words = words;
  }

  start(args: readonly string[]): number {
    this.#args = args;
    this.#next = 0;
    return args.length > 0 ? MORE : Result.ok;
  }

  step(output: Output): number {
    output.line(this.#args[this.#next++]);
    return this.#next < this.#args.length ? MORE : Result.ok;
  }
}

class Refuse implements Command {
  readonly words = "refuse";
  readonly usage = "";
  readonly help = "refuse";
  start(): number {
    return Result.badArgument;
  }
  step(): number {
    return Result.ok;
  }
}

function shell(): Terminal {
  const terminal = new Terminal();
  new Shell(terminal, "meter", "WM-M1 00000001", [
    new Echo("reg show"),
    new Echo("reg set"),
    new Echo("lp list"),
    new Refuse(),
  ]);
  return terminal;
}

describe("console", () => {
  it("writes one banner line and a prompt", () => {
    expect(shell().raw).toBe("WM-M1 00000001\r\nmeter> ");
  });

  it.each(["\r", "\n", "\r\n"])("takes lines that end in %j", (end) => {
    const terminal = shell();
    terminal.type(`reg show a b${end}`);
    terminal.type(`lp list c${end}`);
    expect(terminal.raw).toBe(
      "WM-M1 00000001\r\nmeter> reg show a b\r\na\r\nb\r\nOK\r\nmeter> lp list c\r\nc\r\nOK\r\nmeter> ",
    );
  });

  it("answers every command with OK or ERR, a code and a slug", () => {
    const terminal = shell();
    terminal.type("nonsense\rrefuse\rreg show\r");
    expect(terminal.screen.filter((line) => /^(OK|ERR)/.test(line))).toEqual([
      "ERR 1 unknown-command",
      "ERR 3 bad-argument",
      "OK",
    ]);
  });

  it("refuses a line of more than 128 bytes whole, and takes one of 128", () => {
    const terminal = shell();
    terminal.type(`lp list ${"x".repeat(120)}\r`);
    terminal.type(`lp list ${"x".repeat(121)}\r`);
    expect(terminal.screen.slice(-4)).toEqual([
      "OK",
      `meter> lp list ${"x".repeat(120)}`,
      "ERR 2 line-too-long",
      "meter>",
    ]);
  });

  it("lists its commands, and those that begin with a word", () => {
    const terminal = shell();
    terminal.type("help\r?\rhelp reg\rhelp nothing\r");
    const screen = terminal.screen;
    expect(screen.filter((line) => line.startsWith("reg show"))).toHaveLength(3);
    expect(screen.filter((line) => line.startsWith("lp list"))).toHaveLength(2);
    expect(screen.at(-2)).toBe("ERR 3 bad-argument");
  });

  it("completes with Tab and takes unique short forms", () => {
    const terminal = shell();
    terminal.type("l\tdone\r");
    expect(terminal.screen.slice(-4)).toEqual(["meter> lp list done", "done", "OK", "meter>"]);
    terminal.type("reg s x\r");
    expect(terminal.screen.at(-2)).toBe("ERR 1 unknown-command");
    terminal.type("reg sh x\r");
    expect(terminal.screen.slice(-3)).toEqual(["x", "OK", "meter>"]);
  });

  it("edits with the keys that technicians know", () => {
    const terminal = shell();
    terminal.type("p lisx\x7ft one twos\x08 three\x01l\x05!\x17four\r");
    expect(terminal.screen.slice(-5)).toEqual(
      ["meter> lp list one two four", "one", "two", "four", "OK", "meter>"].slice(-5),
    );
    terminal.type("garbage\x15lp list a bc\x1b[D\x1b[D\x0b\r");
    expect(terminal.screen.slice(-3)).toEqual(["a", "OK", "meter>"]);
    terminal.type("lp list x\x03");
    expect(terminal.screen.at(-1)).toBe("meter>");
  });

  it("remembers lines and moves among them with the arrows", () => {
    const terminal = shell();
    terminal.type("lp list 1\rlp list 2\r\x1b[A\x1b[A\r");
    expect(terminal.screen.slice(-4)).toEqual(["meter> lp list 1", "1", "OK", "meter>"]);
    terminal.type("\x1b[A\x1b[A\x1b[B\x1b[B\r");
    expect(terminal.screen.at(-1)).toBe("meter>");
  });

  it("never sends an escape sequence, whatever is typed", () => {
    const terminal = shell();
    for (let byte = 0; byte < 256; byte++)
      terminal.type(String.fromCharCode(byte) + "lp list q\x1b[A\x1b[C\x02");
    expect(terminal.raw).not.toContain("\x1b");
  });

  it("holds a long answer back while the port is full, and loses none of it", () => {
    const terminal = shell();
    terminal.room = 0;
    const words = Array.from({ length: 20 }, (_, i) => `word${i}-${"y".repeat(i % 5)}`);
    const half = words.join(" ").slice(0, 100).trim();
    terminal.type(`lp list ${half}\r`);
    for (let i = 0; i < 200; i++) terminal.drain(7);
    const said = terminal.screen.slice(
      terminal.screen.findIndex((line) => line.startsWith("meter> lp list")) + 1,
    );
    expect(said).toEqual([...half.split(" "), "OK", "meter>"]);
  });

  it("reads decimal arguments strictly", () => {
    expect(integerArgument("12", 0, 99)).toBe(12);
    for (const bad of ["", "-1", "1.5", "0x1", "100", "1e1", " 1"])
      expect(integerArgument(bad, 0, 99)).toBeNaN();
  });
});
