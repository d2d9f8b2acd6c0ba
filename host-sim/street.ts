import type { Collector } from "firmware/app/collector";
import type { Network } from "firmware/app/network";
import { writeEui64 } from "firmware/ip/address";
import { HeadEnd } from "../head-end/head-end";
import type { Read } from "../head-end/read";
import type { Capture } from "./capture";
import { NodeCipher } from "./cipher";
import { TrueClock } from "./clock";
import { SimulatedCollector } from "./collector";
import { disturbed } from "./load/disturbed";
import { EndingLoad } from "./load/ending";
import { streetLoads } from "./load/street-loads";
import { SimulatedMeter } from "./meter";
import { SeededEntropy } from "./node";
import type { StreetOptions } from "./options";
import { Outages } from "./outages";
import { meterPans, streetPans } from "./pans";
import { type AirCount, AirStatistics } from "./radio/air-statistics";
import type { Medium } from "./radio/medium";
import { streetMedium } from "./radio/street-medium";
import { Random } from "./random";
import { Trace } from "./trace";
import { Traffic } from "./traffic";
import { World } from "./world";

/** Simulated time 0: a Monday, midnight UTC; the synthetic loads have their seasons from it. */
export const EPOCH_MS = Date.UTC(2026, 5, 1);
/** Meters are installed and take their time before the load starts. */
export const BOOT_US = -60e6;
const DAY_US = 86_400e6;
/** The textbook's, rounded up to what firmware counts in. */
const IDEAL_TURNAROUND_MS = 1;
const PREFIX = address("20010db8000000000000000000000000");
export const HEAD_END = address("20010db8ffff00000000000000000001");
/** Network of a street with one collector, whose nodes neither hop nor seal. */
export const NETWORK: Network = {
  pans: streetPans(1, false),
  channel: 64,
  prefix: PREFIX,
  headEnd: HEAD_END,
};

/** The registers' truth at one boundary of intervals, by meter. */
export interface TruthPoint {
  readonly delivered_mWh: Float64Array;
  readonly received_mWh: Float64Array;
}

/** A street: meters on their loads, a collector, the head end, and the air between them. */
export class Street {
  readonly world = new World();
  readonly medium: Medium;
  readonly meters: SimulatedMeter[] = [];
  readonly outages: Outages;
  readonly collectors: SimulatedCollector[] = [];
  readonly headEnd: HeadEnd;
  /** Instead of reads, where that is asked for. */
  readonly traffic: Traffic | undefined;
  readonly trace = new Trace();
  readonly air = new AirStatistics();
  readonly reads: Read[] = [];
  /** What the reads put on the air, from each attempt's first request to its answer. */
  readonly readAir: AirCount = { frames: 0, dataBytes: 0 };
  /** Set where the frames are to be kept. */
  capture: Capture | undefined;
  /** Time from boot to the first registration of each meter that has one. */
  readonly joined_us: number[] = [];
  /** True totals at each interval's start, from time 0 on. */
  readonly truth: TruthPoint[] = [];

