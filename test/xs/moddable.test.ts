import { it } from "vitest";
import { bundleForXs, XsMachine } from "./machine";
import { describeXs } from "./suite";

/** What stands in for the platform's modules, and for vitest, which XS cannot run. */
const stand: Record<string, string> = {
  crypt: "./test/xs/moddable/platform/crypt.ts",
  "embedded:io/digital": "./test/xs/moddable/platform/digital.ts",
  "embedded:io/serial": "./test/xs/moddable/platform/serial.ts",
  "embedded:io/spi": "./test/xs/moddable/platform/spi.ts",
  "embedded:storage/flash": "./test/xs/moddable/platform/flash.ts",
  time: "./test/xs/moddable/platform/time.ts",
  timer: "./test/xs/moddable/platform/timer.ts",
  vitest: "./test/xs/moddable/vitest.ts",
};

describeXs("Moddable's bindings, over a mocked platform in XS", () => {
  const machine = new XsMachine();
  machine.evaluate(bundleForXs("test/xs/moddable/contracts.ts", "contracts", stand));
  const names = new TextDecoder()
    .decode(machine.evaluate("new TextEncoder().encode(contracts.names()).buffer").bytes)
    .split("\n");
  it.each(names.map((name, index) => [name, index]))("%s", (_name, index) => {
    machine.evaluate(`contracts.run(${index})`);
  });
});
