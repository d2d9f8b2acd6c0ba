import { existsSync } from "node:fs";
import type { StreetOptions } from "../../host-sim/options";
import { quantile } from "../../host-sim/quantile";
import { BOOT_US } from "../../host-sim/street";
import type { TrafficResult } from "../../host-sim/traffic";
import { drawTopology } from "../draw-topology";
import { printTable } from "../output";
import { edgesStreet, TOPOLOGIES } from "./edges";

const ECHO = { bytes: 20, period_s: 60 };
const HOUR_S = 3600;

/** As the peer has it, and as a device has it: its links are as good on each channel as on the peer's only one. */
const LIKE_FOR_LIKE = "one channel, no link security, ideal turnaround";
const WAYS: Record<string, Partial<StreetOptions>> = {
  [LIKE_FOR_LIKE]: { hopping: false, linkSecurity: false, turnaround: "ideal" },
  "hopping, link security and a device's turnaround": {},
};

interface Peer {
  delivered: number;
  p50Ms: number;
  p95Ms: number;
}

interface Run extends TrafficResult {
  joined: number;
  /** Seconds from boot. */
  join_s: number[];
  latencies_ms: number[];
}

interface Case {
  name: string;
  file: string;
  peer?: Peer;
}

/** Edge lists, some with the figures of Contiki-NG on them. */
function cases(): Case[] {
  return [
    {
      name: "100, s7",
      file: `${TOPOLOGIES}/edges-100-s7.csv`,
      peer: { delivered: 1, p50Ms: 69, p95Ms: 136 },
    },
    {
      name: "100, s11",
      file: `${TOPOLOGIES}/edges-100-s11.csv`,
      peer: { delivered: 0.9993, p50Ms: 91, p95Ms: 171 },
    },
    { name: "200, a draw", file: drawTopology("out/topologies", 200, 1) },
    { name: "200, another", file: drawTopology("out/topologies", 200, 2) },
  ];
}

/**
 * Messages up and back over edge lists, beside what Contiki-NG 5.0 (RPL-Lite over CSMA) does on the same ones by the figures
 * of the shared topologies. Prints a table for each of the {@link WAYS}, and answers its figures.
 */
export function echo(seeds: readonly number[]): Figure[] {
  const here = cases().filter(({ name, file }) => {
    if (!existsSync(file)) console.log(`skipped: ${name}: ${file} is not here`);
    return existsSync(file);
  });
  return Object.entries(WAYS).flatMap(([way, changes]) => {
    const figures = here.map((each) => measure(each, way, changes, seeds));
    console.log(way);
    print(figures);
    return figures;
  });
}

function measure(
  { name, file, peer }: Case,
  way: string,
  changes: Partial<StreetOptions>,
  seeds: readonly number[],
) {
  const runs = seeds.map((seed) => run(file, seed, changes));
  return {
    name,
    way,
    peer: way === LIKE_FOR_LIKE ? peer : undefined,
    runs: runs.map(({ join_s, ...rest }) => ({
      ...rest,
      latencies_ms: undefined,
      joinP95S: quantile(join_s, 0.95),
      joinLastS: join_s.at(-1),
    })),
    pooled: pool(runs),
  };
}
type Figure = ReturnType<typeof measure>;

function print(figures: readonly Figure[]): void {
  printTable(
    [
      ...["topology", "", "sent", "delivered", "95 %", "replied", "p50 ms", "p95 ms", "max", "worst"],
      ...["frames", "join p95 s", "last"],
    ],
    figures.flatMap(({ name, peer, pooled: { sent, delivered, interval, ...pooled } }) => [
      [
        ...[name, "here", sent, (delivered / sent).toFixed(5)],
        interval.map((share) => share.toFixed(5)).join(" to "),
        (pooled.replied / sent).toFixed(5),
        ...[pooled.p50Ms, pooled.p95Ms, pooled.maxMs].map((ms) => ms.toFixed(0)),
        pooled.worstNode.toFixed(3),
        pooled.framesPerDelivered.toFixed(2),
        ...[pooled.joinP95S, pooled.joinLastS].map((time_s) => time_s.toFixed(0)),
      ],
      ...(peer === undefined
        ? []
        : [
            [
              ...["", "Contiki-NG", "", peer.delivered.toFixed(4), "", "", peer.p50Ms, peer.p95Ms],
              ...["", "", "", "", ""],
            ],
          ]),
    ]),
  );
}

function run(topology: string, seed: number, changes: Partial<StreetOptions>): Run {
  const street = edgesStreet(topology, seed, { ...changes, traffic: ECHO });
  street.run(HOUR_S + BOOT_US / 1e6);
  const joined = street.meters.filter(({ meter }) => meter.join.joined).length;
  const join_s = street.joined_us.map((at_us) => at_us / 1e6).slice(0, street.meters.length);
  return { ...street.traffic!.result(), joined, join_s, latencies_ms: street.traffic!.latencies_ms };
}

/** All runs as one: counts and latencies together, of the rest the mean or the worst. */
function pool(runs: Run[]) {
  const sum = (of: (run: Run) => number): number => runs.reduce((total, each) => total + of(each), 0);
  const sent = sum((each) => each.sent);
  const delivered = sum((each) => each.delivered);
  const latencies_ms = runs.flatMap((each) => each.latencies_ms).sort((a, b) => a - b);
  const join_s = runs.flatMap((each) => each.join_s).sort((a, b) => a - b);
  return {
    sent,
    delivered,
    interval: wilson95(delivered, sent),
    replied: sum((each) => each.replied),
    p50Ms: quantile(latencies_ms, 0.5),
    p95Ms: quantile(latencies_ms, 0.95),
    maxMs: quantile(latencies_ms, 1),
    worstNode: Math.min(...runs.map((each) => each.worstNode)),
    framesPerDelivered: sum((each) => each.framesPerDelivered) / runs.length,
    duplicates: sum((each) => each.duplicates),
    joinP95S: quantile(join_s, 0.95),
    joinLastS: quantile(join_s, 1),
  };
}

/** Wilson's interval of a share, at 95 %. */
function wilson95(count: number, of: number): [number, number] {
  const z = 1.96;
  const share = count / of;
  const middle = share + z ** 2 / (2 * of);
  const half = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  const scale = 1 + z ** 2 / of;
  return [(middle - half) / scale, (middle + half) / scale];
}
