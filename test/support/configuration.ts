import { Encoder } from "cbor-x";
import { Writer } from "firmware/codec/cursor";
import {
  Configuration,
  CONFIGURATION_KINDS,
  type ConfigurationStore,
} from "firmware/configuration/configuration";

/** Keeps configuration objects in memory. */
export class MemoryConfigurationStore implements ConfigurationStore {
  readonly objects = new Map<number, Uint8Array>();
  takes = true;

  read(kind: number, into: Uint8Array): number {
    const bytes = this.objects.get(kind);
    if (bytes === undefined) return -1;
    into.set(bytes);
    return bytes.length;
  }

  write(kind: number, from: Uint8Array, length: number): boolean {
    if (this.takes) this.objects.set(kind, from.slice(0, length));
    return this.takes;
  }
}

/** What is in `store`, defaults for the rest. */
export function loadedConfiguration(store = new MemoryConfigurationStore()): Configuration {
  const configuration = new Configuration(store);
  configuration.load();
  return configuration;
}

type Switch = [minute: number, tier: number];
type Season = [month: number, day: number, dayTypes: number[]];

/** A tariff object of docs/cddl/cfg.cddl, as it goes into a {@link cborMap}. */
export function tariffObject(
  tiers: number,
  seasons: Season[],
  dayTypes: Switch[][],
  defaultTier = 1,
): Map<number, unknown> {
  return cfgMap([tiers, defaultTier, seasons, dayTypes.map((switches) => switches.flat())]);
}

/** Day types of a season: a working day is 0. */
export const WEEK = [1, 0, 0, 0, 0, 0, 1, 1];
/** A day with three tiers' switches, and one that is all tier 2. */
export const DAY_TYPES: [number, number][][] = [
  [
    [0, 1],
    [960, 3],
    [1260, 1],
  ],
  [[0, 2]],
];
export const PACIFIC = [-480, 60, [3, 2, 0, 120], [11, 1, 0, 120]];

export const GENERAL = {
  interval_min: 15,
  channels: 3,
  demandWindow_min: 15,
  demandSubintervals: 1,
  coldLoadPickup_min: 0,
  minimumOutage_s: 0,
  billingDay: 0,
  zone: [0] as unknown[],
  pulseConstant: 3200,
  reverseLimit_Wh: 0,
};

/** A general object: the defaults, but for what is given. */
export function generalObject(changes: Partial<typeof GENERAL> = {}): Map<number, unknown> {
  return cfgMap(Object.values({ ...GENERAL, ...changes }));
}

/** A map with keys from 0 on. */
export function cfgMap(values: unknown[]): Map<number, unknown> {
  return new Map(values.map((value, key) => [key, value]));
}

const encoder = new Encoder({ mapsAsObjects: false, useRecords: false });

/** By cbor-x: maps as they are, integers in their shortest form. */
export function cborOf(value: unknown): Uint8Array {
  return new Uint8Array(encoder.encode(value));
}

/** Replaces an object and answers the ConfigurationCode. */
export function replace(configuration: Configuration, kind: number, value: unknown): number {
  const bytes = cborOf(value);
  return configuration.replace(kind, bytes, 0, bytes.length);
}

/** An object as bytes. */
export function encoded(configuration: Configuration, kind: number): Uint8Array {
  const w = new Writer(new Uint8Array(1000));
  configuration.encode(kind, w);
  if (!w.ok) throw new Error("no room");
  return w.bytes.slice(0, w.at);
}

/** All objects. */
export function whole(configuration: Configuration): Uint8Array[] {
  return Array.from({ length: CONFIGURATION_KINDS }, (_, kind) => encoded(configuration, kind));
}
