import { writeTime } from "firmware/clock/codec";
import type { UtcClock } from "firmware/clock/utc";
import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { writeArrayHead, writeBytesHead, writeInt, writeMapHead, writeUint } from "firmware/codec/cbor";
import type { Writer } from "firmware/codec/cursor";
import type { Billing } from "firmware/registers/billing";
import {
  billingPairs,
  writeDemand,
  writeNet,
  writePrevious,
  writeSelfRead,
  writeTiers,
  writeUntimed,
} from "firmware/registers/billing-answer";
import { OBIS_BYTES, REGISTER_QUANTITIES, registerIndex, writeObis } from "firmware/registers/obis";
import type { Registers } from "firmware/registers/registers";
import { SelfRead } from "firmware/registers/self-read";
import { DIRECTIONS } from "firmware/registers/tariff";

/** Keys of `/reg` beside the OBIS codes (docs/cddl/reg.cddl). */
export const RegisterKey = Object.freeze({ utc_ms: 0, status: 1 });

/** Keys of `/inst` (docs/cddl/inst.cddl). */
export const InstantKey = Object.freeze({
  utc_ms: 0,
  status: 1,
  voltage_mV: 2,
  current_mA: 3,
  activePower_mW: 4,
  reactivePower_mvar: 5,
  apparentPower_mVA: 6,
  powerFactor_permille: 7,
  frequency_mHz: 8,
  temperature_dC: 9,
});

/**
 * `/reg`: the energy registers as of the last poll: totals; with `all=1` the phases too; with `billing=1` tiers, net and
 * demand too. `period=N` answers the self-read that is N billing periods back instead, 1 being the latest; 4.04 where
 * it is not kept.
 */
export class RegistersResource implements Resource {
  readonly #registers: Registers;
  readonly #billing: Billing | undefined;

  /** @param billing where the meter has it */
  constructor(registers: Registers, billing?: Billing) {
    this.#registers = registers;
    this.#billing = billing;
  }

  get path(): string {
    return "reg";
  }

  get attributes(): string {
    return 'rt="wm.reg";ct=60';
  }

  get(request: Request, response: Response): number {
    const all = request.queryInteger("all", 0);
    const billing = request.queryInteger("billing", 0);
    const period = request.queryInteger("period", 0);
    // NaN fails every comparison.
    if (!(all <= 1 && billing <= 1 && period >= 0)) return Code.badRequest;
    response.contentFormat = ContentFormat.cbor;
    if (period > 0) return this.writeSelfRead(response.body, period);
    this.write(response.body, all === 1, billing === 1 ? this.#billing : undefined);
    return Code.content;
  }

  private write(w: Writer, all: boolean, billing: Billing | undefined): void {
    const registers = this.#registers;
    const channels = all ? 1 + registers.phases : 1;
    const billingRegisters = billing === undefined ? 0 : billingPairs(billing.tiersShown);
    writeMapHead(w, 2 + channels * REGISTER_QUANTITIES + billingRegisters);
    writeUint(w, RegisterKey.utc_ms);
    writeTime(w, registers.polledUtc_ms !== 0, registers.polledUtc_ms);
    writeUint(w, RegisterKey.status);
    writeUint(w, registers.status);
    if (billing !== undefined) writeUntimed(w, billing.tiers);
    // By channel, then quantity: the order of their OBIS codes, as deterministic CBOR wants it.
    for (let channel = 0; channel < channels; channel++) {
      for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
        const direction = channel === 0 && quantity < DIRECTIONS ? quantity : -1;
        if (billing !== undefined && direction >= 0) writeDemand(w, billing, direction);
        writeBytesHead(w, OBIS_BYTES);
        writeObis(w, quantity, channel);
        writeUint(w, registers.energy[registerIndex(quantity, channel)]);
        if (billing !== undefined && direction >= 0)
          writeTiers(w, billing.tiers, direction, billing.tiersShown);
      }
      if (billing !== undefined && channel === 0) writeNet(w, billing);
    }
    if (billing !== undefined) writePrevious(w, billing);
  }

  private writeSelfRead(w: Writer, period: number): number {
    const billing = this.#billing;
    const selfRead = new SelfRead();
    if (billing === undefined || !billing.selfReads.read(period, selfRead)) return Code.notFound;
    writeSelfRead(w, selfRead, billing.configuredTiers);
    return Code.content;
  }
}

/** `/inst`: the instantaneous values, measured when asked. */
export class InstantResource implements Resource {
  readonly #registers: Registers;
  readonly #utc: UtcClock;

  constructor(registers: Registers, utc: UtcClock) {
    this.#registers = registers;
    this.#utc = utc;
  }

  get path(): string {
    return "inst";
  }

  get attributes(): string {
    return 'rt="wm.inst";ct=60';
  }

  get(_request: Request, response: Response): number {
    const status = this.#registers.measure();
    const phases = this.#registers.phases;
    const values = this.#registers.measurements;
    const w = response.body;
    response.contentFormat = ContentFormat.cbor;
    writeMapHead(w, 10);
    writeUint(w, InstantKey.utc_ms);
    writeTime(w, this.#utc.known, this.#utc.utc_ms());
    writeUint(w, InstantKey.status);
    writeUint(w, status);
    writeValues(w, InstantKey.voltage_mV, values.voltage_mV, phases);
    writeValues(w, InstantKey.current_mA, values.current_mA, phases);
    writeValues(w, InstantKey.activePower_mW, values.activePower_mW, 1 + phases);
    writeValues(w, InstantKey.reactivePower_mvar, values.reactivePower_mvar, 1 + phases);
    writeValues(w, InstantKey.apparentPower_mVA, values.apparentPower_mVA, 1 + phases);
    writeValues(w, InstantKey.powerFactor_permille, values.powerFactor_permille, 1 + phases);
    writeUint(w, InstantKey.frequency_mHz);
    writeUint(w, values.frequency_mHz);
    writeUint(w, InstantKey.temperature_dC);
    writeInt(w, values.temperature_dC);
    return Code.content;
  }
}

function writeValues(w: Writer, key: number, values: Int32Array, count: number): void {
  writeUint(w, key);
  writeArrayHead(w, count);
  for (let i = 0; i < count; i++) writeInt(w, values[i]);
}
