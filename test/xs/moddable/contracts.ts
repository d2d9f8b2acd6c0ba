import { part } from "./platform/native";
import Digital from "embedded:io/digital";
import I2C from "embedded:io/i2c";
import Serial from "embedded:io/serial";
import SPI from "embedded:io/spi";
import { UART_BAUD, UART_TIMES } from "hal/drivers/ade7953/uart-bus";
import { SoftwareCipher } from "hal/drivers/aes";
import { ModdableCipher } from "hal/moddable/cipher";
import { ModdableClock } from "hal/moddable/clock";
import { ModdableInput, ModdableOutput } from "hal/moddable/digital-pin";
import { HardwareEntropy } from "hal/moddable/entropy";
import { ModdableFlash } from "hal/moddable/flash";
import { ModdableI2c } from "hal/moddable/i2c";
import { FuseIdentity } from "hal/moddable/identity";
import { ModdableOneShot } from "hal/moddable/one-shot";
import { ModdablePowerMonitor } from "hal/moddable/power-monitor";
import { PlatformReset } from "hal/moddable/reset";
import { RtcRetainedMemory } from "hal/moddable/retained-memory";
import { ModdableSerial } from "hal/moddable/serial-port";
import { ModdableSpi } from "hal/moddable/spi";
import { ModdableUart } from "hal/moddable/uart";
import { PlatformWatchdog } from "hal/moddable/watchdog";
import { ResetReason } from "hal/reset";
import { describe, expect, it } from "vitest";
import { cipherContract } from "../../hal/cipher.contract";
import { clockContract } from "../../hal/clock.contract";
import { entropyContract } from "../../hal/entropy.contract";
import { flashContract } from "../../hal/flash.contract";
import { i2cContract } from "../../hal/i2c.contract";
import { identityContract } from "../../hal/identity.contract";
import { powerMonitorContract } from "../../hal/power-monitor.contract";
import { retainedMemoryContract } from "../../hal/retained-memory.contract";
import { serialPortContract } from "../../hal/serial-port.contract";
import { spiContract } from "../../hal/spi.contract";
import { uartContract, type UartRig } from "../../hal/uart.contract";
import { watchdogContract } from "../../hal/watchdog.contract";
import { drive, levelOf } from "./platform/digital";
import type MockI2c from "./platform/i2c";
import type MockSerial from "./platform/serial";
import type MockSpi from "./platform/spi";
import UartChip from "./platform/uart";
import { pass, ticks } from "./platform/wait";

export { names, run } from "./vitest";

cipherContract("the platform's AES", () => new ModdableCipher());
cipherContract("AES in JavaScript", () => new SoftwareCipher());
clockContract("Moddable's clock", () => ({ clock: new ModdableClock(), run: pass }));
entropyContract("the hardware's entropy", () => new HardwareEntropy());
flashContract("a flash partition", () => new ModdableFlash("intervals"));
retainedMemoryContract("RTC memory", () => new RtcRetainedMemory());
identityContract("the identity in the fuses", () => new FuseIdentity("WM-M1", new HardwareEntropy()));

powerMonitorContract("a pin on the mains", () => {
  const pin = 27;
  // The mock's pins begin low, and drive takes a level that changes.
  drive(pin, 0);
  drive(pin, 1);
  const monitor = new ModdablePowerMonitor(pin, 60_000);
  drive(pin, 1);
  pass(20);
  return { monitor, mains: (on) => drive(pin, on ? 1 : 0), run: pass };
});

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

watchdogContract("the platform's watchdog", () => {
  const watchdog = new PlatformWatchdog();
  const before = part.restarts;
  return { watchdog, run: pass, restarts: () => part.restarts - before };
});

describe("the platform's reset", () => {
  it("tells why the part started, and keeps what ends the engine", () => {
    expect(new PlatformReset().reason).toBe(ResetReason.unexpected);
    (globalThis as unknown as { abort: (end: string) => void }).abort("memory full");
    expect(part.ends.join()).toBe("memory full");
  });
});

i2cContract("an I2C of ECMA-419", () => {
  const at = (address: number) => new I2C({ data: 21, clock: 22, address, hz: 400_000 });
  const io = at(0x38);
  return {
    i2c: new ModdableI2c(io),
    absent: new ModdableI2c(at(0x39)),
    frames: () => (io as unknown as MockI2c).frames,
  };
});

uartContract("a UART of ECMA-419", makeUart);

describe("a UART of ECMA-419", () => {
  it("takes 27 ms for the longest read, and little more where nothing answers", () => {
    const { uart } = makeUart();
    const took_ms = (packet: Uint8Array): number => {
      const began_ms = ticks();
      uart.writeRead(packet, new Uint8Array(4));
      return ticks() - began_ms;
    };
    expect(took_ms(Uint8Array.of(2, 4, 0))).toBeLessThanOrEqual(27);
    expect(took_ms(Uint8Array.of(2, 0, 0))).toBeLessThanOrEqual(27);
  });
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
    const { eui64, serial } = new FuseIdentity("WM-M1", new HardwareEntropy());
    expect(Array.from(eui64)).toEqual([0x24, 0x0a, 0xc4, 0xff, 0xfe, 0x01, 0x02, 0x03]);
    expect(serial).toBe("240AC4010203");
  });
});

describe("pins of ECMA-419", () => {
  it("tell their level, and of the edges that were asked for", () => {
    const input = new ModdableInput(20, Digital.Rising);
    let readable = 0;
    input.onReadable = () => readable++;
    drive(20, 1);
    expect(input.read()).toBe(1);
    expect(readable).toBe(0);
    pass(1);
    expect(readable).toBe(1);
    drive(20, 0);
    pass(1);
    expect(input.read()).toBe(0);
    expect(readable).toBe(1);
  });

  it("are high from the start, and then as written", () => {
    const output = new ModdableOutput(21);
    expect(levelOf(21)).toBe(1);
    output.write(0);
    expect(levelOf(21)).toBe(0);
  });
});

describe("a one-shot timer of the platform", () => {
  it("runs once each time it is started, and a new setting replaces the one before", () => {
    const timer = new ModdableOneShot();
    let expired = 0;
    timer.onExpired = () => expired++;
    pass(100_000);
    expect(expired).toBe(0);
    timer.start(10);
    timer.start(50);
    pass(49);
    expect(expired).toBe(0);
    pass(10_000);
    expect(expired).toBe(1);
    timer.onExpired = () => {
      expired++;
      if (expired < 4) timer.start(0);
    };
    timer.start(0);
    expect(expired).toBe(1);
    pass(1);
    expect(expired).toBe(4);
  });
});

function makeUart(): UartRig {
  let chip: UartChip | undefined;
  const Io = class extends UartChip {
    constructor(options: ConstructorParameters<typeof UartChip>[0]) {
      super(options);
      chip = this as UartChip;
    }
  };
  const options = { port: 2, receive: 16, transmit: 17, baud: UART_BAUD };
  const uart = new ModdableUart(Io as unknown as typeof Serial, options, UART_TIMES);
  return { uart, packets: () => chip?.packets ?? [] };
}
