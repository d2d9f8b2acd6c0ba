import { afterAll, beforeAll, expect, it } from "vitest";
import { buildImage } from "../../emulator/image";
import { EmulatedMachine } from "../../emulator/machine";
import { describeEmulated } from "./suite";

/** What a module may not do on a device, though it runs in Node: each changes state that the module holds. */
const WRITES: Record<string, string> = {
  "a Map's entry": "map.set(1, 2)",
  "a Set's entry": "set.add(1)",
  "a typed array's element": "bytes[0] = 1",
  "a variable": "setVariable()",
  "a property": "object.value = 1",
  "a new property": "object.other = 1",
  "an array's element": "array[0] = 1",
  "an array's length": "array.push(1)",
  "a static field": "Class.field = 1",
  "a private static field": "Class.setHidden()",
  "a prototype's method": "Class.prototype.method = undefined",
  "a built-in's method": "Array.prototype.push = undefined",
};

describeEmulated("a module's state on the emulated microcontroller", () => {
  let machine: EmulatedMachine;

  beforeAll(async () => {
    const checks = Object.values(WRITES).map((write) => `() => { ${write}; }`);
    const image = await buildImage(
      "frozen",
      `import { map, set, bytes, object, array, setVariable, Class } from "./test/emulator/programs/state";
       const writes = [${checks.join(",")}, () => { if (new Class().method() === 1) throw new Error("own"); }];
       export function start() {
         return (message) => {
           try { writes[new Uint8Array(message)[0]](); } catch (error) { return ArrayBuffer.fromString(error.message); }
         };
       }`,
    );
    machine = new EmulatedMachine(image);
  }, 120_000);
  afterAll(() => machine.close());

  const attempt = (write: number): string =>
    new TextDecoder().decode(machine.deliver(Uint8Array.of(write)).bytes);

  Object.keys(WRITES).forEach((title, write) => {
    it(`refuses a write to ${title}`, () => expect(attempt(write)).not.toBe(""));
  });
  it("lets an object of the program's own be changed", () => {
    expect(attempt(Object.keys(WRITES).length)).toBe("own");
  });
});
