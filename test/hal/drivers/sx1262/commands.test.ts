import { describe, expect, it } from "vitest";
import { expectApart, pattern, radioPair, sx1262, type Tap } from "../../../support/chip-radio";

/** Opcodes and words written out from the datasheet (DS.SX1261-2, chapters 11 to 13 and 15), not from the driver. */
const AFTER_RESET = [
  "80 00", // SetStandby: RC
  "89 7f", // Calibrate: all
  "07 00 00", // ClearDeviceErrors
  "98 e1 e9", // CalibrateImage: 902 to 928 MHz
  "96 01", // SetRegulatorMode: DC-DC
  "9d 01", // SetDIO2AsRfSwitchCtrl
  "8a 00", // SetPacketType: GFSK
  "95 04 07 00 01", // SetPaConfig: +22 dBm
  "8e 16 02", // SetTxParams: 22 dBm, 40 us
  "8b 00 28 00 09 12 00 66 66", // 100 kbit/s, BT 0.5, 187.2 kHz, deviation 25 kHz
  "8c 00 40 05 10 00 01 ff 01 01", // 64 bits of preamble, 16 of sync word, variable, no CRC, whitened
  "8f 00 00", // SetBufferBaseAddress
  "0d 06 c0 90 4e", // sync word
  "0d 08 ac 96", // boosted gain
  "93 40", // SetRxTxFallbackMode: FS
  "08 02 0b 02 03 00 00 00 00", // TxDone, RxDone, timeout on DIO1
  "1d 06 b8 00 00",
  "0d 06 b8 21", // whitening seed 0x1ff: the upper bits as they were
  "0d 06 b9 ff",
  "1d 08 d8 00 00",
  "0d 08 d8 de", // TX clamp
];

/** GetStatus, by which the driver hears whether the command before was taken. */
const STATUS = "c0 00";

/** SetFs, SetRfFrequency, SetPacketParams, SetRx: what listening takes. */
const listening = (frequency: string) => [
  "c1",
  `86 ${frequency}`,
  "8c 00 40 05 10 00 01 ff 01 01",
  "82 ff ff ff",
];

function traced() {
  const commands: string[] = [];
  const tap: Tap = (bytes) =>
    commands.push(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" "));
  return { commands, tap };
}

describe("the commands of the SX1262 driver", () => {
  it("set the chip up after a reset as the datasheet has it", () => {
    const { commands, tap } = traced();
    radioPair(sx1262, 0, { tap });
    // f * 2^25 / 32 MHz: 902.2 MHz is 946,025,267.
    const asked = commands.filter((command) => command !== STATUS);
    expect(commands.length - asked.length).toBe(16);
    expect(asked).toEqual([...AFTER_RESET, ...listening("38 63 33 33")]);
  });

  it.each([0, 1, 64, 128])("tune to channel %d at 902.2 MHz and as many times 0.2 MHz", (channel) => {
    const { commands, tap } = traced();
    const { a } = radioPair(sx1262, 200, { tap });
    commands.length = 0;
    a.radio.listen(channel);
    const frequency_Hz = 902_200_000n + BigInt(channel) * 200_000n;
    const word = (frequency_Hz * 2n ** 26n + 32_000_000n) / 64_000_000n;
    const hex = word.toString(16).padStart(8, "0").match(/../g)!.join(" ");
    expect(commands).toEqual(listening(hex));
  });

  it("send a frame, and fetch one", () => {
    const { commands, tap } = traced();
    const { a, b, run, received } = radioPair(sx1262, 0, { tap });
    commands.length = 0;
    a.radio.transmit(pattern(5), 5, 0);
    const sending = commands.map((command) => command.slice(0, 8 * 3 + 5).trimEnd());
    expect(sending).toEqual([
      "c1",
      "86 38 63 33 33",
      "8c 00 40 05 10 00 01 05 01 01",
      `0e 00 ${[...pattern(5)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")} 00 00 00`,
      // 16 bytes at 80 us, and 3 ms, in steps of 15.625 us.
      "83 00 01 12",
    ]);
    commands.length = 0;
    run(10);
    // GetIrqStatus answers in place; the tap sees what is sent.
    expect(commands).toEqual(["12 00 00 00", "02 00 01", ...listening("38 63 33 33")]);
    expect(received).toEqual([[...pattern(5)]]);
    commands.length = 0;
    b.radio.transmit(pattern(40), 40, 0);
    run(10);
    const fetching = commands.map((command) => command.slice(0, 11));
    expect(fetching).toEqual(["12 00 00 00", "02 00 0a", "13 00 00 00", "14 00 00 00", "1e 00 00 00"]);
  });

  it("never come while BUSY is up, in a thousand frames", () => {
    const { a, b, run, received } = radioPair(sx1262, 3);
    for (let k = 0; k < 1000; k++) {
      const length = 1 + (k % 255);
      expect(a.radio.channelClear(k % 2 === 0 ? 3 : 4)).toBe(true);
      expect((k % 3 === 0 ? b : a).radio.transmit(pattern(length), length, 3)).toBe(true);
      run(30);
    }
    expect(received.length).toBe(666);
    expect([a.chip.refused, b.chip.refused]).toEqual([0, 0]);
    expect(a.radio.counters).toMatchObject({ commandErrors: 0, timeouts: 0, resets: 0, lateInterrupts: 0 });
  });

  it("would be refused and counted while BUSY is up", () => {
    const { a } = radioPair(sx1262, 3);
    a.chip.transfer(Uint8Array.of(0x80, 0));
    a.chip.transfer(Uint8Array.of(0xc1));
    expect(a.chip.refused).toBe(1);
    expect(a.chip.mode).toBe(2);
  });
});

describe("an SX1262 with a wrong word", () => {
  const wrong: [string, number[], number, number][] = [
    ["bit rate", [0x8b], 2, 0x29],
    ["deviation", [0x8b], 7, 0x33],
    ["bandwidth", [0x8b], 5, 0x1e],
    ["frequency", [0x86], 3, 0x00],
    ["packet type", [0x8a], 1, 0x01],
    ["preamble", [0x8c], 2, 0x08],
    ["sync word", [0x0d, 0x06, 0xc0], 4, 0x4f],
    ["length of sync word", [0x8c], 4, 0x08],
    ["packet format", [0x8c], 6, 0x00],
    ["CRC", [0x8c], 8, 0x02],
    ["whitening", [0x8c], 9, 0x00],
    ["whitening seed", [0x0d, 0x06, 0xb9], 3, 0x00],
  ];
  it.each(wrong)("for %s neither hears the others nor is heard", (_what, start, at, value) => {
    const tap: Tap = (bytes) => {
      if (start.every((byte, i) => bytes[i] === byte)) bytes[at] = value;
    };
    expectApart(radioPair(sx1262, 3, { tap }));
  });
});
