/** Registrations that may wait for their answers: more than all nodes in range of a root send at once. */
const CAPACITY = 256;
const NODE = 0;
const SEQUENCE = 1;
const ENTRY = 2;

/**
 * Registrations that a root has taken and not answered yet, the oldest first. A whole neighbourhood may register at once,
 * as after an outage: answers wait here until there is room to send them, and a node that has asked again meanwhile gets
 * one.
 */
export class Answers {
  count = 0;
  /** After {@link take}: the number of the node, and that of its registration. */
  node = 0;
  sequence = 0;
  readonly #entries = new Uint16Array(CAPACITY * ENTRY);
  #first = 0;

  /** False where there is no room: the node will ask again. */
  add(node: number, sequence: number): boolean {
    const entries = this.#entries;
    let i = 0;
    while (i < this.count && entries[this.at(i) + NODE] !== node) i++;
    if (i === CAPACITY) return false;
    if (i === this.count) this.count++;
    entries[this.at(i) + NODE] = node;
    entries[this.at(i) + SEQUENCE] = sequence;
    return true;
  }

  /** Takes the oldest one out, into {@link node} and {@link sequence}. False: there is none. */
  take(): boolean {
    if (this.count === 0) return false;
    this.node = this.#entries[this.#first * ENTRY + NODE];
    this.sequence = this.#entries[this.#first * ENTRY + SEQUENCE];
    this.#first = (this.#first + 1) % CAPACITY;
    this.count--;
    return true;
  }

  private at(i: number): number {
    return ((this.#first + i) % CAPACITY) * ENTRY;
  }
}
