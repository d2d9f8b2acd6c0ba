import { expect, it } from "vitest";
import { foldersOfClasses, heapByPart } from "../../emulator/heap";
import { buildImage } from "../../emulator/image";
import { EmulatedMachine } from "../../emulator/machine";
import { describeEmulated } from "./suite";

/** What the engine adds to the 6,000 bytes that the holder asks for: 12 objects of a few slots each. */
const OBJECTS_BYTES = 1000;

describeEmulated("the heap by part", () => {
  it("tells whose the bytes are, and misses none", async () => {
    const { modules, ...image } = await buildImage(
      "holder",
      `export { start } from "./test/emulator/programs/holder";`,
    );
    const machine = new EmulatedMachine({ modules, ...image });
    const parts = heapByPart(machine, foldersOfClasses(modules.keys()));
    const { used } = machine.collect();
    machine.close();

    const ofHolder = parts["test/emulator/programs"];
    expect(ofHolder).toBeGreaterThan(6000);
    expect(ofHolder).toBeLessThan(6000 + OBJECTS_BYTES);
    expect(parts["firmware/coap"]).toBeGreaterThan(100);
    // What only the engine refers to.
    const sum = Object.values(parts).reduce((bytes, part) => bytes + part);
    expect(used.chunks + used.slots - sum).toBeLessThan(OBJECTS_BYTES);
    expect(sum).toBeLessThanOrEqual(used.chunks + used.slots);
  }, 120_000);
});
