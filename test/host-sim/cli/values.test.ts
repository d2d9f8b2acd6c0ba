import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { faultList, traffic, wholeNumber } from "../../../host-sim/cli/values";
import { noFaults } from "../../../host-sim/options";

describe("a whole number", () => {
  const parse = wholeNumber(1, 9000);

  it.each([
    "0",
    "-1",
    "9001",
    "1000000000",
    "1e3",
    "1.5",
    "1.0",
    "0x10",
    "NaN",
    "Infinity",
    "many",
    "",
    " 1",
    "1 ",
    "+1",
    "1,000",
    "１",
  ])("is not %j", (text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
    expect(() => parse(text)).toThrow("It must be a whole number from 1 to 9000.");
  });

  it.each([
    ["1", 1],
    ["9000", 9000],
    ["0042", 42],
  ])("is %j", (text, value) => expect(parse(text)).toBe(value));

  it("keeps its last digit up to 2^53 - 1", () => {
    const large = wholeNumber(0, Number.MAX_SAFE_INTEGER);
    expect(large("9007199254740991")).toBe(2 ** 53 - 1);
    expect(() => large("9007199254740992")).toThrow(InvalidArgumentError);
  });
});

describe("a list of faults", () => {
  it("gives each fault its share, and the others none", () => {
    expect(faultList("frame-loss:0.1,spi-noise:0.001")).toEqual({
      ...noFaults,
      frameLoss: 0.1,
      spiNoise: 0.001,
    });
    expect(faultList("spi-command:1e-4,spi-abort:1")).toEqual({ ...noFaults, spiCommand: 1e-4, spiAbort: 1 });
    expect(faultList("frame-loss:0")).toEqual(noFaults);
  });

  it.each([
    ["", 'no fault ""'],
    ["frame-lost:0.1", 'no fault "frame-lost"'],
    ["frameLoss:0.1", 'no fault "frameLoss"'],
    ["toString:0.1", 'no fault "toString"'],
    ["frame-loss:0.1,", 'no fault ""'],
    ["frame-loss", "frame-loss needs a share from 0 to 1"],
    ["frame-loss:", "frame-loss needs a share"],
    ["frame-loss:1.01", "frame-loss needs a share"],
    ["frame-loss:-0.1", "frame-loss needs a share"],
    ["frame-loss:NaN", "frame-loss needs a share"],
    ["frame-loss:1e1", "frame-loss needs a share"],
    ["frame-loss:0.1:0.2", "frame-loss needs a share"],
    ["frame-loss:0.1,spi-noise:some", "spi-noise needs a share"],
    ["frame-loss:0.1,frame-loss:0.2", "frame-loss is given twice"],
  ])("is not %j", (text, reason) => {
    expect(() => faultList(text)).toThrow(InvalidArgumentError);
    expect(() => faultList(text)).toThrow(reason);
  });
});

describe("traffic", () => {
  it("is reads, or an echo of so many bytes each so many seconds", () => {
    expect(traffic("reads")).toBeUndefined();
    expect(traffic("echo:20:60")).toEqual({ bytes: 20, period_s: 60 });
    expect(traffic("echo:6:2")).toEqual({ bytes: 6, period_s: 2 });
    expect(traffic("echo:150:999999")).toEqual({ bytes: 150, period_s: 999_999 });
  });

  it.each([
    "",
    "echo",
    "echo:20",
    "echo:5:60",
    "echo:151:60",
    "echo:20:1",
    "echo:20:60:1",
    "echo:-20:60",
    "echo:2e1:60",
    " reads",
  ])("is not %j", (text) => expect(() => traffic(text)).toThrow(InvalidArgumentError));
});
