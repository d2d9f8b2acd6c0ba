import { describe, expect, it } from "vitest";
import { expectApart, pattern, radioPair, sx1262, sx1276, type Tap } from "../../../support/chip-radio";

/** Addresses and values written out from the datasheet (DS_SX1276, chapter 6), not from the driver. */
const SETTINGS: [string, number, number][] = [
  ["bit rate 32 MHz / 100 kbit/s", 0x02, 0x01],
  ["bit rate, low byte", 0x03, 0x40],
  ["deviation 25 kHz * 2^19 / 32 MHz", 0x04, 0x01],
  ["deviation, low byte", 0x05, 0x9a],
  ["PA_BOOST, 17 dBm", 0x09, 0xff],
  ["BT 0.5, 40 us", 0x0a, 0x49],
  ["boosted gain", 0x0c, 0x23],
  ["AGC, preamble", 0x0d, 0x0e],
  ["100 kHz to each side", 0x12, 0x0a],
  ["preamble detector", 0x1f, 0xaa],
  ["preamble", 0x25, 0x00],
  ["preamble, 8 bytes", 0x26, 0x08],
  ["sync word of 2 bytes", 0x27, 0x51],
  ["sync word", 0x28, 0x90],
  ["sync word, second byte", 0x29, 0x4e],
  ["variable, whitened, no CRC", 0x30, 0xc0],
  ["packet mode", 0x31, 0x40],
  ["greatest length", 0x32, 0xff],
  ["DIO0, DIO1", 0x40, 0x00],
];

describe("the SX1276 driver", () => {
  it.each(SETTINGS)("sets %s", (_what, address, value) => {
    const { a } = radioPair(sx1276, 3);
    expect(a.chip.registers.bytes[address]).toBe(value);
  });

  it.each([0, 1, 64, 128])("tunes to channel %d at 902.2 MHz and as many times 0.2 MHz", (channel) => {
    const { a } = radioPair(sx1276, channel);
    const frequency_Hz = 902_200_000n + BigInt(channel) * 200_000n;
    const word = (frequency_Hz * 2n ** 20n + 32_000_000n) / 64_000_000n;
    const [msb, mid, lsb] = a.chip.registers.bytes.subarray(0x06, 0x09);
    expect(msb * 65536 + mid * 256 + lsb).toBe(Number(word));
    // Receiver, FSK, high band.
    expect(a.chip.registers.bytes[0x01]).toBe(0x05);
  });

  it("waits until the chip is ready, and calibrates it for its band", () => {
    const calibrations: string[] = [];
    const tap: Tap = (bytes) => {
      if (bytes[0] === 0xbb) calibrations.push(`${bytes[1]}`);
    };
    const { a } = radioPair(sx1276, 3, { tap });
    expect(a.chip.refused).toBe(0);
    expect(calibrations).toEqual(["64"]);
  });

  for (const [name, receiver] of [
    ["SX1276", sx1276],
    ["SX1262", sx1262],
  ] as const) {
    it(`carries frames of every length to an ${name}, through 64 bytes of FIFO`, () => {
      const { world, medium, a, run, received } = radioPair(sx1276, 3);
      const b = receiver(world, medium);
      const there: number[][] = [];
      b.radio.onReceive = (frame, length) => there.push([...frame.slice(0, length)]);
      b.radio.listen(3);
      run(50);
      for (let length = 1; length <= 255; length++) {
        expect(a.radio.transmit(pattern(length), length, 3)).toBe(true);
        run(30);
      }
      const sent = Array.from({ length: 255 }, (_, i) => [...pattern(i + 1)]);
      expect(there).toEqual(sent);
      expect(received).toEqual(sent);
      for (const { counters } of [a.radio, b.radio])
        expect(counters).toMatchObject({ commandErrors: 0, timeouts: 0, resets: 0, fifoErrors: 0 });
    });
  }

  it("measures the signal strength while the frame is on the air", () => {
    const { a, b, run } = radioPair(sx1276, 3, { rssi_dBm: () => -77 });
    let heard_dBm = 0;
    b.radio.onReceive = (_frame, _length, rssi_dBm) => (heard_dBm = rssi_dBm);
    a.radio.transmit(pattern(30), 30, 3);
    run(20);
    expect(heard_dBm).toBe(-77);
  });

  const wrong: [string, number, number][] = [
    ["bit rate", 0x03, 0x20],
    ["deviation", 0x05, 0x00],
    ["frequency", 0x06, 0xe0],
    ["preamble", 0x26, 0x01],
    ["length of sync word", 0x27, 0x50],
    ["sync word", 0x29, 0x00],
    ["packet format", 0x30, 0x80],
    ["continuous mode", 0x31, 0x00],
  ];
  it.each(wrong)("with a wrong %s neither hears the others nor is heard", (_what, address, value) => {
    const tap: Tap = (bytes) => {
      if (bytes[0] === (address | 0x80)) bytes[1] = value;
    };
    expectApart(radioPair(sx1276, 3, { tap }));
  });
});
