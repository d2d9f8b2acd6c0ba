import { Meter } from "firmware/app/meter";
import type { Network } from "firmware/app/network";
import { Ade7953 } from "hal/drivers/ade7953/driver";
import { SpiBus } from "hal/drivers/ade7953/spi-bus";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { partitionsOf } from "firmware/storage/partition";
import type { Cipher } from "hal/cipher";
import type { Clock } from "hal/clock";
import type { MeteringChip } from "hal/metering-chip";
import { ResetReason } from "hal/reset";
import { Ade7953Chip } from "./chips/ade7953";
import { Atm90e32Chip } from "./chips/atm90e32";
import { BehaviouralChip } from "./chips/behavioural-chip";
import { faultyBus } from "./chips/spi-faults";
import { NodeCipher } from "./cipher";
import { CrystalClock } from "./clock";
import { NorFlash } from "./flash";
import { Feed } from "./load/feed";
import type { NamedLoad } from "./load/street-loads";
import { Truth } from "./load/truth";
import { Turns } from "./load/turns";
import { MarkingCipher } from "./marking-cipher";
import { meterIdentity, SeededEntropy, SimulatedSerial } from "./node";
import type { StreetOptions } from "./options";
import type { SimulatedRadio } from "./radio/radio";
import { Random } from "./random";
import { SimulatedRetainedMemory } from "./retained-memory";
import { SimulatedSupply } from "./supply";
import { SimulatedWatchdog } from "./watchdog";
import type { World } from "./world";

/** Crystals are off by up to this much. */
export const CRYSTAL_PPM = 20;
/** The smaller of the parts that a board has. */
const FLASH_BYTES = 4 * 1024 * 1024;
/** A town's meters poll more slowly, so that a laptop can hold it; see docs/figures.md. */
const TOWN_POLL_MS = 60_000;
/** A chip that counts net tells the directions apart by polls: the more there are, the less of both is in one. */
const NET_POLL_MS = 1_000;
/** The watchdog's time, for a town's meters too. */
const WATCHDOG_POLLS = 3;

/** One simulated meter: the firmware on simulated hardware, and the truth beside it. */
export class SimulatedMeter {
  /** The firmware that runs, or that ran last while the power is off. */
  meter: Meter;
  powered = true;
  readonly supply: SimulatedSupply;
  /** Failures of its supply of which it sent a last gasp. */
  gasped = 0;
  readonly serial = new SimulatedSerial();
  readonly truth: Truth;
  /** What one count of its chip is worth. */
  readonly count_mWh: number;
  /** For a chip that counts net: what it cannot tell. */
  readonly turns: Turns | undefined;
  readonly #world: World;
  readonly #options: StreetOptions;
  readonly #network: Network;
  readonly #cipher: Cipher;
  readonly #feed: Feed;
  readonly #metering: Metering;
  readonly #flash = new NorFlash({ size: FLASH_BYTES });
  readonly #retained = new SimulatedRetainedMemory();
  readonly #entropy: SeededEntropy;
  readonly #power: Random;
  readonly #ppm: number;
  #clock: CrystalClock;
  #watchdog: SimulatedWatchdog | undefined;

