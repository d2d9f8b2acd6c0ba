import { expect, it } from "vitest";
import { buildImage } from "../../emulator/image";
import { EmulatedMachine } from "../../emulator/machine";
import * as cbor from "../xs/scenarios/cbor";
import * as codec from "../xs/scenarios/codec";
import * as storage from "../xs/scenarios/storage";
import type { Scenario } from "../xs/suite";
import { firstDifference } from "../xs/transcript";
import { describeEmulated } from "./suite";

const scenarios: Record<string, Scenario> = { codec, cbor, storage };

describeEmulated("the emulated microcontroller and Node", () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    it(`agree on ${name}`, async () => {
      const image = await buildImage(
        `scenario-${name}`,
        `import { run } from "./test/xs/scenarios/${name}";
         export function start() { return () => ArrayBuffer.fromString(run()); }`,
      );
      const machine = new EmulatedMachine(image);
      const { bytes } = machine.deliver(new Uint8Array(0));
      machine.close();
      const transcript = scenario.run();
      expect(transcript).not.toBe("");
      expect(firstDifference(new TextDecoder().decode(bytes), transcript)).toBeUndefined();
    }, 120_000);
  }
});
