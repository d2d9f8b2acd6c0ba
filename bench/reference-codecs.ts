/** What others take for a column of interval energies: bits in all, time stamps and framing left out. */
export const referenceCodecs: Record<string, (values: readonly number[]) => number> = {
  "DLMS difference-16": dlmsDifference,
  Gorilla: gorilla,
  "varint difference": varintDifference,
  "Rice, parameter a day": rice,
};

/** Compact array with the first value whole and differences of 16 bits (DLMS UA Blue Book, profile generic). */
function dlmsDifference(values: readonly number[]): number {
  return values.reduce((bits, _, i) => bits + (i === 0 ? 32 : 16), 0);
}

/** Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory Time Series Database", 2015, section 4.1.2. */
function gorilla(values: readonly number[]): number {
  const view = new DataView(new ArrayBuffer(8));
  const wordOf = (value: number): bigint => {
    view.setFloat64(0, value);
    return view.getBigUint64(0);
  };
  let bits = 64;
  let leading = 64;
  let trailing = 64;
  for (let i = 1; i < values.length; i++) {
    const difference = wordOf(values[i]) ^ wordOf(values[i - 1]);
    if (difference === 0n) {
      bits += 1;
      continue;
    }
    const digits = difference.toString(2);
    const leads = Math.min(31, 64 - digits.length);
    const trails = digits.length - digits.lastIndexOf("1") - 1;
    if (leading + trailing < 64 && leads >= leading && trails >= trailing) {
      bits += 2 + 64 - leading - trailing;
    } else {
      bits += 2 + 5 + 6 + 64 - leads - trails;
      leading = leads;
      trailing = trails;
    }
  }
  return bits;
}

/** LEB128 of the zigzag-coded difference. */
function varintDifference(values: readonly number[]): number {
  let bits = 0;
  values.forEach((value, i) => {
    const difference = value - (i === 0 ? 0 : values[i - 1]);
    const zigzag = difference < 0 ? -2 * difference - 1 : 2 * difference;
    bits += 8 * Math.max(1, Math.ceil(Math.log2(zigzag + 1) / 7));
  });
  return bits;
}

/** The best of 16 parameters, told in 4 bits. */
function rice(values: readonly number[]): number {
  let least = Infinity;
  for (let k = 0; k < 16; k++)
    least = Math.min(
      least,
      values.reduce((bits, value) => bits + Math.floor(value / 2 ** k) + 1 + k, 4),
    );
  return least;
}
