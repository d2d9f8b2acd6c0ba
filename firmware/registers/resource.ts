import { writeTime } from "firmware/clock/codec";
import type { UtcClock } from "firmware/clock/utc";
import { Code, ContentFormat, type Request, type Resource, type Response } from "firmware/coap/resource";
import { writeArrayHead, writeBytesHead, writeInt, writeMapHead, writeUint } from "firmware/codec/cbor";
import type { Writer } from "firmware/codec/cursor";
import { OBIS_BYTES, REGISTER_QUANTITIES, registerIndex, writeObis } from "firmware/registers/obis";
import type { Registers } from "firmware/registers/registers";

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

/** `/reg`: the energy registers as of the last poll; totals, or with `all=1` the phases too. */
export class RegistersResource implements Resource {
  readonly path = "reg";
  readonly attributes = 'rt="wm.reg";ct=60';
  readonly #registers: Registers;

  constructor(registers: Registers) {
    this.#registers = registers;
  }

  get(request: Request, response: Response): number {
    const all = request.queryInteger("all", 0);
    if (!(all <= 1)) return Code.badRequest;
    const registers = this.#registers;
    const channels = all === 1 ? 1 + registers.phases : 1;
    const w = response.body;
    response.contentFormat = ContentFormat.cbor;
    writeMapHead(w, 2 + channels * REGISTER_QUANTITIES);
    writeUint(w, RegisterKey.utc_ms);
    writeTime(w, registers.polledUtc_ms !== 0, registers.polledUtc_ms);
    writeUint(w, RegisterKey.status);
    writeUint(w, registers.status);
    // By channel, then quantity: the order of their OBIS codes, as deterministic CBOR wants it.
    for (let channel = 0; channel < channels; channel++) {
      for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
        writeBytesHead(w, OBIS_BYTES);
        writeObis(w, quantity, channel);
        writeUint(w, registers.energy[registerIndex(quantity, channel)]);
      }
    }
    return Code.content;
  }
}

/** `/inst`: the instantaneous values, measured when asked. */
export class InstantResource implements Resource {
  readonly path = "inst";
  readonly attributes = 'rt="wm.inst";ct=60';
  readonly #registers: Registers;
  readonly #utc: UtcClock;

  constructor(registers: Registers, utc: UtcClock) {
    this.#registers = registers;
    this.#utc = utc;
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
