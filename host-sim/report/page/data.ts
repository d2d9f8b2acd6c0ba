import type { MeshDetail, StreetResult } from "../../result";

/** What the page is drawn from, as it is embedded in it. Times are UTC in seconds, energies mWh. */
export interface ReportData {
  result: StreetResult;
  /** What the run failed of its own checks. */
  problems: string[];
  loads: string;
  credit: string | undefined;
  depth: string;
  days: number;
  /** "frame-loss 0.1", … */
  faults: string[];
  interval_s: number;
  start_s: number;
  /** Intervals due of each meter. */
  intervals: number;
  street: StreetCurve;
  /** Those of {@link meters} that come first in order of need: with something amiss, then by number. */
  curves: MeterCurve[];
  meters: MeterRow[];
  cycles: ReadCycle[];
  /** One entry a read that was done: when it was due, what it took, whose it was. */
  reads: { due_s: number[]; took_ms: number[]; meter: number[] };
  mesh: MeshDetail;
}

/** Sums over all meters; what was read counts only the intervals that arrived. */
export interface StreetCurve {
  delivered: number[];
  received: number[];
  trueDelivered: number[];
  trueReceived: number[];
  /** Intervals of all meters that did not arrive. */
  missing: number[];
}

export interface MeterCurve {
  meter: number;
  /** null where the head end has none. */
  delivered: (number | null)[];
  received: (number | null)[];
  trueDelivered: number[];
  trueReceived: number[];
  /** Flags by index of their interval. */
  flags: [index: number, flags: string][];
  /** The first of them. */
  events: { at_s: number; event: string }[];
}

export interface MeterRow {
  meter: number;
  eui64: string;
  address: string;
  load: string;
  trueDelivered: number;
  delivered: number;
  trueReceived: number;
  received: number;
  due: number;
  arrived: number;
  flagged: number;
  readsDue: number;
  readsDone: number;
  /** 0 where no read was done. */
  worst_ms: number;
  events: number;
}

export interface ReadCycle {
  due_s: number;
  due: number;
  done: number;
}
