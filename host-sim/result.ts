import type { TrafficResult } from "./traffic";

/** The object that `--json` writes: its fields stay, later ones may be added. */
export interface StreetResult {
  seed: number;
  meters: number;
  collectors: number;
  simulatedSeconds: number;
  wallSeconds: number;
  /** SHA-256 of everything that happened: frames on the air, intervals stored, registers at the end. */
  traceHash: string;
  intervals: { due: number; delivered: number; missing: number; corrupt: number; duplicate: number };
  energy: EnergyResult & {
    received: EnergyResult;
    /**
     * What flowed both ways between two polls of a chip that counts net: neither direction's registers can have it, and
     * it is no part of `lostWh`. 0 for chips that count the directions apart.
     */
    turnedWh: number;
    /** What delivered less received is off by, more than a count a phase for each; turns do not excuse it. */
    netOffWh: number;
  };
  reads: {
    due: number;
    done: number;
    doneWithin30Min: number;
    /** The same for meters that have a path to a collector, over links that bring half of their frames both ways. */
    dueWithPath: number;
    doneWithPath: number;
    p50Ms: number;
    p95Ms: number;
    maxMs: number;
  };
  mesh: {
    joined: number;
    joinP50S: number;
    joinLastS: number;
    /** Meters by number of hops to their collector. */
    hops: Record<string, number>;
    /** Share of reads that were answered. */
    delivered: number;
    worstNode: number;
    /** Numbers of the meters without such a path. */
    withoutPath: number[];
    framesSent: number;
    framesPerRead: number;
    bytesPerRead: number;
    /** Greatest share of time that one node was sending. */
    dutyMax: number;
    /** The same of the collectors, and of the meters. */
    collectorDutyMax: number;
    relayDutyMax: number;
    /** Greatest transmit time of one node on one channel in any 20 s. */
    channelDwellMaxMs: number;
  };
  /** Where messages were sent instead of reads. */
  traffic?: TrafficResult;
  power: {
    /** Failures of a meter's supply, blinks too. */
    outages: number;
    /** Of these, those of which the meter sent a last gasp, and those of which the head end heard one. */
    lastGaspSent: number;
    lastGaspHeard: number;
    /** Restorations that the head end heard of: of those, and of meters that had no time for a last gasp. */
    restores: number;
  };
}

/** Sums over all meters, Wh to the mWh. */
export interface EnergyResult {
  truthWh: number;
  registersWh: number;
  intervalsWh: number;
  /**
   * What the registers fall short of the truth by more than one count a phase a meter (and 4 for each turn, with a chip
   * that counts net).
   */
  lostWh: number;
  /** What they exceed it by, likewise. */
  inventedWh: number;
}

/** What the report shows of one meter, beside {@link StreetResult}. */
export interface MeterDetail {
  meter: number;
  eui64: string;
  address: string;
  /** What kind of load it is on, for people: "household", "household with PV", a column's name. */
  load: string;
  /** In order of time; one entry for each interval due. */
  intervals: IntervalDetail[];
  reads: ReadDetail[];
  /** Total registers at the end, mWh. */
  delivered_mWh: number;
  received_mWh: number;
  trueDelivered_mWh: number;
  trueReceived_mWh: number;
  events: { utc_ms: number; event: string }[];
}

export interface IntervalDetail {
  /** UTC, seconds. */
  start_s: number;
  /** As the head end has it; undefined where it has not. */
  delivered_mWh: number | undefined;
  received_mWh: number | undefined;
  trueDelivered_mWh: number;
  trueReceived_mWh: number;
  /** Names of the flags that it carries. */
  flags: string[];
}

export interface ReadDetail {
  /** Simulated seconds since the start. */
  due_s: number;
  /** When the answer was complete; undefined where the read failed. */
  done_s: number | undefined;
  took_ms: number | undefined;
}

/** The mesh at the end of a run, as the report shows it. */
export interface MeshDetail {
  /** How many of the nodes, the first ones, are collectors; the others are the meters in their order. */
  collectors: number;
  /** Of the square in which the nodes stand; undefined where their air has no places. */
  side_m: number | undefined;
  nodes: MeshNode[];
}

export interface MeshNode {
  x_m?: number;
  y_m?: number;
  /** Index of the preferred parent; undefined without one, and of a collector. */
  parent: number | undefined;
  /** To its collector by the routes that the collector has; 0 where there is no way, and of a collector. */
  hops: number;
  /** Expected transmissions of a frame to the parent and its acknowledgement; 0 without a parent. */
  etx: number;
  /** Share of time that it was sending. */
  duty: number;
}
