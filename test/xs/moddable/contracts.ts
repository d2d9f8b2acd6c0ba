import "./platform/native";
import Serial from "embedded:io/serial";
import SPI from "embedded:io/spi";
import { ModdableClock } from "hal/moddable/clock";
import { HardwareEntropy } from "hal/moddable/entropy";
import { ModdableFlash } from "hal/moddable/flash";
import { FuseIdentity } from "hal/moddable/identity";
import { RtcRetainedMemory } from "hal/moddable/retained-memory";
import { ModdableSerial } from "hal/moddable/serial-port";
import { ModdableSpi } from "hal/moddable/spi";
import { describe, expect, it } from "vitest";
import { clockContract } from "../../hal/clock.contract";
import { entropyContract } from "../../hal/entropy.contract";
import { flashContract } from "../../hal/flash.contract";
import { identityContract } from "../../hal/identity.contract";
import { retainedMemoryContract } from "../../hal/retained-memory.contract";
import { serialPortContract } from "../../hal/serial-port.contract";
import { spiContract } from "../../hal/spi.contract";
import type MockSerial from "./platform/serial";
import type MockSpi from "./platform/spi";
import { pass } from "./platform/wait";

export { names, run } from "./vitest";

clockContract("Moddable's clock", () => ({ clock: new ModdableClock(), run: pass }));
entropyContract("the hardware's entropy", () => new HardwareEntropy());
flashContract("a flash partition", () => new ModdableFlash("intervals"));
retainedMemoryContract("RTC memory", () => new RtcRetainedMemory());
identityContract("the identity in the fuses", () => new FuseIdentity("WM-M1"));

serialPortContract("a serial port of ECMA-419", () => {
  let line: MockSerial | undefined;
  const Io = class extends Serial {
    constructor(options: ConstructorParameters<typeof Serial>[0]) {
      super(options);
      line = this as unknown as MockSerial;
    }
  };
  const port = new ModdableSerial(Io, { port: 1, receive: 3, transmit: 1, baud: 115_200 });
  return { port, type: (bytes) => line?.arrive(bytes), written: () => line?.sent ?? [], run: pass };
});

spiContract("an SPI of ECMA-419", () => {
  const io = new SPI({ clock: 1, in: 2, out: 3, select: 4, hz: 1_000_000, mode: 3 });
  return { spi: new ModdableSpi(io), frames: () => (io as unknown as MockSpi).frames };
});

describe("a flash partition", () => {
  it("throws where it is not in the partition table", () => {
    let thrown = false;
    try {
      new ModdableFlash("nowhere");
    } catch {
      thrown = true;
    }
    expect(thrown).toBe(true);
  });
});

describe("the identity in the fuses", () => {
  it("is the EUI-48 with FFFE in its middle", () => {
    const { eui64, serial } = new FuseIdentity("WM-M1");
    expect(Array.from(eui64)).toEqual([0x24, 0x0a, 0xc4, 0xff, 0xfe, 0x01, 0x02, 0x03]);
    expect(serial).toBe("240AC4010203");
  });
});
