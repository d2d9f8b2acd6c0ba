import { describe, expect, it } from "vitest";
import { Register } from "hal/drivers/ade7953/registers";
import { UartBus } from "hal/drivers/ade7953/uart-bus";
import { FULL_SCALE_COUNTS_PER_S } from "hal/drivers/ade7953/units";
import { countIndex, PollStatus, Quantity } from "hal/metering-chip";
import type { Uart } from "hal/uart";
import { Ade7953Chip } from "../../../../host-sim/chips/ade7953";
import { Ade7953OverUart } from "../../../../host-sim/chips/ade7953-uart";
import { Feed } from "../../../../host-sim/load/feed";
import { Random } from "../../../../host-sim/random";
import { UartLine } from "../../../../host-sim/chips/uart-line";
import { noFaults } from "../../../../host-sim/options";
import { Ade7953Rig, randomLoad, SECOND_US, steadyLoad } from "../../metering-rig";
import { answerTo, uartContract } from "../../uart.contract";

const ROUNDING = 1e-6;
/** Of the platform, from feed to restart; hal/moddable/restart.c. */
const WATCHDOG_MS = 8_000;

/** A chip whose UART takes its time. */
function slowRig(active_W: number[]): Ade7953Rig {
  return new Ade7953Rig(steadyLoad(active_W), { over: "uart", slow: true });
}

/** Power flows from here on: what flows until the command of the reset has arrived is not counted. */
function start(rig: Ade7953Rig): void {
  rig.feed.setDark(true, rig.time.now_us);
  expect(rig.driver.initialize()).toBe(PollStatus.ok);
  rig.feed.setDark(false, rig.time.now_us);
}

/** How long `work` takes, in ms. */
function duration_ms(rig: Ade7953Rig, work: () => void): number {
  const began_us = rig.time.now_us;
  work();
  return (rig.time.now_us - began_us) / 1000;
}

/** No power flows any more, and all that did is polled. */
function drain(rig: Ade7953Rig): void {
  rig.feed.setDark(true, rig.time.now_us);
  for (let i = 0; i < 3; i++) rig.poll(SECOND_US);
}

describe("the ADE7953 over its UART", () => {
  it("is written and read as in figures 73 and 74 of the data sheet: addresses high, data low byte first", () => {
    const sent: number[][] = [];
    const bus = new UartBus({
      write: (bytes) => void sent.push([...bytes]),
      writeRead: (bytes, into) => {
        sent.push([...bytes]);
        into.forEach((_, i) => (into[i] = 0x83 - i));
        return true;
      },
    });
    expect(bus.read(Register.LCYCMODE)).toBe(0x83);
    expect(bus.read(Register.CONFIG)).toBe(0x8283);
    expect(bus.read(0x21e)).toBe(0x81_8283);
    expect(bus.read(Register.AENERGYA)).toBe(0x8081_8283 | 0);
    bus.writeUnchecked(Register.LCYCMODE, 0x12);
    bus.writeUnchecked(Register.CONFIG, 0x1234);
    bus.writeUnchecked(0x280, 0x12_3456);
    bus.writeUnchecked(Register.AIGAIN, -2);
    expect(sent).toEqual([
      [0x35, 0x00, 0x04],
      [0x35, 0x01, 0x02],
      [0x35, 0x02, 0x1e],
      [0x35, 0x03, 0x1e],
      [0xca, 0x00, 0x04, 0x12],
      [0xca, 0x01, 0x02, 0x34, 0x12],
      [0xca, 0x02, 0x80, 0x56, 0x34, 0x12],
      [0xca, 0x03, 0x80, 0xfe, 0xff, 0xff, 0xff],
    ]);
  });

  it("reads all ones where bytes are missing, whatever has come", () => {
    const silent: Uart = { write() {}, writeRead: (_, into) => into.fill(0).length < 0 };
    expect(new UartBus(silent).read(Register.CONFIG)).toBe(0xffff);
    expect(new UartBus(silent).read(Register.AENERGYA)).toBe(-1);
  });
});

