/**
 * Register addresses and fixed values of the ATM90E32AS (Microchip DS46003, register list; application note 46103).
 * Registers of the phases A, B and C follow each other at the stride given.
 */
export const Register = Object.freeze({
  MeterEn: 0x00,
  OVth: 0x06,
  SagTh: 0x08,
  PhaseLossTh: 0x09,
  PLconstH: 0x31,
  PLconstL: 0x32,
  MMode0: 0x33,
  PStartTh: 0x35,
  QStartTh: 0x36,
  SStartTh: 0x37,
  PPhaseTh: 0x38,
  QPhaseTh: 0x39,
  SPhaseTh: 0x3a,
  /** Stride 2. */
  PoffsetA: 0x41,
  QoffsetA: 0x42,
  /** Stride 2. */
  PQGainA: 0x47,
  PhiA: 0x48,
  /** Stride 4. */
  UgainA: 0x61,
  IgainA: 0x62,
  UoffsetA: 0x63,
  IoffsetA: 0x64,
  SoftReset: 0x70,
  /** Of two: over-voltage and the order of phases; sags and losses of phases. */
  EMMState0: 0x71,
  /** Of two, with the same bits: what has changed; writing a bit clears it. */
  EMMIntState0: 0x73,
  /** Of two: what changes are kept. */
  EMMIntEn0: 0x75,
  LastSPIData: 0x78,
  CRCErrStatus: 0x79,
  CRCDigest: 0x7a,
  CfgRegAccEn: 0x7f,
  /**
   * First of 20 read-clear registers: forward and reverse active, forward and reverse reactive, apparent; of each
   * total, A, B, C. The order is that of `countIndex` in `hal/metering-chip`.
   */
  APenergyT: 0x80,
  /** Total, A, B, C; the low words follow at {@link LOW_WORD}. */
  PmeanT: 0xb0,
  QmeanT: 0xb4,
  SmeanT: 0xb8,
  PFmeanT: 0xbc,
  /** Stride 1; low words at {@link LOW_WORD}. */
  UrmsA: 0xd9,
  IrmsA: 0xdd,
  Freq: 0xf8,
  Temp: 0xfc,
  TempConfig1: 0x216,
  TempConfig2: 0x219,
  TempAccEn: 0x2ff,
});

/** Distance from the high word of a 32-bit measurement to its low word. */
export const LOW_WORD = 0x10;

/** Registers below this are configuration: protected by CfgRegAccEn and covered by the CRC. */
export const CONFIGURATION_END = 0x70;

/** Unlocks a group of registers when written to its access register. */
export const UNLOCK = 0x55aa;
export const LOCK = 0;
export const RESET = 0x789a;

/** PLconst = 450e9 / (imp/kWh) at 3200 imp/kWh; also its value after a reset (the application note misprints it). */
export const PLCONST_HIGH = 0x0861;
export const PLCONST_LOW = 0xc468;

/** MMode0: 3P4W with its reset value, and the bits that vary. */
export const MMODE0_BASE = 0x0080;
export const MMODE0_60HZ = 0x1000;
/** Phase A's bit of those that say which phases the totals add up; B and C follow to the right. */
export const MMODE0_PHASE_A = 0x0004;

/** Bits of EMMState0 and EMMState1: three phases each, C the lowest, from the bit given; the sequence has one. */
export const STATE0_OVER_VOLTAGE = 10;
export const STATE0_SEQUENCE = 9;
export const STATE1_SAG = 12;
export const STATE1_PHASE_LOSS = 8;

export const TEMP_CONFIG_1 = 0x5183;
export const TEMP_CONFIG_2 = 0x01c1;

/** The reset value of a gain: 1.0. */
export const GAIN_ONE = 0x8000;
