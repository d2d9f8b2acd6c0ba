import { execFileSync } from "node:child_process";
import { beforeAll, expect, it } from "vitest";
import { buildImage } from "../../emulator/image";
import { EmulatedMachine } from "../../emulator/machine";
import { root } from "../support/tools";
import { bundleForXs } from "../xs/machine";
import { libraryCases } from "../xs/library-cases";
import { describeEmulated } from "./suite";

/** It writes to its own variables, so that it cannot be frozen: it is a part of the program, in RAM. */
const NOT_FROZEN = "cbor-x";

describeEmulated("libraries bundled for the device, on the emulated microcontroller", () => {
  beforeAll(() => execFileSync(process.execPath, ["tools/build-libraries.mjs"], { cwd: root }));

  it.each(Object.keys(libraryCases))(
    "%s works",
    async (name) => {
      const library =
        name === NOT_FROZEN
          ? bundleForXs(`build/lib/${name}.js`, "library")
          : `import * as library from "./build/lib/${name}";`;
      const cases = libraryCases[name];
      const image = await buildImage(
        `library-${name.replaceAll("/", "-")}`,
        `${library}
       const cases = [${cases.map(([expression]) => `() => ${expression}`).join(",")}];
       export function start() { return (message) => cases[new Uint8Array(message)[0]](); }`,
      );
      const machine = new EmulatedMachine(image);
      for (const [at, [, hex]] of cases.entries())
        expect(Buffer.from(machine.deliver(Uint8Array.of(at)).bytes).toString("hex")).toBe(hex);
      machine.close();
    },
    120_000,
  );
});