describe("the time that the UART takes", () => {
  it.each([
    [[1000], 470, 1_070],
    [[1000, 800], 780, 1_380],
  ])(
    "with %j W: to start 2.2 s, a poll at most %i ms, once a minute %i ms",
    (active_W, poll_ms, check_ms) => {
      const rig = slowRig(active_W);
      expect(duration_ms(rig, () => rig.driver.initialize())).toBeLessThan(2_200);
      let longer = 0;
      for (let i = 0; i < 600; i++) {
        const took_ms = duration_ms(rig, () => rig.poll(0));
        expect(took_ms).toBeLessThan(check_ms);
        if (took_ms > poll_ms) longer++;
        rig.time.now_us += 2 * SECOND_US;
      }
      expect(longer).toBeLessThanOrEqual(30);
      expect(rig.seen).toBe(PollStatus.ok);
    },
  );

  it.each([
    ["a dead line", (rig: Ade7953Rig) => (rig.stuck = 0xff)],
    ["a line of which every answer is another", garbled],
  ])("leaves the watchdog time on %s, where nothing is taken", (_name, harm) => {
    const rig = slowRig([1000]);
    rig.driver.initialize();
    rig.poll(SECOND_US);
    rig.poll(SECOND_US);
    const before = rig.counts.slice();
    harm(rig);
    for (let i = 0; i < 5; i++) {
      expect(duration_ms(rig, () => rig.poll(0))).toBeLessThan(WATCHDOG_MS / 8);
      expect(rig.sample.counts.every((count) => count === 0)).toBe(true);
    }
    expect(rig.seen & ~PollStatus.noise).toBe(PollStatus.noAnswer);
    expect(rig.counts).toEqual(before);
    expect(duration_ms(rig, () => rig.driver.initialize())).toBeLessThan((WATCHDOG_MS * 3) / 4);
  });

  it("a silent reset is found and repaired within the watchdog's time", () => {
    const rig = slowRig([1000]);
    rig.driver.initialize();
    rig.poll(SECOND_US);
    rig.chip.reset();
    expect(duration_ms(rig, () => rig.poll(2 * SECOND_US))).toBeLessThan(WATCHDOG_MS * 0.75);
    expect(rig.seen & PollStatus.restarted).toBe(PollStatus.restarted);
  });
});

/** Every answer has the right length and another content. */
function garbled(rig: Ade7953Rig): void {
  const random = new Random(1, "garbage");
  const { uart } = rig;
  if (uart === undefined) throw new Error("no UART");
  const { deliver } = uart;
  uart.deliver = (packet) => deliver(packet).map(() => random.below(256));
}

