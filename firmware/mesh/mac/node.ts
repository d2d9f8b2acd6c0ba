import type { Kernel } from "firmware/kernel/kernel";
import { ListeningSchedule } from "firmware/mesh/mac/listening";
import { Neighbours, NONE } from "firmware/mesh/mac/neighbours";
import type { Pan } from "firmware/mesh/mac/pan";
import { PanClock } from "firmware/mesh/mac/pan-clock";
import { seedOf } from "firmware/mesh/mac/schedule";
import type { CounterStore, LinkSecurity } from "firmware/mesh/mac/security";
import type { Entropy } from "hal/entropy";
import type { Radio } from "hal/radio";

const NEIGHBOURS = 64;
/** Of a board: docs/medium.md has what it is made of. */
const TURNAROUND_ms = 10;

export interface MacOptions {
  radio: Radio;
  kernel: Kernel;
  entropy: Entropy;
  /** Most significant byte first. */
  eui64: Uint8Array;
  /** Those that it may join, one or more; it begins in the first. */
  pans: readonly Pan[];
  /** The only channel, unless it hops. */
  channel: number;
  /** How many frames may wait to be sent. */
  queueSlots: number;
  /** Whether it hops over all channels, and looks for neighbours that do. */
  hopping?: boolean;
  /** Seals all frames with the PAN's keys, and takes none that is not sealed. */
  security?: LinkSecurity | undefined;
  /** Of the PAN's coordinator, whose time all others follow: where the numbers of broadcast intervals come from. */
  coordinator?: CounterStore;
  /** Greatest time that any node of the PAN takes from a frame's end to its acknowledgement; 10 where absent. */
  turnaround_ms?: number | undefined;
  /** How many neighbours it keeps in mind; 64 where absent. */
  neighbours?: number;
}

/** What the parts of a node's medium access share. */
export class MacNode {
  /** Most significant byte first. */
  readonly eui64: Uint8Array;
  /** The only channel, unless {@link hopping}. */
  readonly channel: number;
  readonly turnaround_ms: number;
  readonly hopping: boolean;
  /** Left out, frames are neither sealed nor accepted sealed. */
  readonly security: LinkSecurity | undefined;
  /** Whether frames carry information elements, as hopping and security both need them. */
  readonly timed: boolean;
  readonly pan: PanClock;
  readonly neighbours: Neighbours;
  readonly schedule: ListeningSchedule;
  /** Of the PAN that it is in. */
  panId: number;
  readonly #pans: readonly Pan[];

  constructor(options: MacOptions) {
    const { kernel, eui64, pans, channel, security, coordinator, hopping = false } = options;
    this.eui64 = eui64;
    this.channel = channel;
    this.turnaround_ms = options.turnaround_ms ?? TURNAROUND_ms;
    this.hopping = hopping;
    this.security = security;
    this.timed = hopping || security !== undefined;
    this.panId = pans[0].id;
    this.pan = new PanClock(this.panId);
    this.neighbours = new Neighbours(this.timed ? (options.neighbours ?? NEIGHBOURS) : 0);
    this.schedule = new ListeningSchedule(seedOf(eui64), this.pan);
    this.#pans = pans;
    security?.hold(pans[0].keys);
    if (coordinator !== undefined) this.pan.coordinate(coordinator, kernel.now_ms());
  }

  /** Whether there is more than one PAN that it may join. */
  get hasChoice(): boolean {
    return this.#pans.length > 1;
  }

  /** Goes to the PAN of this identifier; stays where that is none that it may join. */
  join(panId: number): void {
    const at = this.placeOf(panId);
    if (at !== NONE) this.enter(this.#pans[at]);
  }

  /** Goes to the next PAN in the list; the last is followed by the first. */
  moveOn(): void {
    this.enter(this.#pans[(this.placeOf(this.panId) + 1) % this.#pans.length]);
  }

  private placeOf(panId: number): number {
    for (let i = 0; i < this.#pans.length; i++) if (this.#pans[i].id === panId) return i;
    return NONE;
  }

  /** As after a restart it knows neither time nor neighbours, so that nothing recorded is taken for new. */
  private enter({ id, keys }: Pan): void {
    if (id === this.panId) return;
    this.panId = id;
    this.security?.hold(keys);
    this.pan.enter(id);
    this.neighbours.clear();
  }
}
