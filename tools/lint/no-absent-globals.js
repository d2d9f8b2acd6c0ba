/**
 * Allows of all globals only those that XS has on a device and that stay the same on each run. So Node's and the
 * browser's are out (Buffer, console, setTimeout …), and with them promises, Proxy, BigInt, RegExp, weak references,
 * eval, globalThis, and Date, which reads the platform's clock past the HAL's.
 *
 * @type {import("eslint").Rule.RuleModule}
 */
export default {
  meta: {
    type: "problem",
    schema: [],
    messages: { absent: "`{{name}}` is not among the globals that a device may use." },
  },
  create(context) {
    return {
      "Program:exit"(program) {
        const scope = context.sourceCode.getScope(program);
        const declared = scope.variables.filter(({ defs }) => defs.length === 0);
        const references = [...declared.flatMap(({ references }) => references), ...scope.through];
        for (const { identifier, isTypeReference } of new Set(references)) {
          if (isTypeReference || ALLOWED.has(identifier.name)) continue;
          context.report({ node: identifier, messageId: "absent", data: { name: identifier.name } });
        }
      },
    };
  },
};

const ALLOWED = new Set(
  `undefined NaN Infinity isFinite isNaN parseInt parseFloat
  Object Boolean Number String Symbol Math JSON
  Array ArrayBuffer DataView Map Set WeakMap WeakSet
  Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array
  Error RangeError SyntaxError TypeError`.split(/\s+/),
);