  /**
   * @param loadEnd_us when the loads are switched off
   * @throws BadInput when the load file cannot be used
   */
  constructor(
    readonly options: StreetOptions,
    loadEnd_us = options.days * DAY_US,
  ) {
    const { world } = this;
    const { seed } = options;
    const loads = streetLoads(options);
    world.now_us = BOOT_US;
    this.medium = streetMedium(world, options);
    this.medium.onFrame = (at_us, from, channel, bytes, length, rssi_dBm) => {
      this.trace.frame(at_us, from, channel, bytes, length);
      this.air.add(bytes, length);
      this.capture?.write(at_us, channel, bytes, length, rssi_dBm);
    };

    const network = networkOf(options);
    const cipher = new NodeCipher();
    this.headEnd = new HeadEnd({
      clock: new TrueClock(world),
      entropy: new SeededEntropy(new Random(seed, "head end entropy")),
      address: HEAD_END,
      utc_ms: () => this.utc_ms(),
      collectors: options.collectors,
    });
    const { pans } = network;
    pans.forEach((pan, index) => {
      const own = { ...network, pans: [pan] };
      const radio = this.medium.addRadio();
      this.collectors.push(
        new SimulatedCollector(world, seed, own, index + 1, radio, cipher, this.headEnd, options.meters),
      );
    });
    const before = new Map<Read, AirCount>();
    this.headEnd.poller.onStart = (read) => {
      before.set(read, { ...this.air.of(eui64Of(read.meter.address)) });
    };
    this.headEnd.poller.onRead = (read) => {
      this.reads.push(read);
      const count = this.air.of(eui64Of(read.meter.address));
      // One that no attempt was made of has none.
      const start = before.get(read) ?? count;
      this.readAir.frames += count.frames - start.frames;
      this.readAir.dataBytes += count.dataBytes - start.dataBytes;
      before.delete(read);
      this.trace.read(read.meter.address, read.done_ms ?? -1);
    };

    for (let index = 0; index < options.meters; index++) {
      const meter = new SimulatedMeter(
        world,
        options,
        { ...network, pans: meterPans(pans, index, this.medium.air) },
        index + 1,
        new EndingLoad(
          disturbed(loads[index], options.faults.disturbances, seed, index + 1, loadEnd_us),
          loadEnd_us,
        ),
        this.medium.addRadio(),
        cipher,
      );
      // The installer sets the time; from then on the head end does.
      meter.meter.utc.set(this.utc_ms());
      meter.meter.onJoined = () => this.joined_us.push(world.now_us - BOOT_US);
      this.meters.push(meter);
    }
    const { faults, days } = options;
    this.outages = new Outages(world, this.meters, faults, seed, (days * DAY_US) / 1e6);
    this.#recordTruth(0);
    if (options.traffic === undefined) {
      this.headEnd.poller.start();
      this.headEnd.everyone.start();
    } else this.traffic = new Traffic(this, options.traffic);
  }

  /** The first one. */
  get collector(): Collector {
    return this.collectors[0].collector;
  }

  /** Hops of each meter to the collector that the head end reads it through; 0 where there is no way. */
  hops({ meter }: SimulatedMeter): number {
    const { address } = meter.stack;
    const line = this.headEnd.whereabouts.lineOf(address);
    return line === undefined ? 0 : this.collectors[line].collector.root.hops(address);
  }

  /** True UTC now. */
  utc_ms(): number {
    return EPOCH_MS + Math.floor(this.world.now_us / 1000);
  }

  /** Runs up to simulated second `until_s`; `onProgress` hears of each minute. */
  run(until_s: number, onProgress: (simulated_s: number) => void = () => {}): void {
    const { world } = this;
    for (;;) {
      const now_s = Math.max(0, Math.floor(world.now_us / 1e6));
      const next_s = Math.min(until_s, (Math.floor(now_s / 60) + 1) * 60);
      world.runUntil(next_s * 1e6);
      onProgress(next_s);
      if (next_s >= until_s) return;
    }
  }

  #recordTruth(interval: number): void {
    const { world, options } = this;
    const at_us = interval * options.interval_min * 60e6;
    world.at(at_us, () => {
      const count = this.meters.length;
      const point = { delivered_mWh: new Float64Array(count), received_mWh: new Float64Array(count) };
      for (let i = 0; i < count; i++) {
        const { truth } = this.meters[i];
        point.delivered_mWh[i] = truth.deliveredTotal_mWh(at_us);
        point.received_mWh[i] = truth.receivedTotal_mWh(at_us);
      }
      this.truth.push(point);
      this.#recordTruth(interval + 1);
    });
  }
}

/** All of a street's network, with the PAN of each collector. */
export function networkOf({ collectors, hopping, linkSecurity, turnaround }: StreetOptions): Network {
  const turnaround_ms = turnaround === "ideal" ? IDEAL_TURNAROUND_MS : undefined;
  return { ...NETWORK, turnaround_ms, hopping, pans: streetPans(collectors, linkSecurity) };
}

function eui64Of(address: Uint8Array): Uint8Array {
  const eui64 = new Uint8Array(8);
  writeEui64(address, eui64);
  return eui64;
}

function address(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
