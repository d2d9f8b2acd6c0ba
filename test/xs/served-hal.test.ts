import { expect, it } from "vitest";
import { FlashResult } from "hal/flash";
import { ResetReason } from "hal/reset";
import { CrystalClock } from "../../host-sim/clock";
import { meterIdentity, SeededEntropy, SimulatedSerial } from "../../host-sim/node";
import { Random } from "../../host-sim/random";
import { SimulatedRetainedMemory } from "../../host-sim/retained-memory";
import { SimulatedWatchdog } from "../../host-sim/watchdog";
import { World } from "../../host-sim/world";
import type { Hal } from "./hal/server";
import { startInNode, startInXs } from "./hal/start";
import * as probe from "./programs/probe";
import { describeXs } from "./suite";

describeXs("a served HAL", () => {
  it("carries every call and callback to XS as it does to Node", () => {
    const inNode = bench();
    const expected = startInNode(probe, inNode.hal);
    inNode.run();

    const inXs = bench();
    const { transcript, machine } = startInXs("test/xs/programs/probe.ts", inXs.hal);
    inXs.run();
    machine.close();

    expect(inNode.seen).toEqual({ sent: ["7:0102"], written: ["0102", "02574d0000000003", "574d2d4d31"] });
    expect(transcript.toString()).toBe(expected.toString());
    expect(inXs.seen).toEqual(inNode.seen);
  });
});

/** A node's HAL, and ten seconds in which everything happens once. */
function bench() {
  const world = new World();
  const random = new Random(1, "served");
  const serial = new SimulatedSerial();
  const flash = new Uint8Array(1024).fill(0xff);
  const seen: { sent: string[]; written: string[] } = { sent: [], written: [] };
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  serial.connect((bytes) => void (bytes.length > 0 && seen.written.push(hex(bytes))));
  const hal: Hal = {
    clock: new CrystalClock(world, 20),
    spi: { transfer: (buffer) => void buffer.forEach((_, i) => (buffer[i] = random.below(256))) },
    radio: {
      maxFrameBytes: 2047,
      bitRate: 100_000,
      listen: () => {},
      follow: () => {},
      transmit: (frame, length, channel) =>
        seen.sent.push(`${channel}:${hex(frame.subarray(0, length))}`) > 0,
      channelClear: () => true,
      onReceive: () => {},
      onSent: () => {},
    },
    flash: {
      size: flash.length,
      sectorBytes: 512,
      pageBytes: 256,
      read: (address, into, length) => {
        into.set(flash.subarray(address, address + length));
        return FlashResult.ok;
      },
      program: (address, from, length) => {
        flash.set(from.subarray(0, length), address);
        return FlashResult.ok;
      },
      erase: () => FlashResult.misaligned,
    },
    retained: new SimulatedRetainedMemory(),
    reset: { reason: ResetReason.watchdog },
    watchdog: new SimulatedWatchdog(world, () => expect.unreachable()),
    serial,
    entropy: new SeededEntropy(random),
    identity: meterIdentity(3),
  };
  const run = (): void => {
    world.in(2_500_000, () => serial.type(Uint8Array.of(1, 2)));
    world.in(3_500_000, () => hal.radio.onReceive(Uint8Array.of(1, 2), 2, -90));
    world.in(3_600_000, () => hal.radio.onSent());
    world.in(3_700_000, () => hal.serial.onWritable());
    world.runUntil(10e6);
  };
  return { hal, run, seen };
}