  constructor(
    world: World,
    options: StreetOptions,
    network: Network,
    readonly number: number,
    readonly load: NamedLoad,
    readonly radio: SimulatedRadio,
    cipher: Cipher = new NodeCipher(),
  ) {
    const { seed } = options;
    this.#world = world;
    this.#options = options;
    this.#network = network;
    const { storageKey } = meterIdentity(number);
    this.#cipher = options.depth === "model" ? new MarkingCipher(cipher, storageKey) : cipher;
    this.#feed = new Feed(load);
    this.truth = new Truth(this.#feed);
    this.#ppm = new Random(seed, `meter ${number}`).between(-CRYSTAL_PPM, CRYSTAL_PPM);
    this.#entropy = new SeededEntropy(new Random(seed, `entropy ${number}`));
    this.#power = new Random(seed, `power ${number}`);
    this.supply = new SimulatedSupply(world, this.#power, this);
    this.radio.drain = this.supply;
    this.#metering = metering(world, this.#feed, options, number);
    this.#clock = new CrystalClock(world, this.#ppm);
    let chip = this.#metering.driver(this.#clock);
    this.count_mWh = chip.countNumerator / chip.countDenominator;
    if (options.chip === "ade7953") chip = this.turns = new Turns(chip, this.truth, world);
    this.meter = this.#start(chip);
  }

  /** The mains are away, for the load too, or back. */
  setDark(dark: boolean): void {
    if (!dark && this.meter.power.gasp.begun) this.gasped++;
    this.#feed.setDark(dark, this.#world.now_us);
  }

  /**
   * The power goes without a warning, and the load with it: the firmware runs no further, retained memory and the
   * counts of the metering chip are lost. Flash stays.
   */
  powerOff(): void {
    this.powered = false;
    this.setDark(true);
    this.supply.powerOff();
    this.#clock.stop();
    this.#watchdog?.stop();
    this.radio.powerOff();
    this.serial.powerOff();
    this.#retained.lose(this.#power);
    this.#metering.brownOut();
  }

  /** The power is back, and the firmware starts over what is in flash. It does not know the time. */
  powerOn(): void {
    this.powered = true;
    this.setDark(false);
    this.#clock = new CrystalClock(this.#world, this.#ppm);
    const driver = this.#metering.driver(this.#clock);
    this.turns?.restart(driver);
    this.meter = this.#start(this.turns ?? driver);
  }

  /** The run is over but for its reads: the faults of the chip's bus end, too. */
  calm(): void {
    this.#metering.calm();
  }

  #start(chip: MeteringChip): Meter {
    const { interval_min, depth, chip: kind } = this.#options;
    this.#watchdog = new SimulatedWatchdog(this.#world, () => this.#hangs(), WATCHDOG_POLLS * TOWN_POLL_MS);
    this.#watchdog.feed();
    return new Meter(
      {
        clock: this.#clock,
        chip,
        radio: this.radio,
        flash: partitionsOf(this.#flash),
        cipher: this.#cipher,
        retained: this.#retained,
        power: this.supply,
        reset: { reason: ResetReason.powerUp },
        watchdog: this.#watchdog,
        console: this.serial,
        entropy: this.#entropy,
        identity: meterIdentity(this.number),
      },
      {
        network: this.#network,
        interval_min,
        ...(depth === "model" && { pollPeriod_ms: TOWN_POLL_MS }),
        ...(kind === "ade7953" && { pollPeriod_ms: NET_POLL_MS }),
      },
    );
  }

  /** Nothing that is simulated may come to this: it ends the run. */
  #hangs(): void {
    throw new Error(`meter ${this.number} does not poll any more`);
  }
}

/** A metering chip, and what it takes to start its driver anew. */
interface Metering {
  driver: (clock: Clock) => MeteringChip;
  /** Its supply is gone, and what it counted. */
  brownOut: () => void;
  /** Its bus has no faults any more. */
  calm: () => void;
}

/** The driver, over a chip simulated at its bus, or a model of both. */
function metering(
  world: World,
  feed: Feed,
  { depth, chip: kind, seed, faults }: StreetOptions,
  number: number,
): Metering {
  if (depth === "model") {
    const chip = new BehaviouralChip(world, feed);
    return { driver: () => chip, brownOut: () => chip.brownOut(), calm: () => {} };
  }
  const random = new Random(seed, `spi ${number}`);
  // A simulated chip is ready at once, and nothing else may happen while a driver waits.
  const delay_ms = (): void => {};
  const { phases } = feed.load;
  if (kind === "ade7953") {
    const chip = new Ade7953Chip(world, feed);
    const { spi, calm } = faultyBus(chip, faults, random);
    return {
      driver: (clock) => new Ade7953({ bus: new SpiBus(spi), delay_ms, clock, phases: phases === 1 ? 1 : 2 }),
      brownOut: () => chip.brownOut(0),
      calm,
    };
  }
  const chip = new Atm90e32Chip(world, feed);
  const { spi, calm } = faultyBus(chip, faults, random);
  return {
    driver: (clock) => new Atm90e32({ spi, delay_ms, clock, phases, lineFrequency_Hz: 60 }),
    brownOut: () => chip.brownOut(),
    calm,
  };
}
