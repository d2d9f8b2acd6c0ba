import { MeterScenario } from "./meter-scenario";
import { ObjectScenario } from "./object-scenario";
import { RingScenario } from "./ring-scenario";
import type { Scenario } from "./scenario";

/** All that is cut; each is made anew for each run. Small sectors, so that every ring wraps several times. */
export function scenarios(seed: number): Scenario[] {
  return [
    new RingScenario({ recordBytes: 32, sectors: 4, sectorBytes: 1024, appends: 400, seed }),
    new RingScenario({ recordBytes: 64, sectors: 3, sectorBytes: 2048, appends: 240, seed }),
    new RingScenario({ recordBytes: 256, sectors: 3, sectorBytes: 2048, appends: 50, seed }),
    new ObjectScenario(45, seed),
    new MeterScenario(seed),
  ];
}
