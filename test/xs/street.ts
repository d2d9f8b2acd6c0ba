import { Collector } from "firmware/app/collector";
import { ResetReason } from "hal/reset";
import { HeadEnd } from "../../head-end/head-end";
import { backhaulPair } from "../../host-sim/backhaul";
import { Atm90e32Chip } from "../../host-sim/chips/atm90e32";
import { NodeCipher } from "../../host-sim/cipher";
import { CrystalClock, TrueClock } from "../../host-sim/clock";
import { NorFlash } from "../../host-sim/flash";
import { Feed } from "../../host-sim/load/feed";
import type { Load } from "../../host-sim/load/load";
import { HouseholdLoad } from "../../host-sim/load/synthetic";
import { Truth } from "../../host-sim/load/truth";
import { SimulatedMeter } from "../../host-sim/meter";
import { collectorIdentity, meterIdentity, SeededEntropy, SimulatedSerial } from "../../host-sim/node";
import { defaultOptions } from "../../host-sim/options";
import type { Air } from "../../host-sim/radio/air";
import { Medium, OPEN_STREET } from "../../host-sim/radio/medium";
import type { SimulatedRadio } from "../../host-sim/radio/radio";
import { Random } from "../../host-sim/random";
import { SimulatedRetainedMemory } from "../../host-sim/retained-memory";
import { SimulatedWatchdog } from "../../host-sim/watchdog";
import { World } from "../../host-sim/world";
import type { Hal } from "./hal/server";
import { INSTALLED_UTC_MS, NETWORK } from "./programs/meter";

const SEED = 1;
/** Installed a minute before the hour. */
const BOOT_US = -60e6;
const FLASH_BYTES = 4 * 1024 * 1024;
/** The collector's. */
const KEYS_BYTES = 4 * 4096;
/** Of the served meter's crystal. */
const METER_PPM = 12;

/** What became known of the meter that is served. */
export interface MeterRead {
  /** Intervals that the head end keeps. */
  intervals: number | undefined;
  delivered_mWh: number;
  /** Energy that flowed. */
  true_mWh: number;
  /** What its console wrote. */
  console: string;
}

/**
 * A street in this process with one meter whose program runs in another engine, on {@link hal}. Its collector and the
 * head end read it, and its neighbours' meters run here.
 */
export class ServedStreet {
  readonly world = new World();
  readonly hal: Hal;
  readonly serial = new SimulatedSerial();
  readonly headEnd: HeadEnd;
  /** The served meter's watchdog was not fed: the part is to be restarted. */
  onHang: () => void = () => {
    throw new Error("the served meter does not poll any more");
  };
  readonly #truth: Truth;
  readonly #radio: SimulatedRadio;
  #clock: CrystalClock;
  #watchdog: SimulatedWatchdog;

  /**
   * @param load of the served meter
   * @param air of the collector, the served meter and its neighbours, in this order
   */
  constructor(neighbours = 0, load: Load = new HouseholdLoad(SEED, 1), air: Air = OPEN_STREET.air) {
    const { world, serial } = this;
    world.now_us = BOOT_US;
    const options = { ...defaultOptions, seed: SEED, meters: 1 + neighbours };
    const medium = new Medium({ ...OPEN_STREET, world, random: new Random(SEED, "medium"), air });
    const [collectorEnd, headEndEnd] = backhaulPair(world, 100_000);
    const collector = new Collector(
      {
        clock: new CrystalClock(world, -5),
        radio: medium.addRadio(),
        cipher: new NodeCipher(),
        keys: new NorFlash({ size: KEYS_BYTES }),
        backhaul: collectorEnd,
        entropy: new SeededEntropy(new Random(SEED, "collector")),
        identity: collectorIdentity(1),
      },
      NETWORK,
      options.meters,
    );
    this.headEnd = new HeadEnd({
      clock: new TrueClock(world),
      entropy: new SeededEntropy(new Random(SEED, "head end")),
      address: NETWORK.headEnd,
      utc_ms: () => this.utc_ms(),
    });
    const line = this.headEnd.connect(headEndEnd, collector.stack.address);
    collector.root.onRegistered = (node, moves) => this.headEnd.meterJoined(node, line, moves);

    const feed = new Feed(load);
    this.#truth = new Truth(feed);
    this.#clock = new CrystalClock(world, METER_PPM);
    this.#radio = medium.addRadio();
    this.#watchdog = this.#makeWatchdog();
    this.hal = {
      clock: this.#clock,
      spi: new Atm90e32Chip(world, feed),
      radio: this.#radio,
      flash: new NorFlash({ size: FLASH_BYTES }),
      retained: new SimulatedRetainedMemory(),
      reset: { reason: ResetReason.powerUp },
      watchdog: this.#watchdog,
      serial,
      entropy: new SeededEntropy(new Random(SEED, "meter")),
      identity: meterIdentity(1),
    };
    for (let number = 2; number <= options.meters; number++) {
      const load = new HouseholdLoad(SEED, number);
      const { meter } = new SimulatedMeter(world, options, NETWORK, number, load, medium.addRadio());
      meter.utc.set(this.utc_ms());
    }
  }

  utc_ms(): number {
    return INSTALLED_UTC_MS + Math.floor((this.world.now_us - BOOT_US) / 1000);
  }

  /** What has flowed to the served meter's customer so far. */
  trueDelivered_mWh(): number {
    this.#truth.advanceTo(this.world.now_us);
    return this.#truth.energy_mWh(0, 0);
  }

  /** The served meter's part starts anew: with a new clock, an idle radio, and all else as it is. */
  restart(): void {
    this.#clock.stop();
    this.#watchdog.stop();
    this.#radio.powerOff();
    this.serial.powerOff();
    this.hal.clock = this.#clock = new CrystalClock(this.world, METER_PPM);
    this.hal.watchdog = this.#watchdog = this.#makeWatchdog();
  }

  #makeWatchdog(): SimulatedWatchdog {
    return new SimulatedWatchdog(this.world, () => this.onHang());
  }

  /** Runs to `until_us`, then reads all meters and asks a question on the served meter's console. */
  readAt(until_us: number): MeterRead {
    const { world, serial, headEnd } = this;
    let console = "";
    serial.connect((bytes) => (console += new TextDecoder().decode(bytes)));
    world.runUntil(until_us);
    const true_mWh = this.trueDelivered_mWh();
    world.runUntil(until_us + 10e6);
    headEnd.poller.readAll(this.utc_ms());
    serial.type(new TextEncoder().encode("reg show\rtrace\r"));
    world.runUntil(until_us + 20e6);
    const { eui64 } = this.hal.identity;
    const record = headEnd.store.meters.find(({ address }) => address[15] === eui64[7]);
    return {
      intervals: record?.intervals.size,
      delivered_mWh: record?.closingDelivered_mWh ?? 0,
      true_mWh,
      console,
    };
  }
}
