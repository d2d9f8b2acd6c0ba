import type { Output } from "firmware/console/output";

/** Longest line, without its end. */
export const MAX_LINE = 128;
const HISTORY = 4;

const BELL = 0x07;
const BACKSPACE = 0x08;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const ESCAPE = 0x1b;
const SPACE = 0x20;
const DELETE = 0x7f;
const CTRL_A = 0x01;
const CTRL_C = 0x03;
const CTRL_E = 0x05;
const CTRL_K = 0x0b;
const CTRL_L = 0x0c;
const CTRL_U = 0x15;
const CTRL_W = 0x17;

/** What {@link LineEditor.key} made of a byte. */
export const Key = Object.freeze({ none: 0, line: 1, tooLong: 2, cancel: 3, complete: 4, redraw: 5 });

/**
 * Edits one line on a terminal of which nothing is known: it sends no escape sequences, moves back with BS and
 * forward by writing a character again. Arrow keys (`ESC [ A` to `D`) are understood when they come.
 */
export class LineEditor {
  readonly #output: Output;
  readonly #line = new Uint8Array(MAX_LINE);
  #length = 0;
  #cursor = 0;
  #overlong = false;
  #previous = 0;
  /** Bytes of an escape sequence seen: 1 after ESC, 2 after `ESC [`. */
  #escape = 0;
  readonly #history: string[] = ["", "", "", ""];
  #stored = 0;
  #shown = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** The line as it stands. */
  get text(): string {
    let text = "";
    for (let i = 0; i < this.#length; i++) text += String.fromCharCode(this.#line[i]);
    return text;
  }

  /** Takes one received byte and echoes what it does. Answers a {@link Key}; after a line, {@link clear} it. */
  key(byte: number): number {
    const previous = this.#previous;
    this.#previous = byte;
    if (this.#escape > 0) return this.escaped(byte);
    switch (byte) {
      case LF:
        if (previous === CR) return Key.none;
        return this.enter();
      case CR:
        return this.enter();
      case ESCAPE:
        this.#escape = 1;
        return Key.none;
      case BACKSPACE:
      case DELETE:
        this.erase(this.#cursor - 1);
        return Key.none;
      case TAB:
        return Key.complete;
      case CTRL_A:
        this.moveTo(0);
        return Key.none;
      case CTRL_E:
        this.moveTo(this.#length);
        return Key.none;
      case CTRL_K:
        this.truncate();
        return Key.none;
      case CTRL_U:
        this.replace("");
        return Key.none;
      case CTRL_W:
        this.eraseWord();
        return Key.none;
      case CTRL_C:
        this.clear();
        return Key.cancel;
      case CTRL_L:
        return Key.redraw;
      default:
        if (byte >= SPACE && byte < DELETE) this.insert(byte);
        return Key.none;
    }
  }

  /** Writes the line again, as after a prompt. */
  redraw(): void {
    for (let i = 0; i < this.#length; i++) this.#output.byte(this.#line[i]);
    for (let i = this.#length; i > this.#cursor; i--) this.#output.byte(BACKSPACE);
  }

  /** Puts `text` in the place of the line, on the terminal too. */
  replace(text: string): void {
    this.moveTo(0);
    const length = this.#length;
    for (let i = 0; i < length; i++) this.#output.byte(SPACE);
    for (let i = 0; i < length; i++) this.#output.byte(BACKSPACE);
    this.#length = 0;
    for (let i = 0; i < text.length; i++) this.insert(text.charCodeAt(i));
  }

  /** Starts an empty line without touching the terminal. */
  clear(): void {
    this.#length = 0;
    this.#cursor = 0;
    this.#overlong = false;
    this.#shown = 0;
  }

  bell(): void {
    this.#output.byte(BELL);
  }

  private enter(): number {
    this.#output.text("\r\n");
    if (this.#overlong) return Key.tooLong;
    const text = this.text;
    if (text.length > 0 && text !== this.#history[0]) {
      for (let i = HISTORY - 1; i > 0; i--) this.#history[i] = this.#history[i - 1];
      this.#history[0] = text;
      this.#stored = Math.min(this.#stored + 1, HISTORY);
    }
    return Key.line;
  }

  private escaped(byte: number): number {
    if (this.#escape === 1) {
      this.#escape = byte === 0x5b ? 2 : 0;
      return Key.none;
    }
    // A sequence ends with a letter or `~`; digits and `;` before it are passed over.
    if (byte >= 0x40 && byte <= 0x7e) {
      this.#escape = 0;
      if (byte === 0x41) this.recall(this.#shown + 1);
      else if (byte === 0x42) this.recall(this.#shown - 1);
      else if (byte === 0x43) this.moveTo(this.#cursor + 1);
      else if (byte === 0x44) this.moveTo(this.#cursor - 1);
    }
    return Key.none;
  }

  private recall(back: number): void {
    if (back < 0 || back > this.#stored) return;
    this.replace(back === 0 ? "" : this.#history[back - 1]);
    this.#shown = back;
  }

  private insert(byte: number): void {
    if (this.#length === MAX_LINE) {
      this.#overlong = true;
      return;
    }
    const line = this.#line;
    for (let i = this.#length; i > this.#cursor; i--) line[i] = line[i - 1];
    line[this.#cursor] = byte;
    this.#length++;
    for (let i = this.#cursor; i < this.#length; i++) this.#output.byte(line[i]);
    this.#cursor++;
    for (let i = this.#length; i > this.#cursor; i--) this.#output.byte(BACKSPACE);
  }

  private erase(at: number): void {
    if (at < 0) return;
    this.moveTo(at);
    const line = this.#line;
    this.#length--;
    for (let i = at; i < this.#length; i++) {
      line[i] = line[i + 1];
      this.#output.byte(line[i]);
    }
    this.#output.byte(SPACE);
    for (let i = this.#length + 1; i > at; i--) this.#output.byte(BACKSPACE);
  }

  private eraseWord(): void {
    while (this.#cursor > 0 && this.#line[this.#cursor - 1] === SPACE) this.erase(this.#cursor - 1);
    while (this.#cursor > 0 && this.#line[this.#cursor - 1] !== SPACE) this.erase(this.#cursor - 1);
  }

  private truncate(): void {
    const count = this.#length - this.#cursor;
    for (let i = 0; i < count; i++) this.#output.byte(SPACE);
    for (let i = 0; i < count; i++) this.#output.byte(BACKSPACE);
    this.#length = this.#cursor;
  }

  private moveTo(cursor: number): void {
    const to = Math.max(0, Math.min(cursor, this.#length));
    for (; this.#cursor > to; this.#cursor--) this.#output.byte(BACKSPACE);
    for (; this.#cursor < to; this.#cursor++) this.#output.byte(this.#line[this.#cursor]);
  }
}
