import { describe, expect, it } from "vitest";
import { I2cBus } from "hal/drivers/ade7953/i2c-bus";
import { Register } from "hal/drivers/ade7953/registers";
import { PollStatus } from "hal/metering-chip";
import { Ade7953Chip } from "../../../../host-sim/chips/ade7953";
import { Ade7953OverI2c } from "../../../../host-sim/chips/ade7953-i2c";
import { Feed } from "../../../../host-sim/load/feed";
import { Ade7953Rig, SECOND_US, steadyLoad } from "../../metering-rig";

describe("the ADE7953 over I2C", () => {
  it("is written and read as in figures 70 and 71 of the data sheet", () => {
    const sent: number[][] = [];
    const bus = new I2cBus({
      write: (bytes) => sent.push([...bytes]) > 0,
      writeRead: (bytes, into) => {
        sent.push([...bytes]);
        into.forEach((_, i) => (into[i] = 0x80 + i));
        return true;
      },
    });
    expect(bus.read(Register.LCYCMODE)).toBe(0x80);
    expect(bus.read(Register.CONFIG)).toBe(0x8081);
    expect(bus.read(0x21e)).toBe(0x80_8182);
    expect(bus.read(Register.AENERGYA)).toBe(0x8081_8283 | 0);
    bus.writeUnchecked(Register.LCYCMODE, 0x12);
    bus.writeUnchecked(Register.CONFIG, 0x1234);
    bus.writeUnchecked(0x280, 0x12_3456);
    bus.writeUnchecked(Register.AIGAIN, -2);
    expect(sent).toEqual([
      [0x00, 0x04],
      [0x01, 0x02],
      [0x02, 0x1e],
      [0x03, 0x1e],
      [0x00, 0x04, 0x12],
      [0x01, 0x02, 0x12, 0x34],
      [0x02, 0x80, 0x12, 0x34, 0x56],
      [0x03, 0x80, 0xff, 0xff, 0xff, 0xfe],
    ]);
  });

  it("reads all ones where nobody acknowledges", () => {
    const bus = new I2cBus({ write: () => false, writeRead: () => false });
    expect(bus.read(Register.CONFIG)).toBe(0xffff);
    expect(bus.read(Register.AENERGYA)).toBe(-1);
  });

  it("takes nothing while the chip is away, and what it counted when it is back", () => {
    const rig = new Ade7953Rig(steadyLoad([1000]), { over: "i2c" });
    rig.driver.initialize();
    rig.poll(SECOND_US);
    rig.bus.stuck = 0xff;
    expect(rig.poll(SECOND_US)).toBe(PollStatus.noAnswer);
    rig.bus.stuck = undefined;
    rig.poll(SECOND_US);
    rig.poll(SECOND_US);
    expect(rig.excesses().most).toBeLessThanOrEqual(0);
    expect(rig.excesses().least).toBeGreaterThan(-1);
  });
});

describe("the simulated ADE7953's I2C", () => {
  const chip = new Ade7953OverI2c(new Ade7953Chip({ now_us: 0 }, new Feed(steadyLoad([0]))));
  const read = (address: number, length: number): number[] | undefined => {
    const into = new Uint8Array(length);
    return chip.writeRead(Uint8Array.of(address >> 8, address), into) ? [...into] : undefined;
  };

  it("has the registers of its SPI", () => {
    expect(read(Register.CONFIG, 2)).toEqual([0x80, 0x04]);
    chip.write(Uint8Array.of(0x00, Register.LCYCMODE, 0x0f));
    expect(read(Register.LCYCMODE, 1)).toEqual([0x0f]);
  });

  it("ignores a write of the wrong length", () => {
    for (const data of [[], [1, 2]])
      expect(chip.write(Uint8Array.of(0x00, Register.PGA_V, ...data))).toBe(true);
    expect(read(Register.PGA_V, 1)).toEqual([0]);
  });

  it("does not acknowledge while it is away", () => {
    chip.absent = true;
    expect(read(Register.CONFIG, 2)).toBeUndefined();
    expect(chip.write(Uint8Array.of(0x00, Register.LCYCMODE, 0))).toBe(false);
  });
});
