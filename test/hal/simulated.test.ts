import { backhaulPair } from "../../host-sim/backhaul";
import { CrystalClock, TrueClock } from "../../host-sim/clock";
import { collectorIdentity, meterIdentity, SeededEntropy, SimulatedSerial } from "../../host-sim/node";
import { Random } from "../../host-sim/random";
import { SimulatedRetainedMemory } from "../../host-sim/retained-memory";
import { SimulatedWatchdog } from "../../host-sim/watchdog";
import { SimulatedSupply } from "../../host-sim/supply";
import { World } from "../../host-sim/world";
import { backhaulContract } from "./backhaul.contract";
import { clockContract } from "./clock.contract";
import { entropyContract } from "./entropy.contract";
import { identityContract } from "./identity.contract";
import { powerMonitorContract } from "./power-monitor.contract";
import { retainedMemoryContract } from "./retained-memory.contract";
import { serialPortContract } from "./serial-port.contract";
import { watchdogContract } from "./watchdog.contract";

for (const ppm of [-20, 0, 20])
  clockContract(`a simulated crystal ${ppm} ppm off`, () =>
    rig((world) => ({ clock: new CrystalClock(world, ppm) })),
  );
clockContract("the head end's clock", () => rig((world) => ({ clock: new TrueClock(world) })));

serialPortContract("the simulated serial line", () =>
  rig(() => {
    const port = new SimulatedSerial();
    const written: number[] = [];
    port.connect((bytes) => void written.push(...bytes));
    return { port, type: (bytes: Uint8Array) => port.type(bytes), written: () => written };
  }),
);

entropyContract("seeded entropy", () => new SeededEntropy(new Random(1, "entropy")));
identityContract("a simulated meter", () => meterIdentity(7));
identityContract("a simulated collector", () => collectorIdentity(1));

const retained = new SimulatedRetainedMemory();
retainedMemoryContract("simulated retained memory", () => retained);

backhaulContract("the simulated backhaul", () =>
  rig((world) => {
    const [a, b] = backhaulPair(world, 100_000);
    return { a, b };
  }),
);

watchdogContract("the simulated watchdog", () =>
  rig((world) => {
    let restarts = 0;
    const watchdog = new SimulatedWatchdog(world, () => restarts++);
    watchdog.feed();
    return { watchdog, restarts: () => restarts };
  }),
);

powerMonitorContract("a simulated supply", () =>
  rig((world) => {
    const fed = { setDark() {}, powerOff() {}, powerOn() {} };
    const monitor = new SimulatedSupply(world, new Random(1, "supply"), fed);
    return { monitor, mains: (on: boolean) => (on ? monitor.restore() : monitor.fail()) };
  }),
);

/** What `make` makes in a world, and a way to let its time pass. */
function rig<Parts>(make: (world: World) => Parts): Parts & { run: (delay_ms: number) => void } {
  const world = new World();
  return { ...make(world), run: (delay_ms) => world.runUntil(world.now_us + delay_ms * 1000) };
}
