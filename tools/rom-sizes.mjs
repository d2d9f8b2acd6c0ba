/** A slot of XS on a 32-bit part. */
const SLOT_BYTES = 16;
const POINTER_BYTES = 4;

/**
 * How much flash a linked program takes, from the C that the linker xsl writes.
 *
 * @param {string} source mc.xs.c
 * @returns {{ slotBytes: number, codeBytes: number, modules: number, notPreloaded: string[] }} frozen objects with
 *   their table of keys, bytecode, and the modules that are loaded into RAM when they are imported
 */
export function romSizes(source) {
  const count = (name) => Number(source.match(new RegExp(`#define mx${name}Count (\\d+)`))?.[1] ?? 0);
  const slotBytes =
    SLOT_BYTES * (count("Heap") + count("Stack")) +
    POINTER_BYTES * (count("Keys") + count("Names") + count("Symbols"));
  let codeBytes = 0;
  // A preloaded function's code is a C string of hex escapes; a module's that is not preloaded is an array.
  for (const [, escapes] of source.matchAll(/\.code = \{ \(txByte\*\)"([^"]*)"/g))
    codeBytes += escapes.length / 4;
  for (const [, bytes] of source.matchAll(/^static const txU1 gxCode\d+\[(\d+)\];/gm))
    codeBytes += Number(bytes);
  const scripts = source.match(/gxScripts\[mxScriptsCount\] = \{(.*?)^\};/ms)?.[1] ?? "";
  const notPreloaded = [...scripts.matchAll(/\(txS1\*\)gxCode\d+, \d+, NULL, 0, "([^"]+)"/g)].map(
    ([, name]) => name,
  );
  return { slotBytes, codeBytes, modules: count("Scripts"), notPreloaded };
}
