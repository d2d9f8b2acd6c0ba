import { mkdirSync, writeFileSync } from "node:fs";
import { bitsRight, noise_dBm } from "../host-sim/radio/reception";
import { Random } from "../host-sim/random";

/** The model of the shared topologies: 100 nodes on a square of 1.5 km, one of them in its middle. */
const AREA_M2_A_NODE = 1500 ** 2 / 100;
const POWER_dBm = 14;
const LOSS_1M_dB = 16.9;
const LOSS_A_DECADE_dB = 42.4;
const SHADOW_dB = 7;
const ASYMMETRY_dB = 1.5;
const BIT_RATE = 100_000;
const FRAME_BITS = 800;
/** Weaker links are left out, and no strength below this is told. */
const LEAST_PRR = 0.02;
const LEAST_dBm = -100;

/** Writes an edge list drawn from `seed` into `folder`. Answers its path. */
export function drawTopology(folder: string, nodes: number, seed: number): string {
  const random = new Random(seed, `topology of ${nodes}`);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const side_m = Math.sqrt(nodes * AREA_M2_A_NODE);
  const places = Array.from({ length: nodes }, (_, index) =>
    index === 0 ? [side_m / 2, side_m / 2] : [random.next() * side_m, random.next() * side_m],
  );
  const noise_mW = 10 ** (noise_dBm(BIT_RATE) / 10);
  const rows = ["from,to,prr,rssi_dbm"];
  for (let a = 0; a < nodes; a++) {
    for (let b = a + 1; b < nodes; b++) {
      const distance_m = Math.max(1, Math.hypot(places[a][0] - places[b][0], places[a][1] - places[b][1]));
      const shared_dBm =
        POWER_dBm - LOSS_1M_dB - LOSS_A_DECADE_dB * Math.log10(distance_m) + SHADOW_dB * normal();
      for (const [from, to] of [
        [a, b],
        [b, a],
      ]) {
        const strength_dBm = shared_dBm + ASYMMETRY_dB * normal();
        const prr = bitsRight(FRAME_BITS, 10 ** (strength_dBm / 10) / noise_mW);
        if (prr < LEAST_PRR) continue;
        rows.push(`${from + 1},${to + 1},${prr.toFixed(3)},${Math.max(strength_dBm, LEAST_dBm).toFixed(1)}`);
      }
    }
  }
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/edges-${nodes}-s${seed}.csv`;
  writeFileSync(file, `${rows.join("\n")}\n`);
  return file;
}