describe("while registers count on between two answers", () => {
  const POWERS_W = [0.01, 3, 500, 10_000, 24_800, -24_800];

  it.each(POWERS_W)("%d W: every count once, and none is taken for noise", (power_W) => {
    const rig = slowRig([power_W]);
    start(rig);
    for (let i = 0; i < 1_000; i++) rig.poll(SECOND_US);
    drain(rig);
    expect(rig.seen).toBe(PollStatus.ok);
    expect(rig.excesses().most).toBeLessThan(1 + ROUNDING);
    expect(rig.excesses().least).toBeGreaterThan(-1 - ROUNDING);
  });

  it("a full load while the chip is initialised is taken at the first poll", () => {
    const rig = slowRig([24_800]);
    rig.poll(SECOND_US);
    expect(rig.seen).toBe(PollStatus.restarted);
    expect(rig.poll(SECOND_US)).toBe(PollStatus.ok);
    // Of 5 s, but for what flowed before the reset.
    expect(rig.counts[countIndex(Quantity.activeDelivered, 1)]).toBeGreaterThan(3 * FULL_SCALE_COUNTS_PER_S);
  });

  it("legs against each other: the total of each direction is above by what flows between two legs' reads", () => {
    const rig = slowRig([2_000, -2_000]);
    start(rig);
    for (let i = 0; i < 1_000; i++) rig.poll(SECOND_US);
    drain(rig);
    const between_s = 0.11;
    const delivered = rig.excess(Quantity.activeDelivered, 0);
    expect(delivered).toBeLessThan((between_s * 2_000 * 30) / 3.6);
    expect(Math.abs(delivered - rig.excess(Quantity.activeReceived, 0))).toBeLessThan(4);
    for (const phase of [1, 2]) expect(Math.abs(rig.excess(Quantity.activeDelivered, phase))).toBeLessThan(2);
  });

  it("and packets are hit or lose bytes: net exact, apparent energy exact", () => {
    for (let seed = 1; seed <= 6; seed++) {
      const faults = { spiNoise: 0.004, spiCommand: 0.004, spiAbort: 0.004 };
      const rig = new Ade7953Rig(randomLoad(new Random(seed, "load"), 1, true), {
        over: "uart",
        slow: true,
        seed,
        faults,
      });
      start(rig);
      for (let i = 0; i < 3_600; i++) {
        rig.poll(2 * SECOND_US);
        expect(rig.excess(Quantity.apparent, 1)).toBeLessThan(ROUNDING);
      }
      rig.feed.setDark(true, rig.time.now_us);
      for (let i = 0; i < 5; i++) rig.poll(SECOND_US);
      expect(rig.uart?.line.hits).toBeGreaterThan(500);
      expect(rig.seen & (PollStatus.lost | PollStatus.restarted)).toBe(PollStatus.ok);
      const net = rig.excess(Quantity.activeDelivered, 1) - rig.excess(Quantity.activeReceived, 1);
      expect(Math.abs(net)).toBeLessThan(2);
      expect(rig.excess(Quantity.apparent, 1)).toBeGreaterThan(-1 - ROUNDING);
    }
  });
});

describe("the simulated ADE7953's UART", () => {
  const chip = new Ade7953OverUart(new Ade7953Chip({ now_us: 0 }, new Feed(steadyLoad([0]))));
  const answer = (...packet: number[]): number[] => [...chip.answer(Uint8Array.from(packet))];

  it("has the registers of its SPI", () => {
    expect(answer(0x35, 0x01, 0x02)).toEqual([0x04, 0x80]);
    expect(answer(0xca, 0x00, Register.LCYCMODE, 0x0f)).toEqual([]);
    expect(answer(0x35, 0x00, Register.LCYCMODE)).toEqual([0x0f]);
    expect(answer(0xca, 0x03, 0x80, 0x56, 0x34, 0x12, 0x00)).toEqual([]);
    expect(answer(0x35, 0x03, 0x80)).toEqual([0x56, 0x34, 0x12, 0x00]);
    expect(answer(0x35, 0x02, 0x80)).toEqual([0x56, 0x34, 0x12]);
  });

  it("does nothing for packets that are too short or too long, or begin with something else", () => {
    for (const packet of [[], [0xca, 0x00], [0xca, 0x00, Register.PGA_V], [0xca, 0x00, Register.PGA_V, 1, 2]])
      expect(answer(...packet)).toEqual([]);
    expect(answer(0x34, 0x00, Register.PGA_V)).toEqual([]);
    expect(answer(0x35, 0x00, Register.PGA_V)).toEqual([0]);
    expect(answer(0x35, 0x04, 0x00)).toEqual([]);
  });
});

uartContract("the simulated line", () => {
  const packets: number[][] = [];
  const answer = (packet: Uint8Array): Uint8Array => {
    packets.push([...packet]);
    return Uint8Array.from(answerTo(packet));
  };
  return {
    uart: new UartLine({ answer }, noFaults, new Random(1, "uart"), () => {}),
    packets: () => packets,
  };
});
