import type { Kernel } from "firmware/kernel/kernel";
import { ListeningSchedule } from "firmware/mesh/mac/listening";
import { Neighbours } from "firmware/mesh/mac/neighbours";
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
  panId: number;
  /** The only channel, unless it hops. */
  channel: number;
  /** How many frames may wait to be sent. */
  queueSlots: number;
  /** Whether it hops over all channels, and looks for neighbours that do. */
  hopping?: boolean;
  /** Seals all frames, and takes none that is not sealed. */
  security?: LinkSecurity | undefined;
  /** Of the PAN's coordinator, whose time all others follow: where the numbers of broadcast intervals come from. */
  coordinator?: CounterStore;
  /** Greatest time that any node of the PAN takes from a frame's end to its acknowledgement; 10 where absent. */
  turnaround_ms?: number | undefined;
  /** How many neighbours it keeps in mind; 64 where absent. */
  neighbours?: number;
}
/** What the parts of a node's medium access share. */
export interface MacNode {
  /** Most significant byte first. */
  readonly eui64: Uint8Array;
  readonly panId: number;
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
}

export function macNode(options: MacOptions): MacNode {
  const { kernel, eui64, panId, channel, security, coordinator, hopping = false } = options;
  const { turnaround_ms = TURNAROUND_ms } = options;
  const timed = hopping || security !== undefined;
  const pan = new PanClock(panId);
  if (coordinator !== undefined) pan.coordinate(coordinator, kernel.now_ms());
  const schedule = new ListeningSchedule(seedOf(eui64), pan);
  const neighbours = new Neighbours(timed ? (options.neighbours ?? NEIGHBOURS) : 0);
  return { eui64, panId, channel, turnaround_ms, hopping, security, timed, pan, neighbours, schedule };
}
