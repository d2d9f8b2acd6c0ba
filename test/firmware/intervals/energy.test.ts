import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import { ALL_CHANNELS, Block, BlockEncoder, decodeBlock } from "firmware/intervals/codec";
import { IntervalFlag } from "firmware/intervals/flags";
import { INTERVAL_CHANNELS, Interval } from "firmware/intervals/interval";
import { IntervalLog } from "firmware/intervals/log";
import { RecordBytes } from "firmware/storage/partitions";
import { RecordBuffer } from "firmware/storage/record-buffer";
import { REGISTER_QUANTITIES, registerIndex } from "firmware/registers/obis";
import { PollStatus, Quantity, countIndex } from "hal/metering-chip";
import { NorFlash } from "../../../host-sim/flash";
import { Random } from "../../../host-sim/random";
import { ScriptedMeter } from "../../support/scripted-meter";
import { testRing } from "../../support/ring";

const MIDNIGHT_ms = 1_772_323_200_000;
const MINUTE_ms = 60_000;

/** A meter with something flowing at each poll, and a head end that reads it now and then. */
class Street extends ScriptedMeter {
  readonly log: IntervalLog;
  readonly encoder: BlockEncoder;
  readonly random: Random;
  /** What the head end has, by number. */
  readonly collected = new Map<number, number[]>();
  last = 0;
  #next = 1;
  #closing = new Float64Array(this.registers.energy.length);

  constructor(seed: number) {
    super();
    this.random = new Random(seed, "flow");
    const { registers, utc, events, random, chip } = this;
    const flash = new NorFlash({ size: 64 * 4096 });
    this.log = new IntervalLog({
      registers,
      utc,
      events,
      ring: testRing(flash, RecordBytes.intervals),
      buffer: new RecordBuffer(),
      interval_min: 15,
    });
    this.encoder = new BlockEncoder(this.log);
    chip.onPoll = () => {
      for (let channel = 0; channel <= 2; channel++) {
        const forward = random.chance(0.8);
        const add = (quantity: number, share: number): void => {
          if (random.chance(share)) chip.pending[countIndex(quantity, channel)] += random.below(300);
        };
        add(Quantity.activeDelivered, forward ? 0.9 : 0.05);
        add(Quantity.activeReceived, forward ? 0.05 : 0.9);
        add(Quantity.reactivePositive, 0.5);
        add(Quantity.reactiveNegative, 0.3);
        add(Quantity.apparent, 0.9);
      }
    };
    const closed = (): void => {
      if (this.log.next === this.#next) return;
      this.#next = this.log.next;
      this.#closing = registers.energy.slice();
    };
    registers.listen({ polled: closed, clockSet: closed });
    registers.start();
  }

  /** As the last interval closed: the poll after it may come at once. */
  total(quantity: number): number {
    return this.#closing[registerIndex(quantity, 0)];
  }

  intervals(): Interval[] {
    return Array.from({ length: this.log.next - this.log.first }, (_, i) => {
      const interval = new Interval();
      expect(this.log.read(this.log.first + i, interval)).toBe(true);
      return interval;
    });
  }

  /** Reads what is new, a block at a time, as far as it pleases. */
  readOut(most: number, room: number): void {
    const bytes = new Uint8Array(room);
    const block = new Block();
    for (;;) {
      const w = new Writer(bytes);
      this.encoder.encode(w, this.last, most, ALL_CHANNELS, 0);
      expect(w.ok).toBe(true);
      expect(decodeBlock(new Reader(bytes, 0, w.length), block)).toBe(true);
      expect(block.newest).toBe(this.log.next - 1);
      if (block.count === 0) return;
      expect(block.first).toBe(this.last + 1);
      expect(block.count).toBeLessThanOrEqual(most);
      for (let i = 0; i < block.count; i++) {
        const values = block.values.map((column) => column[i]);
        const known = this.collected.get(block.first + i);
        if (known !== undefined) expect(values).toEqual(known.slice(0, INTERVAL_CHANNELS));
        const start_s = block.start_s + i * block.cadence_s;
        this.collected.set(block.first + i, [...values, block.flags[i], start_s]);
      }
      this.last = block.first + block.count - 1;
    }
  }

  /** Until the next interval has closed. */
  finish(): void {
    const next = this.log.next;
    while (this.log.next === next) this.clock.advance(100);
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant("run" as const), ms: fc.integer({ min: 1, max: 40 * MINUTE_ms }) }),
  fc.record({ kind: fc.constant("stall" as const), ms: fc.integer({ min: 1, max: 50 * MINUTE_ms }) }),
  fc.record({ kind: fc.constant("set" as const), ms: fc.integer({ min: -11_000, max: 11_000 }) }),
  fc.record({
    kind: fc.constant("set" as const),
    ms: fc.integer({ min: -120 * MINUTE_ms, max: 120 * MINUTE_ms }),
  }),
  fc.record({ kind: fc.constant("status" as const), ms: fc.constantFrom(...Object.values(PollStatus)) }),
  fc.record({ kind: fc.constant("read" as const), ms: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant("forget" as const), ms: fc.integer({ min: 0, max: 10 }) }),
);

