/**
 * The billing registers in the answers of `/reg` (docs/cddl/reg.cddl): what stands among the total registers where
 * `billing=1` asks for them, and self-reads.
 */
import { writeTime } from "firmware/clock/codec";
import {
  writeArrayHead,
  writeBytesHead,
  writeInt,
  writeMapHead,
  writeNull,
  writeUint,
} from "firmware/codec/cbor";
import type { Writer } from "firmware/codec/cursor";
import type { Billing } from "firmware/registers/billing";
import type { Peak } from "firmware/registers/demand";
import {
  ALL_TARIFFS_E,
  NET_C,
  OBIS_BYTES,
  obisC,
  ObisD,
  PREVIOUS_PERIOD_F,
  REGISTER_QUANTITIES,
  RegisterQuantity,
} from "firmware/registers/obis";
import type { SelfRead } from "firmware/registers/self-read";
import { DIRECTIONS, tierIndex, type TierRegisters } from "firmware/registers/tariff";

/** Key of `/reg` beside those of RegisterKey and the OBIS codes. */
const UNTIMED_KEY = 2;
const SELF_READ_UTC_KEY = 0;

/** Pairs that {@link writeUntimed}, {@link writeDemand}, {@link writeTiers}, net and {@link writePrevious} write in all. */
export function billingPairs(tiers: number): number {
  return 2 + DIRECTIONS * (4 + tiers);
}

export function writeUntimed(w: Writer, tiers: TierRegisters): void {
  writeUint(w, UNTIMED_KEY);
  writeArrayHead(w, DIRECTIONS);
  for (let direction = 0; direction < DIRECTIONS; direction++) writeUint(w, tiers.untimed[direction]);
}

/** Cumulative, running and greatest demand of a direction. */
export function writeDemand(w: Writer, billing: Billing, direction: number): void {
  writeCode(w, obisC(direction, 0), ObisD.cumulativeMaximum, ALL_TARIFFS_E);
  writeUint(w, billing.demand.cumulative_W[direction]);
  writeCode(w, obisC(direction, 0), ObisD.currentAverage, ALL_TARIFFS_E);
  writeUint(w, billing.running_W(direction));
  writeCode(w, obisC(direction, 0), ObisD.maximum, ALL_TARIFFS_E);
  writePeak(w, billing.demand.peaks[direction]);
}

/** Tiers 1 to `shown` of a direction. */
export function writeTiers(w: Writer, tiers: TierRegisters, direction: number, shown: number): void {
  for (let tier = 1; tier <= shown; tier++) {
    writeCode(w, obisC(direction, 0), ObisD.timeIntegral1, tier);
    writeUint(w, tiers.energy[tierIndex(tier, direction)]);
  }
}

/** Delivered less received, signed. */
export function writeNet(w: Writer, billing: Billing): void {
  writeCode(w, NET_C, ObisD.timeIntegral1, ALL_TARIFFS_E);
  writeInt(w, billing.net_mWh);
}

/** The greatest demands of the period before. */
export function writePrevious(w: Writer, billing: Billing): void {
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    writeBytesHead(w, OBIS_BYTES + 1);
    w.u8(obisC(direction, 0));
    w.u8(ObisD.maximum);
    w.u8(ALL_TARIFFS_E);
    w.u8(PREVIOUS_PERIOD_F);
    writePeak(w, billing.demand.previousPeaks[direction]);
  }
}

/** Writes a whole self-read. */
export function writeSelfRead(w: Writer, read: SelfRead, configuredTiers: number): void {
  const shown = read.tiers.inUse(configuredTiers);
  writeMapHead(w, 1 + REGISTER_QUANTITIES + DIRECTIONS * (2 + shown));
  writeUint(w, SELF_READ_UTC_KEY);
  writeTime(w, true, read.utc_s * 1000);
  for (let quantity = 0; quantity < REGISTER_QUANTITIES; quantity++) {
    const isActive = quantity <= RegisterQuantity.activeReceived;
    if (isActive) {
      writeCode(w, obisC(quantity, 0), ObisD.cumulativeMaximum, ALL_TARIFFS_E);
      writeUint(w, read.cumulative_W[quantity]);
      writeCode(w, obisC(quantity, 0), ObisD.maximum, ALL_TARIFFS_E);
      writePeak(w, read.peaks[quantity]);
    }
    writeCode(w, obisC(quantity, 0), ObisD.timeIntegral1, ALL_TARIFFS_E);
    writeUint(w, read.totals[quantity]);
    if (isActive) writeTiers(w, read.tiers, quantity, shown);
  }
}

function writeCode(w: Writer, c: number, d: number, e: number): void {
  writeBytesHead(w, OBIS_BYTES);
  w.u8(c);
  w.u8(d);
  w.u8(e);
}

/** Power and the end of its window; null where there is none yet. */
function writePeak(w: Writer, peak: Peak): void {
  if (peak.end_s === 0) {
    writeNull(w);
    return;
  }
  writeArrayHead(w, 2);
  writeUint(w, peak.power_W);
  writeUint(w, peak.end_s);
}
