import { Collector } from "firmware/app/collector";
import type { Network } from "firmware/app/network";
import type { Cipher } from "hal/cipher";
import type { HeadEnd } from "../head-end/head-end";
import { backhaulPair } from "./backhaul";
import { CrystalClock } from "./clock";
import { NorFlash } from "./flash";
import { CRYSTAL_PPM } from "./meter";
import { collectorIdentity, SeededEntropy } from "./node";
import type { SimulatedRadio } from "./radio/radio";
import { Random } from "./random";
import type { World } from "./world";

const BACKHAUL_US = 100_000;
/** For a collector's keys: the least that a store takes. */
const KEYS_BYTES = 4 * 4096;

/** One simulated collector: the firmware on simulated hardware, and its line to the head end. */
export class SimulatedCollector {
  readonly collector: Collector;
  powered = true;
  readonly #clock: CrystalClock;
  readonly #cutBackhaul: () => void;

  /**
   * @param number from 1 on
   * @param capacity how many meters it takes
   */
  constructor(
    world: World,
    seed: number,
    network: Network,
    readonly number: number,
    readonly radio: SimulatedRadio,
    cipher: Cipher,
    headEnd: HeadEnd,
    capacity: number,
  ) {
    const name = number === 1 ? "collector" : `collector ${number}`;
    const random = new Random(seed, name);
    const [near, far] = backhaulPair(world, BACKHAUL_US);
    this.#clock = new CrystalClock(world, random.between(-CRYSTAL_PPM, CRYSTAL_PPM));
    this.collector = new Collector(
      {
        clock: this.#clock,
        radio,
        cipher,
        keys: new NorFlash({ size: KEYS_BYTES }),
        backhaul: near,
        entropy: new SeededEntropy(new Random(seed, `${name} entropy`)),
        identity: collectorIdentity(number),
      },
      network,
      capacity,
    );
    const line = headEnd.connect(far, this.collector.stack.address);
    const { root } = this.collector;
    root.onRegistered = (address, moves) => {
      const copy = address.slice();
      world.in(BACKHAUL_US, () => headEnd.meterJoined(copy, line, moves));
    };
    root.onLost = (address) => {
      const copy = address.slice();
      world.in(BACKHAUL_US, () => headEnd.meterLost(copy, line));
    };
    this.#cutBackhaul = () => (near.onReceive = () => {});
  }

  /** Its power goes without a warning, and for good. */
  powerOff(): void {
    this.powered = false;
    this.#clock.stop();
    this.radio.powerOff();
    this.#cutBackhaul();
  }
}
