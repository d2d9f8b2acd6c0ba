import { expect, it } from "vitest";
import { bootMeter } from "../../emulator/meter";
import { startInNode } from "../xs/hal/start";
import * as program from "../xs/programs/meter";
import { ServedStreet } from "../xs/street";
import { firstDifference } from "../xs/transcript";
import { describeEmulated } from "./suite";

const HOUR_US = 3600e6;
/** The meter closes its interval by its own clock, 12 ppm off; and each phase has a count that is not full. */
const TOLERANCE_MWH = 10;
const NEIGHBOURS = 2;
/** `Call.serialWrite` and `Call.serialRead`. */
const CONSOLE_CALLS = /^call 0[9a]/;

/** An hour of a meter on the emulator, and the instructions of each callback. */
async function emulated() {
  const street = new ServedStreet(NEIGHBOURS);
  const meter = await bootMeter(street.hal);
  const instructions = [meter.machine.boot.instructions];
  meter.onReply = (_callback, _calls, reply) => instructions.push(reply.instructions);
  const read = street.readAt(HOUR_US);
  meter.machine.close();
  return { read, instructions, transcript: meter.server.transcript.toString() };
}

describeEmulated("a whole meter on the emulated microcontroller", () => {
  it("makes the same calls to its HAL as in Node, and is read among its neighbours", async () => {
    const inNode = new ServedStreet(NEIGHBOURS);
    const expected = startInNode(program, inNode.hal);
    const nodeRead = inNode.readAt(HOUR_US);

    const { read, transcript } = await emulated();
    expect(firstDifference(transcript, withoutConsole(expected.toString()))).toBeUndefined();
    expect(read).toEqual(nodeRead);
    // Four, and the one that the installation fell into.
    expect(read.intervals).toBe(5);
    expect(read.delivered_mWh).toBeGreaterThan(0);
    expect(Math.abs(read.delivered_mWh - read.true_mWh)).toBeLessThan(TOLERANCE_MWH);
    expect(read.console).toContain("1.8.0");
    expect(read.console).toMatch(/trace\r\n1 2001:db8::57:4dc0:0:1 \d+ ms\r\nOK/);
  }, 120_000);

  it("does the same in every run, to the instruction", async () => {
    const [first, second] = [await emulated(), await emulated()];
    expect(second.transcript).toBe(first.transcript);
    expect(second.instructions).toEqual(first.instructions);
  }, 120_000);
});

/** A transcript without the calls to the console, which on the emulator is a serial port of the board. */
function withoutConsole(transcript: string): string {
  const lines = transcript.split("\n");
  const isConsole = (line?: string): boolean => line !== undefined && CONSOLE_CALLS.test(line);
  // A call is followed by its answer.
  return lines.filter((line, at) => !isConsole(line) && !isConsole(lines[at - 1])).join("\n");
}
