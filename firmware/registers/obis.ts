import type { Writer } from "firmware/codec/cursor";
import { CHANNELS } from "hal/metering-chip";

/**
 * What the energy registers count; each stands for the total and for phases A, B, C, see {@link registerIndex}.
 * Quadrants as IEC 62053-23, annex C: I and IV while active energy is delivered, II and III while it is received.
 */
export const RegisterQuantity = Object.freeze({
  activeDelivered: 0,
  activeReceived: 1,
  quadrant1: 2,
  quadrant2: 3,
  quadrant3: 4,
  quadrant4: 5,
  apparent: 6,
});
export const REGISTER_QUANTITIES = 7;
export const REGISTERS = REGISTER_QUANTITIES * CHANNELS;

/** Index of a register; `channel` is 0 for the total, 1 to 3 for phases A to C. */
export function registerIndex(quantity: number, channel: number): number {
  return quantity * CHANNELS + channel;
}

/** Value group C of the total by quantity (IEC 62056-6-1, table 5): +A, -A, QI to QIV, +VA. Phases add 20 each. */
const TOTAL_C = Object.freeze([1, 2, 5, 6, 7, 8, 9]);
const PHASE_STEP_C = 20;
/** Net active energy, |QI + QIV| - |QII + QIII|. */
export const NET_C = 16;

/** Value group D: how a value comes from the quantity (IEC 62056-6-1, table 6). */
export const ObisD = Object.freeze({
  /** Sum of the maxima of all billing periods. */
  cumulativeMaximum: 2,
  currentAverage: 4,
  maximum: 6,
  /** From the start of measurement. */
  timeIntegral1: 8,
});
/** Value group E: total over all tariffs; a tariff's own registers have its number. */
export const ALL_TARIFFS_E = 0;
/** Value group F: the billing period that ended last. */
export const PREVIOUS_PERIOD_F = 101;

export const OBIS_BYTES = 3;

/** Value group C of a register's OBIS code 1-0:C.8.0. */
export function obisC(quantity: number, channel: number): number {
  return TOTAL_C[quantity] + channel * PHASE_STEP_C;
}

/** Writes value groups C, D and E of a register: 3 bytes. */
export function writeObis(w: Writer, quantity: number, channel: number): void {
  w.u8(obisC(quantity, channel));
  w.u8(ObisD.timeIntegral1);
  w.u8(ALL_TARIFFS_E);
}
