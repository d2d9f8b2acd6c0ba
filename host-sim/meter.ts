import { Meter } from "firmware/app/meter";
import type { Network } from "firmware/app/network";
import { Ade7953 } from "hal/drivers/ade7953/driver";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import type { Clock } from "hal/clock";
import type { MeteringChip } from "hal/metering-chip";
import { Ade7953Chip } from "./chips/ade7953";
import { Atm90e32Chip } from "./chips/atm90e32";
import { BehaviouralChip } from "./chips/behavioural-chip";
import { faultyBus } from "./chips/spi-faults";
import { CrystalClock } from "./clock";
import { NorFlash } from "./flash";
import { Feed } from "./load/feed";
import type { NamedLoad } from "./load/street-loads";
import { Truth } from "./load/truth";
import { Turns } from "./load/turns";
import { meterIdentity, SeededEntropy, SimulatedSerial } from "./node";
import type { StreetOptions } from "./options";
import type { SimulatedRadio } from "./radio/radio";
import { Random } from "./random";
import { SimulatedRetainedMemory } from "./retained-memory";
import type { World } from "./world";

/** Crystals are off by up to this much. */
export const CRYSTAL_PPM = 20;
/** Interval log: 45 days of 15 minutes and a month of room. */
const INTERVAL_FLASH_BYTES = 512 * 1024;
/** A town's meters poll more slowly, so that a laptop can hold it; see docs/figures.md. */
const TOWN_POLL_MS = 60_000;
/** A chip that counts net tells the directions apart by polls: the more there are, the less of both is in one. */
const NET_POLL_MS = 1_000;

/** One simulated meter: the firmware on simulated hardware, and the truth beside it. */
export class SimulatedMeter {
  readonly meter: Meter;
  readonly serial = new SimulatedSerial();
  readonly truth: Truth;
  /** What one count of its chip is worth. */
  readonly count_mWh: number;
  /** For a chip that counts net: what it cannot tell. */
  readonly turns: Turns | undefined;

  constructor(
    world: World,
    options: StreetOptions,
    network: Network,
    readonly number: number,
    readonly load: NamedLoad,
    readonly radio: SimulatedRadio,
  ) {
    const random = new Random(options.seed, `meter ${number}`);
    const clock = new CrystalClock(world, random.between(-CRYSTAL_PPM, CRYSTAL_PPM));
    const feed = new Feed(load);
    this.truth = new Truth(feed);
    let chip = meteringChip(world, feed, clock, options, number);
    this.count_mWh = chip.countNumerator / chip.countDenominator;
    if (options.chip === "ade7953") chip = this.turns = new Turns(chip, this.truth, world);
    this.meter = new Meter(
      {
        clock,
        chip,
        radio,
        intervalFlash: new NorFlash({ size: INTERVAL_FLASH_BYTES }),
        retained: new SimulatedRetainedMemory(),
        console: this.serial,
        entropy: new SeededEntropy(new Random(options.seed, `entropy ${number}`)),
        identity: meterIdentity(number),
      },
      {
        network,
        interval_min: options.interval_min,
        ...(options.depth === "model" && { pollPeriod_ms: TOWN_POLL_MS }),
        ...(options.chip === "ade7953" && { pollPeriod_ms: NET_POLL_MS }),
      },
    );
  }
}

/** The driver, over a chip simulated at its bus, or a model of both. */
function meteringChip(
  world: World,
  feed: Feed,
  clock: Clock,
  { depth, chip, seed, faults }: StreetOptions,
  number: number,
): MeteringChip {
  if (depth === "model") return new BehaviouralChip(world, feed);
  const random = new Random(seed, `spi ${number}`);
  // A simulated chip is ready at once, and nothing else may happen while a driver waits.
  const delay_ms = (): void => {};
  const { phases } = feed.load;
  if (chip === "ade7953") {
    const spi = faultyBus(new Ade7953Chip(world, feed), faults, random);
    return new Ade7953({ spi, delay_ms, clock, phases: phases === 1 ? 1 : 2 });
  }
  const spi = faultyBus(new Atm90e32Chip(world, feed), faults, random);
  return new Atm90e32({ spi, delay_ms, clock, phases, lineFrequency_Hz: 60 });
}
