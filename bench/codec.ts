import { readFileSync } from "node:fs";
import { Writer } from "firmware/codec/cursor";
import { RangeEncoder } from "firmware/codec/range-coder";
import { placeOf, ValueModel, type ModelShape } from "firmware/intervals/model";
import { referenceCodecs } from "./reference-codecs";

const DAY = 96;
const READ = 16;
const DAYS_OF_PRIMER = [2, 4, 7];
/** Meters of this resolution are told apart by it. */
const COARSE_Wh = 10;

/** One constant of a shape times a factor; a scale small enough would have unlikeness run beyond its table. */
const CHANGES: readonly ((shape: ModelShape, by: number) => ModelShape)[] = [
  ...[0, 1, 2].map((kind) => (shape: ModelShape, by: number) => ({
    ...shape,
    scales_x4: shape.scales_x4.map((scale, i) => (i === kind ? Math.max(6, Math.round(scale * by)) : scale)),
  })),
  (shape, by) => ({ ...shape, age: Math.max(20, Math.round(shape.age * by)) }),
  (shape, by) => ({ ...shape, steepness: Math.min(24, Math.round(shape.steepness * by)) }),
  (shape, by) => ({ ...shape, novelty: Math.round(shape.novelty * by) }),
  (shape, by) => ({ ...shape, reach: Math.max(2, Math.round(shape.reach * by)) }),
];

/** Bits an interval, mean over meters. */
export interface CodecFigures {
  meters: string;
  resolution_Wh: number;
  /** By reference codec, a day each. */
  references: Record<string, number>;
  /** A block of a day that stands alone. */
  day: number;
  /** By days of primer: a block of a day, and the 16 intervals of a 4-hour read. */
  primed: Record<number, { day: number; read: number }>;
  /** The same with the most primer, each column a message of its own: with the bits that end it, to whole bytes. */
  sent: { day: number; read: number };
}

/** @param file of the form that `--loads` takes: a column a meter, a row 15 minutes, Wh */
export function codecFigures(file: string): CodecFigures[] {
  const [, ...rows] = readFileSync(file, "utf8").trim().split("\n");
  const cells = rows.map((row) => row.split(",").slice(1).map(Number));
  const meters = cells[0].map((_, meter) => cells.map((row) => row[meter]));
  const isCoarse = (values: readonly number[]): boolean => values.every((value) => value % COARSE_Wh === 0);
  const fine = meters.filter((values) => !isCoarse(values));
  const coarse = meters.filter(isCoarse);
  const every = (list: number[][], half: number): number[][] => list.filter((_, i) => i % 2 === half);
  return [
    figuresOf("that count 1 Wh", 1, fine),
    figuresOf("that count 10 Wh", COARSE_Wh, coarse),
    ...[0, 1].flatMap((half) => {
      const shape = fitted(every(fine, half), every(coarse, half));
      const name = `fitted on the other half: half ${2 - half}`;
      return [
        figuresOf(`that count 1 Wh, ${name}`, 1, every(fine, 1 - half), shape),
        figuresOf(`that count 10 Wh, ${name}`, COARSE_Wh, every(coarse, 1 - half), shape),
      ];
    }),
    figuresOf("all", 1, meters),
    figuresOf("all", COARSE_Wh, meters),
  ];
}

function figuresOf(which: string, unit_Wh: number, meters: number[][], shape?: ModelShape): CodecFigures {
  const columns = meters.map((values) => inUnits(values, unit_Wh));
  const mean = (bits: (values: number[]) => number): number =>
    columns.reduce((sum, values) => sum + bits(values), 0) / columns.length;
  const references = Object.fromEntries(
    Object.entries(referenceCodecs).map(([name, codec]) => [
      name,
      mean((values) =>
        days(values).reduce((sum, at) => sum + codec(values.slice(at, at + DAY)) / values.length, 0),
      ),
    ]),
  );
  const primed = Object.fromEntries(
    DAYS_OF_PRIMER.map((count) => [
      count,
      {
        day: mean((values) => coded(values, days(values).slice(1), DAY, count * DAY, shape)),
        read: mean((values) => coded(values, reads(values), READ, count * DAY, shape)),
      },
    ]),
  );
  const day = mean((values) => coded(values, days(values), DAY, 0, shape));
  const most = DAYS_OF_PRIMER.at(-1)! * DAY;
  const sent = {
    day: mean((values) => apart(values, days(values).slice(1), DAY, most, shape)),
    read: mean((values) => apart(values, reads(values), READ, most, shape)),
  };
  return { meters: which, resolution_Wh: unit_Wh, references, day, primed, sent };
}

/** Found from a plain beginning by steps of one constant at a time, on every third day, primed on a week. */
function fitted(fine: number[][], coarse: number[][]): ModelShape {
  const columns = [...fine, ...coarse.map((values) => inUnits(values, COARSE_Wh))];
  const bits = (shape: ModelShape): number =>
    columns.reduce((sum, values) => {
      const some = days(values).filter((_, day) => day % 3 === 2);
      return sum + coded(values, some, DAY, 7 * DAY, shape);
    }, 0);
  let best: ModelShape = { scales_x4: [16, 32, 64], age: 96, steepness: 8, novelty: 16_384, reach: 8 };
  let least = bits(best);
  for (const factor of [1.4, 1.2, 1.2]) {
    for (const change of CHANGES) {
      for (const by of [factor, 1 / factor]) {
        for (let next = change(best, by), cost = bits(next); cost < least; cost = bits(next)) {
          [best, least] = [next, cost];
          next = change(best, by);
        }
      }
    }
  }
  return best;
}

/** Differences of a register that counts whole units. */
function inUnits(values: readonly number[], unit_Wh: number): number[] {
  let register_Wh = 0;
  return values.map((value) => {
    const before = Math.floor(register_Wh / unit_Wh);
    register_Wh += value;
    return Math.floor(register_Wh / unit_Wh) - before;
  });
}

function days(values: readonly number[]): number[] {
  return Array.from({ length: Math.floor(values.length / DAY) }, (_, day) => day * DAY);
}

/** A read of each day but the first, at another time of day each. */
function reads(values: readonly number[]): number[] {
  return days(values)
    .slice(1)
    .map((at, day) => at + (day % (DAY / READ)) * READ);
}

/**
 * Bits an interval of columns of `length` values each. They stand in one message, as the columns of a block do: what
 * ends a message, and its check, are counted with the block.
 */
function coded(
  values: readonly number[],
  starts: readonly number[],
  length: number,
  primer: number,
  shape?: ModelShape,
): number {
  const places = Uint8Array.from(values, placeOf);
  const model = new ValueModel(DAYS_OF_PRIMER.at(-1)! * DAY + DAY, DAY, shape);
  const w = new Writer(new Uint8Array(values.length * 4));
  const coder = new RangeEncoder(w);
  for (const start of starts) {
    model.clear();
    model.prime(places, Math.max(0, start - primer), start);
    for (let i = start; i < start + length; i++) model.encode(coder, values[i]);
  }
  coder.finish();
  return (w.length * 8) / (starts.length * length);
}

/** {@link coded}, each column in a message of its own. */
function apart(
  values: readonly number[],
  starts: readonly number[],
  length: number,
  primer: number,
  shape?: ModelShape,
): number {
  return (
    starts.reduce((sum, start) => sum + coded(values, [start], length, primer, shape), 0) / starts.length
  );
}
