import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MockInstance, vi } from "vitest";
import { Writer } from "firmware/codec/cursor";
import { WisunFrame } from "firmware/mesh/mac/elements";
import { CAUSES, Cause, FCS_BYTES, MacFrame, writeFcs } from "firmware/mesh/mac/frame";
import type { Clock } from "hal/clock";
import type { HopSchedule } from "hal/radio";
import { SimulatedRadio } from "../../host-sim/radio/radio";
import { Random } from "../../host-sim/random";
import { Street } from "../../host-sim/street";
import { parentOf } from "./mesh-street";
import { streetOptions } from "./street";
import { unsealedDio } from "./unsealed-dio";

const METERS = 5;
const MAX_FRAME_BYTES = 255;
/** Of a frame of this mesh, behind identifier and length of its first information element. */
const WISUN_TYPE_AT = 3;

/** A frame that was on the air. */
interface Recorded {
  readonly at_us: number;
  readonly bytes: Uint8Array;
}

/**
 * A secured, hopping mesh in which each node hears those next to it in a row, so that there is one way alone, and the
 * radio of an outsider that is in range of all. What is on the air is remembered.
 */
export class AttackedStreet {
  readonly street: Street;
  /** Frames of the mesh; solicitations, which anybody may repeat to get an answer, are not among them. */
  readonly recorded: Recorded[] = [];
  /** How often a collector has said that it has a meter, or has one no more. */
  registrations = 0;
  readonly #random: Random;
  readonly #unsealed: Uint8Array;
  readonly #follow: MockInstance<SimulatedRadio["follow"]>;
  readonly #schedules = new Map<number, { schedule: HopSchedule; clock: Pick<Clock, "now_ms"> }>();

