import { describe, expect, it } from "vitest";
import { PollStatus } from "hal/metering-chip";
import { Ade7953Rig, SECOND_US, steadyLoad } from "../../metering-rig";

const ROUNDING = 1e-6;
/** What totals of two phases may lag behind. */
const LAG = 2;
/** More than a poll has. */
const PACKETS = 70;
/** Of a packet that reads. */
const BYTES = 3;
const ANSWER_BYTES = 4;
/** From bit to bit: each place of a byte, and each byte, in few tries. */
const STRIDE = 5;

type Deliver = (packet: Uint8Array) => Uint8Array;
/** What becomes of one packet and its answer, in one of its variants. */
type Fault = (deliver: Deliver, packet: Uint8Array, variant: number) => Uint8Array;

const faults: [name: string, variants: number, fault: Fault][] = [
  ["an inverted bit on the way", 5, (deliver, packet, n) => deliver(inverted(packet, n * STRIDE))],
  ["an inverted bit of the answer", 7, (deliver, packet, n) => inverted(deliver(packet), n * STRIDE)],
  ["a byte lost on the way", BYTES, (deliver, packet, at) => deliver(without(packet, at))],
  ["a byte lost of the answer", ANSWER_BYTES, (deliver, packet, at) => without(deliver(packet), at)],
  ["a byte too many on the way", BYTES + 1, (deliver, packet, at) => deliver(grown(packet, at))],
  ["a byte too many in the answer", ANSWER_BYTES + 1, (deliver, packet, at) => grown(deliver(packet), at)],
  ["a packet lost", 1, () => new Uint8Array()],
  ["an answer lost", 1, (deliver, packet) => deliver(packet).subarray(0, 0)],
];

const loads: [name: string, active_W: number[], reactive_var: number[]][] = [
  ["one phase", [1200], [300]],
  ["the sun on one leg", [3000, -2000], [200, 100]],
  ["nothing", [0, 0], []],
];

describe.each(faults)(
  "on the UART, in one packet of a poll, whichever it is: %s",
  (_name, variants, fault) => {
    it.each(loads)("exact (%s)", (_load, active_W, reactive_var) => {
      for (let variant = 0; variant < variants; variant++) {
        for (let packet = 1; packet <= PACKETS; packet++) {
          const rig = hit(
            new Ade7953Rig(steadyLoad(active_W, reactive_var), { over: "uart" }),
            packet,
            (...args) => fault(...args, variant),
          );
          if (rig === undefined) break;
          rig.poll(SECOND_US);
          expect(rig.excesses().most).toBeLessThan(1 + ROUNDING);
          expect(rig.excesses().least).toBeGreaterThan(-1 - LAG - ROUNDING);
          expect(rig.seen & ~PollStatus.noise).toBe(PollStatus.ok);
        }
      }
    });
  },
);

/** As long as it takes to believe an answer. */
const IN_A_ROW = 4;

it("answers lost in a row, wherever: what has hardly flowed is not taken to have flowed back", () => {
  for (let packet = 1; packet <= PACKETS; packet++) {
    const lose = (deliver: Deliver, bytes: Uint8Array) => deliver(bytes).subarray(0, 0);
    const rig = hit(new Ade7953Rig(steadyLoad([20], [5]), { over: "uart" }), packet, lose, IN_A_ROW);
    if (rig === undefined) break;
    rig.poll(SECOND_US);
    expect(rig.excesses().most).toBeLessThan(1 + ROUNDING);
    expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
    expect(rig.seen & ~(PollStatus.noise | PollStatus.noAnswer)).toBe(PollStatus.ok);
  }
});

/** A rig in whose third poll a packet was hit, and those after it; undefined where that poll has fewer. */
function hit(
  rig: Ade7953Rig,
  packet: number,
  fault: (deliver: Deliver, packet: Uint8Array) => Uint8Array,
  packets = 1,
): Ade7953Rig | undefined {
  const { uart } = rig;
  if (uart === undefined) throw new Error("no UART");
  expect(rig.driver.initialize()).toBe(PollStatus.ok);
  rig.poll(SECOND_US);
  rig.poll(SECOND_US);
  const { deliver } = uart;
  const at = uart.packets + packet;
  uart.deliver = (bytes) => {
    const isHit = uart.packets >= at && uart.packets < at + packets;
    return isHit ? fault(deliver, bytes) : deliver(bytes);
  };
  rig.poll(SECOND_US);
  return uart.packets < at ? undefined : rig;
}

function inverted(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

function without(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.filter((_, i) => i !== at);
}

/** With a byte before another one. */
function grown(bytes: Uint8Array, at: number): Uint8Array {
  return Uint8Array.of(...bytes.subarray(0, at), 0x55, ...bytes.subarray(at));
}
