import { after } from "./wait";

interface Options {
  pin: number;
  mode: number;
  edge?: number;
  onReadable?: () => void;
}

/** By number: what a pin's level is, and who hears of its edges. */
const levels: (0 | 1)[] = [];
const listeners: ((edge: number) => void)[] = [];

/** ECMA-419's digital pin as on an ESP32: edges that were asked for are told later, and what it was is not told. */
export default class Digital {
  static readonly Input = 0;
  static readonly Output = 8;
  static readonly Rising = 1;
  static readonly Falling = 2;
  readonly #pin: number;
  readonly #mode: number;

  constructor({ pin, mode, edge = 0, onReadable }: Options) {
    if (mode === Digital.Input && (edge === 0) !== (onReadable === undefined)) throw new Error("invalid");
    this.#pin = pin;
    this.#mode = mode;
    levels[pin] = 0;
    if (onReadable) listeners[pin] = (seen) => void ((seen & edge) !== 0 && after(0, onReadable));
  }

  read(): 0 | 1 {
    return levels[this.#pin];
  }

  write(level: 0 | 1): void {
    if (this.#mode !== Digital.Output) throw new Error("input");
    levels[this.#pin] = level;
  }
}

export function levelOf(pin: number): 0 | 1 {
  return levels[pin];
}

/** Whoever is outside drives a pin. */
export function drive(pin: number, level: 0 | 1): void {
  if (levels[pin] === level) return;
  levels[pin] = level;
  listeners[pin]?.(level === 1 ? Digital.Rising : Digital.Falling);
}
