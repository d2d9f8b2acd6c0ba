import { bundleForXs, engine, XsMachine } from "../../test/xs/machine";

/** Steps of the XS engine for an interval of two channels in a block. */
export interface CodecCost {
  block: string;
  encode: number;
  decode: number;
}

/** Undefined where the engine is not installed. */
export function codecComputrons(): CodecCost[] | undefined {
  if (engine === undefined) return undefined;
  const machine = new XsMachine();
  machine.evaluate(bundleForXs("bench/xs/codec.ts", "program"));
  const cost = (block: string, count: number, held: number): CodecCost => {
    const { bytes } = machine.evaluate(`program.cost(${count}, ${held}).buffer`);
    const [encode, decode] = new Float64Array(bytes.slice().buffer);
    return { block, encode: Math.round(encode), decode: Math.round(decode) };
  };
  const costs = [
    cost("a day, alone", 96, 0),
    cost("16 intervals, alone", 16, 0),
    cost("16 intervals, primed on 2 days, the first since the start", 16, 192),
    cost("16 intervals, primed on 2 days", 16, 192),
    cost("16 intervals, primed on 7 days, the first since the start", 16, 672),
    cost("16 intervals, primed on 7 days", 16, 672),
  ];
  machine.close();
  return costs;
}
