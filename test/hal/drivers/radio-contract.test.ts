import { Medium, OPEN_STREET } from "../../../host-sim/radio/medium";
import { Random } from "../../../host-sim/random";
import { World } from "../../../host-sim/world";
import { sx1262, sx1276 } from "../../support/chip-radio";
import { radioContract } from "../radio.contract";

const makers = { sx1262, sx1276 };
const pairs = [
  ["sx1262", "sx1262"],
  ["sx1276", "sx1276"],
  ["sx1262", "sx1276"],
  ["sx1276", "sx1262"],
] as const;

for (const [from, to] of pairs) {
  radioContract(`${from} to ${to}, over simulated chips,`, () => {
    const world = new World();
    const medium = new Medium({ ...OPEN_STREET, world, random: new Random(1, "air") });
    const a = makers[from](world, medium).radio;
    const b = makers[to](world, medium).radio;
    const run = (delay_ms: number) => world.runUntil(world.now_us + delay_ms * 1000);
    run(50);
    return { a, b, run, now_ms: () => Math.floor(world.now_us / 1000) };
  });
}
