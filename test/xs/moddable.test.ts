import { it } from "vitest";
import { bundleForXs, XsMachine } from "./machine";
import { describeXs } from "./suite";

/** What stands in for the platform's modules, and for vitest, which XS cannot run. */
const stand: Record<string, string> = {
  crypt: "./test/xs/moddable/platform/crypt.ts",
  "embedded:io/digital": "./test/xs/moddable/platform/digital.ts",
  "embedded:io/i2c": "./test/xs/moddable/platform/i2c.ts",
  "embedded:io/serial": "./test/xs/moddable/platform/serial.ts",
  "embedded:io/spi": "./test/xs/moddable/platform/spi.ts",
  "embedded:storage/flash": "./test/xs/moddable/platform/flash.ts",
  preference: "./test/xs/moddable/platform/preference.ts",
  time: "./test/xs/moddable/platform/time.ts",
  timer: "./test/xs/moddable/platform/timer.ts",
  vitest: "./test/xs/moddable/vitest.ts",
};

describeXs("Moddable's bindings, over a mocked platform in XS", () => {
  itKeeps("test/xs/moddable/contracts.ts", stand);
});

describeXs("Moddable's bindings on a Pico, likewise", () => {
  itKeeps("test/xs/moddable/pico-contracts.ts", {
    ...stand,
    "embedded:storage/flash": "./hal/moddable/pico/storage-flash.ts",
  });
});

/** Runs the contracts that a module gathers, each as a test of its own. */
function itKeeps(entry: string, alias: Record<string, string>): void {
  const machine = new XsMachine();
  machine.evaluate(bundleForXs(entry, "contracts", alias));
  const names = new TextDecoder()
    .decode(machine.evaluate("new TextEncoder().encode(contracts.names()).buffer").bytes)
    .split("\n");
  it.each(names.map((name, index) => [name, index]))("%s", (_name, index) => {
    machine.evaluate(`contracts.run(${index})`);
  });
}