function play(street: Street, steps: { kind: string; ms: number }[]): void {
  for (const { kind, ms } of steps) {
    if (kind === "run") street.clock.advance(ms);
    else if (kind === "stall") street.clock.stall(ms);
    else if (kind === "set")
      street.utc.set((street.utc.known ? street.utc.utc_ms() : MIDNIGHT_ms) + ms, true);
    else if (kind === "status") street.chip.status = ms;
    else if (kind === "read") street.readOut(ms, 250);
    else street.last = Math.max(0, street.last - ms);
  }
  street.chip.status = PollStatus.ok;
  if (!street.utc.known) street.utc.set(MIDNIGHT_ms);
  street.finish();
  street.readOut(1000, 1000);
}

describe("the intervals, whatever happens to polls, clock and reader", () => {
  it("add up to the registers' advance exactly", () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { maxLength: 25 }), (seed, steps) => {
        const street = new Street(seed);
        play(street, steps);
        const intervals = street.intervals();
        for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
          const sum = intervals.reduce((total, interval) => total + interval.values[quantity], 0);
          expect(sum).toBe(street.total(quantity));
        }
        let delivered_mWh = 0;
        let received_mWh = 0;
        for (const { values, closingDelivered_mWh, closingReceived_mWh } of intervals) {
          delivered_mWh += values[0];
          received_mWh += values[1];
          expect([closingDelivered_mWh, closingReceived_mWh]).toEqual([delivered_mWh, received_mWh]);
        }
      }),
      // A clock set back to just before a boundary: the first poll comes right after the one that closes there.
      { numRuns: 150, examples: [[0, [{ kind: "set", ms: -401 }]]] },
    );
  });

  it("are read out whole, once each, wherever reading starts again", () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { maxLength: 25 }), (seed, steps) => {
        const street = new Street(seed);
        play(street, steps);
        const expected = street.intervals().map(({ sequence, values, flags, start_s }) => {
          return [sequence, [...values, flags, start_s]] as const;
        });
        expect([...street.collected].sort(([a], [b]) => a - b)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it("have starts on the grid that rise without a gap, none twice", () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { maxLength: 25 }), (seed, steps) => {
        const street = new Street(seed);
        play(street, steps);
        const starts_s = street.intervals().map((interval) => interval.start_s);
        starts_s.forEach((start_s, i) => expect(start_s).toBe(starts_s[0] + i * 900));
        expect(starts_s[0] % 900).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("are flagged wherever they do not cover their time", () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { maxLength: 25 }), (seed, steps) => {
        const street = new Street(seed);
        // What flows is the time itself: a count a second.
        let counted_s = 0;
        street.chip.pending.fill(0);
        street.chip.onPoll = () => {
          const now_s = Math.floor(street.clock.now_ms() / 1000);
          street.chip.pending[0] += now_s - counted_s;
          counted_s = now_s;
        };
        play(street, steps);
        const { short, long, missing, suspect } = IntervalFlag;
        for (const { values, flags } of street.intervals()) {
          const covered_s = values[0] / 3.125;
          if ((flags & missing) !== 0) expect(covered_s).toBe(0);
          else if ((flags & suspect) === 0 && (flags & (short | long)) === 0)
            expect(Math.abs(covered_s - 900)).toBeLessThan(3);
          else if ((flags & suspect) === 0)
            expect(Math.sign(covered_s - 900)).toBe((flags & short) !== 0 ? -1 : 1);
        }
      }),
      { numRuns: 100 },
    );
  });
});
