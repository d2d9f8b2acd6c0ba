import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code } from "firmware/coap/resource";
import { REGISTERS, registerIndex } from "firmware/registers/obis";
import { InstantKey, InstantResource, RegisterKey, RegistersResource } from "firmware/registers/resource";
import { PollStatus } from "hal/metering-chip";
import { cddl, decodeCbor } from "../../support/cddl";
import { exchange } from "../../support/exchange";
import { ScriptedChip, ScriptedMeter } from "../../support/scripted-meter";

const MIDNIGHT_ms = 1_772_323_200_000;
const isReg = cddl("reg");
const isInst = cddl("inst");

/** OBIS value group C to energy. */
function codesOf(reg: Map<unknown, number>): Map<number, number> {
  const codes = new Map<number, number>();
  for (const [key, energy] of reg) if (key instanceof Uint8Array) codes.set(key[0], energy);
  return codes;
}

describe("/reg", () => {
  it("answers the registers under their OBIS codes, in the form of its CDDL", () => {
    const energies = fc.array(fc.oneof(fc.nat(), fc.nat(2 ** 53 - 1)), {
      minLength: REGISTERS,
      maxLength: REGISTERS,
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        energies,
        fc.boolean(),
        fc.boolean(),
        fc.nat(127),
        (...given) => {
          const [phases, energy, all, known, status] = given;
          const meter = new ScriptedMeter(new ScriptedChip(phases));
          if (known) meter.utc.set(MIDNIGHT_ms);
          meter.chip.status = status;
          meter.registers.poll();
          meter.registers.energy.set(energy);
          const { code, body, ok } = exchange(new RegistersResource(meter.registers), "get", {
            query: all ? { all: 1 } : {},
          });
          expect([code, ok]).toEqual([Code.content, true]);
          const reg = decodeCbor(body) as Map<unknown, number>;
          expect(isReg("reg", reg)).toBe(true);
          expect(reg.get(RegisterKey.utc_ms)).toBe(known ? MIDNIGHT_ms : null);
          expect(reg.get(RegisterKey.status)).toBe(status);
          const expected = new Map<number, number>();
          for (let channel = 0; channel <= (all ? phases : 0); channel++)
            [1, 2, 5, 6, 7, 8, 9].forEach((c, quantity) =>
              expected.set(c + 20 * channel, energy[registerIndex(quantity, channel)]),
            );
          expect(codesOf(reg)).toEqual(expected);
          // Deterministic: keys in bytewise order, so that the same state is the same bytes.
          expect([...codesOf(reg).keys()]).toEqual([...codesOf(reg).keys()].sort((a, b) => a - b));
        },
      ),
    );
  });

  it("refuses queries that make no sense, and says when there is no room", () => {
    const resource = new RegistersResource(new ScriptedMeter().registers);
    for (const all of [2, NaN])
      expect(exchange(resource, "get", { query: { all } }).code).toBe(Code.badRequest);
    expect(exchange(resource, "get", { room: 30 }).ok).toBe(false);
  });

  it("has payloads that its CDDL would refuse with one thing wrong", () => {
    const meter = new ScriptedMeter();
    meter.registers.poll();
    const reg = decodeCbor(exchange(new RegistersResource(meter.registers), "get").body) as Map<
      unknown,
      unknown
    >;
    const changes: ((map: Map<unknown, unknown>) => void)[] = [
      (map) => map.delete(RegisterKey.utc_ms),
      (map) => map.set(RegisterKey.status, 128),
      (map) => map.set(RegisterKey.status, null),
      (map) => map.set(2, 0),
      (map) => map.set(Uint8Array.of(1, 8), 0),
      (map) => map.set(Uint8Array.of(3, 8, 0), -1),
      (map) => map.delete([...map.keys()].at(-1)),
    ];
    for (const change of changes) {
      const wrong = new Map(reg);
      change(wrong);
      expect(isReg("reg", wrong), String(change)).toBe(false);
    }
  });
});

describe("/inst", () => {
  it("measures when asked, and answers in the form of its CDDL", () => {
    const value = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        value,
        fc.integer({ min: -1000, max: 1000 }),
        (phases, power, factor) => {
          const meter = new ScriptedMeter(new ScriptedChip(phases));
          const measure = meter.chip.measure.bind(meter.chip);
          meter.chip.measure = (into) => {
            into.activePower_mW.fill(power);
            into.powerFactor_permille.fill(factor);
            return measure(into);
          };
          const resource = new InstantResource(meter.registers, meter.utc);
          const inst = decodeCbor(exchange(resource, "get").body) as Map<number, unknown>;
          expect(isInst("inst", inst)).toBe(true);
          expect(inst.get(InstantKey.utc_ms)).toBe(null);
          expect(inst.get(InstantKey.voltage_mV)).toEqual(new Array(phases).fill(240_000));
          expect(inst.get(InstantKey.activePower_mW)).toEqual(new Array(1 + phases).fill(power));
          expect(inst.get(InstantKey.powerFactor_permille)).toEqual(new Array(1 + phases).fill(factor));
          expect(inst.get(InstantKey.frequency_mHz)).toBe(60_000);
          expect(inst.get(InstantKey.temperature_dC)).toBe(250);
          meter.chip.status = PollStatus.noAnswer;
          meter.utc.set(MIDNIGHT_ms);
          const silent = decodeCbor(exchange(resource, "get").body) as Map<number, unknown>;
          expect(isInst("inst", silent)).toBe(true);
          expect([silent.get(InstantKey.utc_ms), silent.get(InstantKey.status)]).toEqual([MIDNIGHT_ms, 1]);
          for (const key of inst.keys()) {
            const lacking = new Map(inst);
            lacking.delete(key);
            expect(isInst("inst", lacking)).toBe(false);
          }
        },
      ),
    );
  });
});
