import type { Meter } from "firmware/app/meter";
import { Peer } from "firmware/ip/socket";
import { noFaults } from "../../host-sim/options";
import { Random } from "../../host-sim/random";
import { BOOT_US, Street } from "../../host-sim/street";
import type { SimulatedMeter } from "../../host-sim/meter";
import { reachable } from "../../bench/town/street";
import { keyOf } from "../../head-end/address";
import { parentOf } from "./mesh-street";
import { streetOptions } from "./street";

const PORT = 0xf0b1;
const MESSAGE_BYTES = 20;
/** Each meter sends so often. */
const PERIOD_us = 60e6;
const SAMPLE_us = 5e6;
/** A supply that comes back is away for so long. */
const OUTAGE_us = 20e6;

/** What a town did wrong, or how long. */
export interface TownRecord {
  sent: number;
  delivered: number;
  replied: number;
  /** Delivered again, at the collector or back at the meter; and how soon after the first time at least. */
  duplicates: number;
  soonestDuplicate_s: number;
  /** Unicast frames that a MAC has handed up. */
  handedUp: number;
  /** Longest time for which the preferred parents of a meter led back to it. */
  longestLoop_s: number;
}

/**
 * A town of 20 to 40 meters, drawn from its seed as everything in it: how far apart they are, what is lost on the air,
 * which of them die and which lose their supply for a while. Meters send numbered messages to the collector, which
 * sends them back.
 */
export class SmallTown {
  readonly street: Street;
  readonly record: TownRecord = {
    sent: 0,
    delivered: 0,
    replied: 0,
    duplicates: 0,
    soonestDuplicate_s: Infinity,
    handedUp: 0,
    longestLoop_s: 0,
  };
  /** All that have run, those before a restart too. */
  readonly firmware: Meter[] = [];
  #held = 0;
  readonly #random: Random;
  /** When each message came first. */
  readonly #delivered_us = new Map<number, number>();
  readonly #replied_us = new Map<number, number>();
  /** Since when each meter is in a loop. */
  readonly #looping_us = new Map<SimulatedMeter, number>();

  constructor(readonly seed: number) {
    const random = new Random(seed, "small town");
    this.#random = random;
    const faults = { ...noFaults, frameLoss: random.between(0, 0.1), interference: random.between(0, 0.3) };
    const meters = 20 + random.below(21);
    const density = random.between(15, 150);
    this.street = new Street(streetOptions({ meters, density, faults, seed, depth: "model" }));
    const { collector, meters: nodes, world } = this.street;
    const socket = collector.stack.bind(PORT);
    socket.onDatagram = (peer, buffer, offset, length) => {
      if (this.#isNew(this.#delivered_us, buffer, offset)) this.record.delivered++;
      socket.send(peer, buffer.slice(offset, offset + length), length);
    };
    this.#watch(collector);
    for (const node of nodes) this.#talk(node);
    world.in(SAMPLE_us, () => this.#sample());
  }

  /** The supply of up to three meters fails: of the first for good. */
  fail(): void {
    const { meters, world } = this.street;
    for (let n = 0; n < 3; n++) {
      const meter = meters[this.#random.below(meters.length)];
      if (!meter.powered) continue;
      this.#held += meter.meter.mesh.queued;
      meter.powerOff();
      if (n === 0) continue;
      world.in(OUTAGE_us, () => {
        meter.powerOn();
        this.#talk(meter);
      });
    }
  }

  runTo(minute: number): void {
    this.street.world.runUntil(BOOT_US + minute * 60e6);
  }

  /** Sum of counts over all that have run. */
  sum(count: (node: Pick<Meter, "mesh" | "stack">) => number): number {
    return [this.street.collector, ...this.firmware].reduce((sum, node) => sum + count(node), 0);
  }

  /** What waits to be sent, or did so in a meter that lost its supply. */
  get waiting(): number {
    const { collector, meters } = this.street;
    return meters.reduce(
      (sum, { powered, meter }) => sum + (powered ? meter.mesh.queued : 0),
      this.#held + collector.mesh.queued,
    );
  }

  /** Meters that the collector has, and that links between nodes with a supply join to it. */
  get readable(): SimulatedMeter[] {
    const { root } = this.street.collector;
    return reachable(this.street).filter(({ meter }) => root.has(meter.stack.address));
  }

  /** Of some meters those that have not been read to the end. */
  unread(meters: readonly SimulatedMeter[]): SimulatedMeter[] {
    const done = this.street.reads.filter(({ done_ms }) => done_ms !== undefined);
    const read = new Set(done.map(({ meter }) => keyOf(meter.address)));
    return meters.filter(({ meter }) => !read.has(keyOf(meter.stack.address)));
  }

  #talk(node: SimulatedMeter): void {
    const { meter } = node;
    const { world } = this.street;
    this.firmware.push(meter);
    this.#watch(meter);
    const socket = meter.stack.bind(PORT);
    socket.onDatagram = (_peer, buffer, offset) => {
      if (this.#isNew(this.#replied_us, buffer, offset)) this.record.replied++;
    };
    const peer = new Peer();
    const message = new Uint8Array(MESSAGE_BYTES);
    const view = new DataView(message.buffer);
    const send = (): void => {
      if (node.meter !== meter || !node.powered) return;
      world.in(PERIOD_us + this.#random.below(1e6), send);
      if (!meter.join.joined) return;
      view.setUint32(0, this.record.sent);
      peer.address.set(meter.join.root);
      peer.port = PORT;
      if (socket.send(peer, message, message.length)) this.record.sent++;
    };
    world.in(this.#random.below(PERIOD_us), send);
  }

  /** Counts what its MAC hands up. */
  #watch({ mac }: Pick<Meter, "mac">): void {
    const { onFrame } = mac;
    mac.onFrame = (source, buffer, offset, length, broadcast) => {
      if (!broadcast) this.record.handedUp++;
      onFrame(source, buffer, offset, length, broadcast);
    };
  }

  /** Whether a message comes for the first time. */
  #isNew(firsts_us: Map<number, number>, buffer: Uint8Array, offset: number): boolean {
    const { record, street } = this;
    const { now_us } = street.world;
    const key = new DataView(buffer.buffer, buffer.byteOffset).getUint32(offset);
    const first_us = firsts_us.get(key);
    if (first_us === undefined) {
      firsts_us.set(key, now_us);
      return true;
    }
    record.duplicates++;
    record.soonestDuplicate_s = Math.min(record.soonestDuplicate_s, (now_us - first_us) / 1e6);
    return false;
  }

  #sample(): void {
    const { meters, world } = this.street;
    const parents = new Map<string, string>();
    for (const { meter, powered } of meters) {
      const parent = powered ? parentOf(meter) : undefined;
      if (parent !== undefined) parents.set(meter.mac.eui64.join(), parent.join());
    }
    for (const node of meters) {
      const own = node.meter.mac.eui64.join();
      let at = parents.get(own);
      for (let steps = 0; at !== undefined && at !== own && steps < meters.length; steps++)
        at = parents.get(at);
      if (at !== own) {
        this.#looping_us.delete(node);
        continue;
      }
      const since_us = this.#looping_us.get(node) ?? world.now_us;
      this.#looping_us.set(node, since_us);
      const { record } = this;
      record.longestLoop_s = Math.max(record.longestLoop_s, (world.now_us - since_us) / 1e6);
    }
    world.in(SAMPLE_us, () => this.#sample());
  }
}
