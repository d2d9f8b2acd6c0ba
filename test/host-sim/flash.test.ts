import { describe, expect, it } from "vitest";
import { NorFlash } from "../../host-sim/flash";
import { flashContract } from "../hal/flash.contract";

flashContract("the simulated NOR flash", () => new NorFlash({ size: 16_384 }));
flashContract(
  "the simulated NOR flash of other sizes",
  () => new NorFlash({ size: 1024, sectorBytes: 512, pageBytes: 64 }),
);

describe("the simulated NOR flash", () => {
  it("counts wear", () => {
    const flash = new NorFlash({ size: 16_384 });
    flash.erase(4096);
    flash.erase(4096);
    flash.program(0, Uint8Array.of(1), 1);
    flash.program(255, Uint8Array.of(1, 1), 2);
    expect([...flash.erases]).toEqual([0, 2, 0, 0]);
    expect(flash.programs).toBe(1);
  });
});
