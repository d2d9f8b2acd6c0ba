import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { defaultOptions, type StreetOptions } from "../host-sim/options";
import { runStreet } from "../host-sim/run-street";
import { Street } from "../host-sim/street";

const METERS_FOR_MEMORY = 100;

/** One run, by the figures that the project promises. */
export interface RunFigures {
  run: string;
  wall_s: number;
  meterDaysPerSecond: number;
  intervals: string;
  reads: string;
  lost_Wh: number;
  invented_Wh: number;
  intervalsEqualRegisters: boolean;
  p50_ms: number;
  p95_ms: number;
  max_ms: number;
  bytesPerRead: number;
  framesPerRead: number;
}

export function runFigures(run: string, changes: Partial<StreetOptions>): RunFigures {
  const { result } = runStreet({ ...defaultOptions, ...changes });
  const { intervals, reads, energy, mesh } = result;
  return {
    run,
    wall_s: rounded(result.wallSeconds),
    meterDaysPerSecond: rounded((result.meters * result.simulatedSeconds) / 86_400 / result.wallSeconds),
    intervals: `${intervals.delivered}/${intervals.due}`,
    reads: `${reads.done}/${reads.due}`,
    lost_Wh: rounded(energy.lostWh + energy.received.lostWh, 3),
    invented_Wh: rounded(energy.inventedWh + energy.received.inventedWh, 3),
    intervalsEqualRegisters:
      energy.intervalsWh === energy.registersWh &&
      energy.received.intervalsWh === energy.received.registersWh,
    p50_ms: reads.p50Ms,
    p95_ms: reads.p95Ms,
    max_ms: reads.maxMs,
    bytesPerRead: mesh.bytesPerRead,
    framesPerRead: mesh.framesPerRead,
  };
}

/** Memory of one simulated meter after an hour, at the depth of the model and of the chip. */
export function kilobytesPerMeter(depth: StreetOptions["depth"]): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const hold = (meters: number): number => {
    const before = used();
    const street = new Street({ ...defaultOptions, meters, days: 1, depth });
    street.run(3600);
    const after = used();
    return street.world.now_us > 0 ? after - before : 0;
  };
  hold(1);
  return rounded((hold(METERS_FOR_MEMORY + 1) - hold(1)) / METERS_FOR_MEMORY / 1024);
}

function rounded(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
