/** State that a module holds: what the firmware may not have. */
export const map = new Map<number, number>();
export const set = new Set<number>();
export const bytes = new Uint8Array(1);
export const object: Record<string, number> = { value: 0 };
export const array = [0];
let variable = 0;

export function setVariable(): number {
  variable = 1;
  return variable;
}

export class Class {
  static field = 0;
  static #hidden = 0;
  own = new Map<number, number>();

  static setHidden(): number {
    Class.#hidden = 1;
    return Class.#hidden;
  }

  method(): number {
    this.own.set(1, 2);
    return this.own.size;
  }
}
