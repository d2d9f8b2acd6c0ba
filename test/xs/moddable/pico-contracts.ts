import { frames, renewFlash } from "./platform/pico";
import { FlashResult } from "hal/flash";
import { HardwareEntropy } from "hal/moddable/entropy";
import { ModdableFlash } from "hal/moddable/flash";
import { FuseIdentity } from "hal/moddable/identity";
import { PicoSpi } from "hal/moddable/pico/spi";
import { describe, expect, it } from "vitest";
import { flashContract } from "../../hal/flash.contract";
import { identityContract } from "../../hal/identity.contract";
import { spiContract } from "../../hal/spi.contract";

export { names, run } from "./vitest";

const SELECT = 17;

flashContract("a Pico's flash", () => {
  renewFlash();
  return new ModdableFlash("intervals");
});
identityContract("a Pico's identity", () => new FuseIdentity("WM-M1", new HardwareEntropy()));
spiContract("an SPI of a Pico", () => ({
  spi: new PicoSpi({ port: 0, clock: 18, in: 16, out: 19, select: SELECT, hz: 1_000_000, mode: 3 }),
  frames: () => frames[SELECT],
}));

describe("a Pico", () => {
  it("has an EUI-64 of its own", () => {
    const { eui64, serial } = new FuseIdentity("WM-M1", new HardwareEntropy());
    expect(Array.from(eui64)).toEqual([0xe6, 0x61, 0xa4, 0xd1, 0x27, 0x3b, 0x5c, 0x2f]);
    expect(serial).toBe("E661A4D1273B5C2F");
  });

  it("has the partitions of an ESP32, none of them in another", () => {
    const marks: [name: string, kilobytes: number][] = [
      ["registers", 128],
      ["events", 128],
      ["configuration", 16],
      ["keys", 16],
      ["intervals", 640],
    ];
    renewFlash();
    const byte = new Uint8Array(1);
    for (const [i, [name, kilobytes]] of marks.entries()) {
      const partition = new ModdableFlash(name);
      expect(partition.size).toBe(kilobytes * 1024);
      byte[0] = i;
      expect(partition.program(0, byte, 1)).toBe(FlashResult.ok);
      expect(partition.program(partition.size - 1, byte, 1)).toBe(FlashResult.ok);
    }
    for (const [i, [name]] of marks.entries()) {
      const partition = new ModdableFlash(name);
      for (const address of [0, partition.size - 1]) {
        partition.read(address, byte, 1);
        expect(byte[0]).toBe(i);
      }
    }
    let thrown = false;
    try {
      new ModdableFlash("nowhere");
    } catch {
      thrown = true;
    }
    expect(thrown).toBe(true);
  });
});
