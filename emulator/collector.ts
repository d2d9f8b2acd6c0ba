import { CrystalClock } from "../host-sim/clock";
import { ResetReason } from "hal/reset";
import { NorFlash } from "../host-sim/flash";
import { collectorIdentity, SeededEntropy, SimulatedSerial } from "../host-sim/node";
import { Random } from "../host-sim/random";
import { SimulatedRetainedMemory } from "../host-sim/retained-memory";
import { World } from "../host-sim/world";
import { HalServer } from "../test/xs/hal/server";
import { NETWORK } from "../test/xs/programs/meter";
import { buildImage } from "./image";
import { EmulatedMachine, type Memory } from "./machine";
import { Neighbourhood } from "./neighbourhood";

/** From one registration to the next: long enough for its answer. */
const REGISTRATION_US = 250_000;
/** Longer than the root takes to look for routes that have run out. */
const SETTLED_US = 120e6;

/** What a collector takes on the device. */
export interface CollectorBudget {
  /** Bytes in use after garbage was collected, with all nodes registered. */
  used: Memory;
  /** Bytes taken from the system by then. */
  peak: Memory;
  /** Bytes. */
  stack: number;
  /** Instructions of one registration, answer and acknowledgements included: the mean of all. */
  registration: number;
}

/**
 * Boots a collector for `nodes` meters on the emulated microcontroller, and registers as many, each with a frame.
 * @throws Error where it does not take one of them
 */
export async function measureCollector(nodes: number): Promise<CollectorBudget> {
  const image = await buildImage(
    `collector-${nodes}`,
    `import { startCollector } from "./emulator/programs/collector";
     export function start(...native) { return startCollector(${nodes}, ...native); }`,
  );
  const world = new World();
  const identity = collectorIdentity(1);
  const radio = new Neighbourhood(world, NETWORK, identity.eui64);
  const server = new HalServer({
    clock: new CrystalClock(world, 0),
    spi: { transfer: () => {} },
    radio,
    flash: new NorFlash({ size: 64 * 1024 }),
    retained: new SimulatedRetainedMemory(),
    reset: { reason: ResetReason.powerUp },
    watchdog: { timeout_ms: 8_000, feed: () => {} },
    serial: new SimulatedSerial(),
    entropy: new SeededEntropy(new Random(1, "collector")),
    identity,
  });
  const machine = new EmulatedMachine(image, (message) => server.serve(message));
  let instructions = 0;
  server.deliver = (message) => (instructions += machine.deliver(message).instructions);
  for (let number = 1; number <= nodes; number++) {
    radio.register(number);
    world.runUntil(number * REGISTRATION_US);
    if (radio.accepted !== number) throw new Error(`collector of ${nodes} refused node ${number}`);
  }
  const registration = Math.round(instructions / nodes / 10) * 10;
  world.runUntil(world.now_us + SETTLED_US);
  const { used, reserved: peak, stackBytes: stack } = machine.collect();
  machine.close();
  return { used, peak, stack, registration };
}
