import { expect } from "vitest";
import type { RadioDriver } from "hal/drivers/radio-driver";
import { Sx1262 } from "hal/drivers/sx1262/driver";
import { Sx1276 } from "hal/drivers/sx1276/driver";
import type { Radio } from "hal/radio";
import { RadioCounters } from "hal/radio-counters";
import type { Spi } from "hal/spi";
import { Processor, type SimulatedInput } from "../../host-sim/processor";
import { Medium, OPEN_STREET } from "../../host-sim/radio/medium";
import { OpenAir } from "../../host-sim/radio/open-air";
import type { RadioChip } from "../../host-sim/radio/radio-chip";
import { Sx1262Chip } from "../../host-sim/radio/sx1262-chip";
import { Sx1276Chip } from "../../host-sim/radio/sx1276-chip";
import { Random } from "../../host-sim/random";
import { World } from "../../host-sim/world";

/** What a test puts between driver and chip. */
export type Tap = (bytes: Uint8Array) => void;

/** A chip with its driver, and the pin by which the chip says that it has received or sent. */
export interface ChipRadio {
  processor: Processor;
  chip: RadioChip;
  interrupt: SimulatedInput;
  radio: RadioDriver;
}

/** An SX1262 with its driver; it listens some 15 ms later. */
export function sx1262(world: World, medium: Medium, tap?: Tap): ChipRadio & { chip: Sx1262Chip } {
  const processor = new Processor(world);
  const chip = new Sx1262Chip(world, medium, processor);
  const { busy, reset, dio1 } = chip;
  const radio = new Sx1262({
    spi: tapped(chip, tap),
    busy,
    reset,
    dio1,
    power_dBm: 22,
    ...platform(processor),
  });
  return { processor, chip, interrupt: dio1, radio };
}

/** An SX1276 with its driver; it listens some 20 ms later. */
export function sx1276(world: World, medium: Medium, tap?: Tap): ChipRadio & { chip: Sx1276Chip } {
  const processor = new Processor(world);
  const chip = new Sx1276Chip(world, medium, processor);
  const { reset, dio0, dio1 } = chip;
  const radio = new Sx1276({
    spi: tapped(chip, tap),
    reset,
    dio0,
    dio1,
    power_dBm: 17,
    ...platform(processor),
  });
  return { processor, chip, interrupt: dio0, radio };
}

function platform(processor: Processor) {
  return {
    clock: { now_ms: () => Math.floor(processor.now_us / 1000) },
    delay_ms: processor.delay_ms,
    timer: processor.oneShot(),
  };
}

function tapped(chip: Spi, tap: Tap | undefined): Spi {
  if (tap === undefined) return chip;
  return {
    transfer: (buffer) => {
      tap(buffer);
      chip.transfer(buffer);
    },
  };
}

/** Two radios, made by `make`, that listen on `channel`, and what the second receives. */
export function radioPair<R extends { radio: Radio }>(
  make: (world: World, medium: Medium, tap?: Tap) => R,
  channel: number,
  options: { tap?: Tap; rssi_dBm?: () => number } = {},
) {
  const world = new World();
  const random = new Random(1, "air");
  const air = new OpenAir(OPEN_STREET.bitRate, options.rssi_dBm);
  const medium = new Medium({ ...OPEN_STREET, air, world, random });
  const a = make(world, medium, options.tap);
  const b = make(world, medium);
  const received: number[][] = [];
  b.radio.onReceive = (frame, length) => received.push([...frame.slice(0, length)]);
  a.radio.listen(channel);
  b.radio.listen(channel);
  const run = (delay_ms: number) => world.runUntil(world.now_us + delay_ms * 1000);
  run(50);
  return { world, medium, a, b, received, run };
}

/** `length` bytes that tell lengths and places apart. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (length * 7 + i * 31) & 0xff);
}

/** Counters of a driver that nothing has happened to but what `others` say. */
export function counted(others: Partial<RadioDriver["counters"]>): RadioDriver["counters"] {
  return { ...new RadioCounters(), ...others };
}

type Pair = ReturnType<typeof radioPair<ChipRadio>>;

/** Frames go both ways. */
export function expectToWork({ a, b, run, received }: Pair): void {
  received.length = 0;
  let heard = 0;
  a.radio.onReceive = () => heard++;
  expect(a.radio.transmit(pattern(160), 160, 3)).toBe(true);
  run(20);
  expect(b.radio.transmit(pattern(161), 161, 3)).toBe(true);
  run(20);
  expect(received).toEqual([[...pattern(160)]]);
  expect(heard).toBe(1);
}

/** Neither hears the other. */
export function expectApart({ a, b, run, received }: Pair): void {
  let heard = 0;
  a.radio.onReceive = () => heard++;
  a.radio.transmit(pattern(20), 20, 3);
  run(50);
  b.radio.transmit(pattern(20), 20, 3);
  run(50);
  expect([received.length, heard]).toEqual([0, 0]);
}

/** How often a frame of the first is said to have left. */
export function countSent({ a }: Pair): () => number {
  let sent = 0;
  a.radio.onSent = () => sent++;
  return () => sent;
}