  constructor(seed: number, turnaround: "device" | "ideal") {
    this.#random = new Random(seed, "outsider");
    const schedules = this.#schedules;
    // No secret: schedules follow from the addresses, and each frame says where its sender stands in its own.

    const { follow } = SimulatedRadio.prototype;
    this.#follow = vi.spyOn(SimulatedRadio.prototype, "follow").mockImplementation(function (
      this: SimulatedRadio,
      schedule,
      clock,
    ) {
      schedules.set(this.number, { schedule, clock });
      follow.call(this, schedule, clock);
    });
    const folder = mkdtempSync(join(tmpdir(), "wattmesh-attacked-"));
    const topology = join(folder, "line.csv");
    writeFileSync(topology, rowWithOutsider());
    const options = { depth: "model", seed, topology, turnaround } as const;
    this.street = new Street(streetOptions({ meters: METERS + 1, ...options }));
    rmSync(folder, { recursive: true });
    // The outsider is the radio of one that never starts.
    this.street.meters.pop()!.powerOff();
    this.#unsealed = unsealedDio(this.street.collector.mac.eui64);
    this.#remember();
  }

  close(): void {
    this.#follow.mockRestore();
  }

  /** A frame that is none of the mesh's: random bytes, a damaged one with its FCS mostly right, or one without a key. */
  forged(): Uint8Array {
    const random = this.#random;
    if (random.chance(0.05)) return this.#unsealed.slice();
    const { bytes } = this.recorded[random.below(this.recorded.length)];
    const at = random.below(bytes.length);
    let forged: number[];
    switch (random.below(4)) {
      case 0:
        forged = Array.from({ length: 1 + random.below(MAX_FRAME_BYTES) }, () => random.below(256));
        break;
      case 1:
        forged = [...bytes.slice(0, Math.max(1, at))];
        break;
      case 2:
        forged = [...bytes];
        // Short of the FCS, which is made right again.
        forged[at % (bytes.length - FCS_BYTES)] ^= 1 << random.below(8);
        break;
      default:
        forged = [...bytes.slice(0, at), random.below(256), ...bytes.slice(at)].slice(0, MAX_FRAME_BYTES);
    }
    const frame = Uint8Array.from(forged);
    if (frame.length > FCS_BYTES && !random.chance(0.1)) {
      const writer = new Writer(frame);
      writer.at = frame.length - FCS_BYTES;
      writeFcs(writer);
    }
    return frame;
  }

  /** A frame of the mesh from at least `age_s` ago. */
  repeated(age_s: number): Uint8Array {
    const { recorded } = this;
    const before_us = this.street.world.now_us - age_s * 1e6;
    let count = recorded.length;
    while (count > 0 && recorded[count - 1].at_us > before_us) count--;
    return recorded[this.#random.below(count)].bytes.slice();
  }

  /** One of the mesh's nodes, the collector being 0. */
  anyNode(): number {
    return this.#random.below(1 + METERS);
  }

  /** Sends a frame where `node` listens now. */
  send(node: number, frame: Uint8Array): void {
    const { schedule, clock } = this.#schedules.get(node)!;
    const outsider = this.street.medium.radios[1 + METERS];
    outsider.transmit(frame, frame.length, schedule.channelAt(clock.now_ms()));
  }

  /** Puts a frame before `node` without a trace of it on the air. */
  slip(node: number, frame: Uint8Array): void {
    this.street.medium.radios[node].onReceive(frame, frame.length, -60);
  }

  /** Runs `act` every `period_ms` for so long, and reads all meters each minute. */
  during(minutes: number, period_ms: number, act: () => void): void {
    const { world, headEnd } = this.street;
    const end_us = world.now_us + minutes * 60e6;
    const acts = (): void => {
      act();
      if (world.now_us + period_ms * 1000 < end_us) world.in(period_ms * 1000, acts);
    };
    acts();
    for (let minute = 0; minute < minutes; minute++) {
      headEnd.poller.readAll(this.street.utc_ms());
      world.runUntil(world.now_us + 60e6);
    }
  }

  /** Frames that were refused, by {@link Cause}, of all nodes together. */
  refused(): number[] {
    const sum = new Array<number>(CAUSES).fill(0);
    for (const { mac } of this.#nodes())
      mac.counters.dropped.forEach((count, cause) => (sum[cause] += count));
    return sum;
  }

  /** What an outsider must not change: who is whose parent, who is registered, and how they are reached. */
  order(): unknown {
    const { collector, meters } = this.street;
    return {
      registrations: this.registrations,
      known: collector.root.count,
      meters: meters.map((meter) => ({
        parent: parentOf(meter.meter)?.join(),
        joined: meter.meter.join.joined,
        hops: this.street.hops(meter),
        panTime: meter.meter.mac.synced,
      })),
    };
  }

  #nodes() {
    const { collector, meters } = this.street;
    return [collector, ...meters.map(({ meter }) => meter)];
  }

  #remember(): void {
    const { medium, collector } = this.street;
    const { onFrame } = medium;
    const frame = new MacFrame();
    medium.onFrame = (at_us, from, channel, bytes, length, rssi_dBm) => {
      if (from > METERS) return;
      onFrame(at_us, from, channel, bytes, length, rssi_dBm);
      if (frame.parse(bytes, length) !== Cause.ok) return;
      if (bytes[frame.elementsOffset + WISUN_TYPE_AT] === WisunFrame.solicitation) return;
      this.recorded.push({ at_us, bytes: bytes.slice(0, length) });
    };
    const { root } = collector;
    const { onRegistered, onLost } = root;
    root.onRegistered = (address, moves) => {
      this.registrations++;
      onRegistered(address, moves);
    };
    root.onLost = (address) => {
      this.registrations++;
      onLost(address);
    };
  }
}

/** An edge list of the collector, the meters and the outsider. */
function rowWithOutsider(): string {
  const pairs = Array.from({ length: METERS }, (_, n) => [n + 1, n + 2]);
  for (let node = 1; node <= METERS + 1; node++) pairs.push([node, METERS + 2]);
  const rows = pairs.flatMap(([a, b]) => [`${a},${b},1,-70`, `${b},${a},1,-70`]);
  return ["from,to,prr,rssi_dbm", ...rows, ""].join("\n");
}
