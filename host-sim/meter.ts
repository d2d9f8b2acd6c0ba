import { Meter } from "firmware/app/meter";
import type { Network } from "firmware/app/network";
import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import type { Clock } from "hal/clock";
import type { MeteringChip } from "hal/metering-chip";
import { Atm90e32Chip } from "./chips/atm90e32";
import { BehaviouralChip } from "./chips/behavioural-chip";
import { faultyBus } from "./chips/spi-faults";
import { CrystalClock } from "./clock";
import { NorFlash } from "./flash";
import { Feed } from "./load/feed";
import type { NamedLoad } from "./load/street-loads";
import { Truth } from "./load/truth";
import { meterIdentity, SeededEntropy, SimulatedSerial } from "./node";
import type { StreetOptions } from "./options";
import type { SimulatedRadio } from "./radio/radio";
import { Random } from "./random";
import type { World } from "./world";

/** Crystals are off by up to this much. */
export const CRYSTAL_PPM = 20;
/** Interval log: 45 days of 15 minutes and a month of room. */
const INTERVAL_FLASH_BYTES = 512 * 1024;
/** A town's meters poll more slowly, so that a laptop can hold it; see docs/figures.md. */
const TOWN_POLL_MS = 60_000;

/** One simulated meter: the firmware on simulated hardware, and the truth beside it. */
export class SimulatedMeter {
  readonly meter: Meter;
  readonly serial = new SimulatedSerial();
  readonly truth: Truth;

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
    this.meter = new Meter(
      {
        clock,
        chip:
          options.depth === "model"
            ? new BehaviouralChip(world, feed)
            : busChip(world, feed, clock, options, number),
        radio,
        intervalFlash: new NorFlash({ size: INTERVAL_FLASH_BYTES }),
        console: this.serial,
        entropy: new SeededEntropy(new Random(options.seed, `entropy ${number}`)),
        identity: meterIdentity(number),
      },
      {
        network,
        interval_min: options.interval_min,
        ...(options.depth === "model" && { pollPeriod_ms: TOWN_POLL_MS }),
      },
    );
  }
}

/** The driver, over a chip simulated at its bus. */
function busChip(
  world: World,
  feed: Feed,
  clock: Clock,
  { seed, faults }: StreetOptions,
  number: number,
): MeteringChip {
  const chip = new Atm90e32Chip(world, feed);
  const spi = faultyBus(chip, faults, new Random(seed, `spi ${number}`));
  // A simulated chip is ready at once, and nothing else may happen while a driver waits.
  const delay_ms = (): void => {};
  return new Atm90e32({ spi, delay_ms, clock, phases: feed.load.phases, lineFrequency_Hz: 60 });
}
