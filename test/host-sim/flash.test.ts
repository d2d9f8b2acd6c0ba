import { describe, expect, it } from "vitest";
import { FlashResult } from "hal/flash";
import { NorFlash } from "../../host-sim/flash";
import { PowerLoss, PowerSupply, type Cut } from "../../host-sim/flash-faults";
import { Random } from "../../host-sim/random";
import { flashContract } from "../hal/flash.contract";

flashContract("the simulated NOR flash", () => new NorFlash({ size: 16_384 }));
flashContract(
  "the simulated NOR flash of other sizes",
  () => new NorFlash({ size: 1024, sectorBytes: 512, pageBytes: 64 }),
);

const makeFlash = (): NorFlash =>
  new NorFlash({ size: 2048, sectorBytes: 512, pageBytes: 64, random: new Random(1, "flash") });

function content(flash: NorFlash, address: number, length: number): number[] {
  const bytes = new Uint8Array(length);
  flash.read(address, bytes, length);
  return [...bytes];
}

describe("the simulated NOR flash", () => {
  it("counts wear", () => {
    const flash = new NorFlash({ size: 16_384 });
    flash.erase(4096);
    flash.erase(4096);
    flash.program(0, Uint8Array.of(1), 1);
    flash.program(255, Uint8Array.of(1, 1), 2);
    expect([...flash.erases]).toEqual([0, 2, 0, 0]);
    expect([flash.programs, flash.programmedBytes]).toEqual([1, 1]);
  });

  it("takes its time, the same for the same seed", () => {
    const times = [makeFlash(), makeFlash()].map((flash) => {
      flash.program(0, Uint8Array.of(1), 1);
      expect(flash.busy_us).toBeGreaterThanOrEqual(700);
      expect(flash.busy_us).toBeLessThanOrEqual(3_000);
      const program_us = flash.busy_us;
      flash.erase(0);
      expect(flash.longestBusy_us).toBe(flash.busy_us - program_us);
      expect(flash.longestBusy_us).toBeGreaterThanOrEqual(30_000);
      expect(flash.longestBusy_us).toBeLessThanOrEqual(400_000);
      return flash.busy_us;
    });
    expect(times[1]).toBe(times[0]);
  });

  it("forks: what is done to either does not show in the other", () => {
    const flash = makeFlash();
    flash.program(0, Uint8Array.of(0x0f), 1);
    const fork = flash.fork(new Random(2, "fork"));
    flash.program(0, Uint8Array.of(0xf7), 1);
    fork.program(0, Uint8Array.of(0xfe), 1);
    expect([content(flash, 0, 1), content(fork, 0, 1)]).toEqual([[0x07], [0x0e]]);
    fork.erase(0);
    expect([content(flash, 0, 1), content(fork, 0, 1)]).toEqual([[0x07], [0xff]]);
  });

  it("has sectors that fail, and bits that stay as they are", () => {
    const flash = makeFlash();
    flash.breakSector(0, "fails");
    expect(flash.program(0, Uint8Array.of(0), 1)).toBe(FlashResult.failed);
    expect(flash.erase(0)).toBe(FlashResult.failed);
    expect(content(flash, 0, 1)).toEqual([0xff]);
    flash.program(512, Uint8Array.of(0xf0), 1);
    flash.breakSector(1, new Uint8Array(512).fill(0x81));
    flash.program(512, Uint8Array.of(0), 1);
    expect(content(flash, 512, 1)).toEqual([0x80]);
    flash.erase(512);
    expect(content(flash, 512, 1)).toEqual([0xfe]);
  });
});

describe("a power loss", () => {
  const programCut = (cut: Cut): NorFlash => {
    const flash = makeFlash();
    flash.program(0, Uint8Array.of(0xff, 0xf0), 2);
    const supply = new PowerSupply();
    supply.feed(flash);
    supply.cutAt(1, cut);
    flash.program(100, Uint8Array.of(0x11), 1);
    expect(() => flash.program(0, new Uint8Array(8), 8)).toThrow(PowerLoss);
    expect(supply.operations).toBe(2);
    // It is back, and what comes now is done.
    expect(flash.program(120, Uint8Array.of(0x22), 1)).toBe(FlashResult.ok);
    expect([content(flash, 100, 1), content(flash, 120, 1)]).toEqual([[0x11], [0x22]]);
    return flash;
  };

  it("comes before a program, after it, or after so many bytes", () => {
    expect(content(programCut({ how: "before" }), 0, 4)).toEqual([0xff, 0xf0, 0xff, 0xff]);
    expect(content(programCut({ how: "after" }), 0, 4)).toEqual([0, 0, 0, 0]);
    expect(content(programCut({ how: "torn", bytes: 1, weak: false }), 0, 4)).toEqual([0, 0xf0, 0xff, 0xff]);
  });

  it("leaves some bits programmed, never one that was not to be", () => {
    const found = content(programCut({ how: "mask", done: 0.5, weak: 0 }), 0, 9);
    expect(found.slice(0, 8)).not.toEqual(new Array(8).fill(0));
    expect(found.slice(0, 8).some((byte) => byte < 0xf0)).toBe(true);
    expect(found[1] & 0x0f).toBe(0);
    expect(found[8]).toBe(0xff);
  });

  it("leaves weak bits, that read as either until they are programmed or erased", () => {
    const differ = (flash: NorFlash): boolean => {
      const reads = Array.from({ length: 20 }, () => content(flash, 0, 8).join());
      return new Set(reads).size > 1;
    };
    for (const cut of [
      { how: "mask", done: 0, weak: 1 },
      { how: "torn", bytes: 3, weak: true },
    ] as const) {
      const flash = programCut(cut);
      expect(differ(flash)).toBe(true);
      const fork = flash.fork(new Random(3, "fork"));
      expect(differ(fork)).toBe(true);
      fork.program(0, new Uint8Array(8), 8);
      expect(content(fork, 0, 8)).toEqual(new Array(8).fill(0));
      flash.erase(0);
      expect(differ(flash)).toBe(false);
    }
  });

  it("leaves an erase in part: some bits are set, none is cleared", () => {
    const flash = makeFlash();
    flash.program(0, new Uint8Array(64).fill(0x0f), 64);
    const supply = new PowerSupply();
    supply.feed(flash);
    supply.cutAt(0, { how: "mask", done: 0.5, weak: 0 });
    expect(() => flash.erase(0)).toThrow(PowerLoss);
    const found = content(flash, 0, 64);
    expect(found.every((byte) => (byte & 0x0f) === 0x0f)).toBe(true);
    expect(found).not.toEqual(new Array(64).fill(0x0f));
    expect(found).not.toEqual(new Array(64).fill(0xff));
    expect(flash.erases[0]).toBe(0);
  });
});
