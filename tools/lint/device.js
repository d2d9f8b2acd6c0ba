import noAbsentGlobals from "./no-absent-globals.js";
import noFunctionName from "./no-function-name.js";
import noModuleState from "./no-module-state.js";
import noRegexp from "./no-regexp.js";

/** What no-restricted-syntax forbids in device code: selectors with the reason. */
const syntax = [
  ["TSEnumDeclaration", "An enum is a module-level var: use an Object.freeze'd literal."],
  ["TSModuleDeclaration[declare!=true]", "A namespace is a module-level var: use a module."],
  [
    ":function[async=true], AwaitExpression, ForOfStatement[await=true]",
    "No promises: use the kernel's timers.",
  ],
  ["CallExpression[callee.property.name=/^(then|finally)$/]", "No promises: use the kernel's timers."],
  ["ImportExpression", "No promises: import at the top."],
  [":function[generator=true]", "No generators: they allocate at each step."],
  ["MethodDefinition > PrivateIdentifier.key", "A #method takes 16 bytes of each object: say `private`."],
  ["Literal[bigint]", "No BigInt: energy is an integer below 2^53."],
  [
    ":matches(ClassDeclaration, ClassExpression)[superClass.name=/Error$/] AssignmentExpression[left.object.type='ThisExpression'][left.property.name='name']",
    "This throws on XS's frozen primordials: use a class field or a numeric code.",
  ],
];

/**
 * The rules for code that runs preloaded and stripped in Moddable XS. `hal/moddable` binds to the platform and may
 * use what it has.
 */
export const device = {
  files: ["firmware/**/*.ts", "hal/**/*.ts"],
  ignores: ["hal/moddable/**"],
  languageOptions: { parserOptions: { project: "tsconfig.firmware.json" } },
  plugins: {
    device: {
      rules: {
        "no-absent-globals": noAbsentGlobals,
        "no-function-name": noFunctionName,
        "no-module-state": noModuleState,
        "no-regexp": noRegexp,
      },
    },
  },
  rules: {
    "@typescript-eslint/no-unnecessary-type-assertion": "error",
    "device/no-absent-globals": "error",
    "device/no-function-name": "error",
    "device/no-module-state": "error",
    "device/no-regexp": "error",
    "no-restricted-syntax": ["error", ...syntax.map(([selector, message]) => ({ selector, message }))],
    "no-restricted-properties": [
      "error",
      { object: "Math", property: "random", message: "Entropy comes from the HAL, so that a run repeats." },
    ],
  },
};
