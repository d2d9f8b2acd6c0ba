/**
 * Register addresses and fixed values of the ADE7953 (Analog Devices, data sheet revision B, register list). The page,
 * the high byte of an address, sets a register's width: page 0 is 8 bits, 1 is 16, 2 is 24, 3 is 32. The pages 2 and 3
 * show the same registers, page 3 sign-extended. What belongs to current channel B follows at the stride given.
 */
export const Register = Object.freeze({
  /** Half cycles below SAGLVL that make a sag; 0 makes none. */
  SAGCYC: 0x000,
  DISNOLOAD: 0x001,
  LCYCMODE: 0x004,
  PGA_V: 0x007,
  PGA_IA: 0x008,
  PGA_IB: 0x009,
  /** {@link UNLOCK} written here opens {@link Register.OPTIMUM} to the very next frame. */
  UNLOCK: 0x0fe,
  CONFIG: 0x102,
  /** Stride 1. */
  PHCALA: 0x108,
  PERIOD: 0x10e,
  /** Reserved; must be {@link OPTIMUM} for the accuracy that the data sheet states. A reset clears it. */
  OPTIMUM: 0x120,
  /** Of the voltage's peaks, as {@link Register.OVLVL}. */
  SAGLVL: 0x300,
  ACCMODE: 0x301,
  AP_NOLOAD: 0x303,
  VAR_NOLOAD: 0x304,
  VA_NOLOAD: 0x305,
  /** Stride 1, as all measurements and energies. */
  AVA: 0x310,
  AWATT: 0x312,
  AVAR: 0x314,
  IRMSA: 0x31a,
  VRMS: 0x31c,
  /** First of six accumulators: active A and B, reactive A and B, apparent A and B. */
  AENERGYA: 0x31e,
  OVLVL: 0x324,
  IRQSTATA: 0x32d,
  /** The same bits, which reading clears. */
  RSTIRQSTATA: 0x32e,
  /** Stride {@link GAIN_STRIDE} from here on; B has no voltage gain of its own. */
  AIGAIN: 0x380,
  AVGAIN: 0x381,
  AWGAIN: 0x382,
  AVARGAIN: 0x383,
  AVAGAIN: 0x384,
});

export const GAIN_STRIDE = 0x0c;

export const UNLOCK = 0xad;
export const OPTIMUM = 0x30;

/** CONFIG after a reset: the bus is not locked yet, the high-pass filter is on. */
export const CONFIG_RESET = 0x8004;
/** The same with the bus locked to the interface in use. */
export const CONFIG_LOCKED = 0x0004;
/** CONFIG's bit that resets the chip. */
export const SOFTWARE_RESET = 0x0080;

/** LCYCMODE's bit after a reset: reading an accumulator clears it. */
export const RSTREAD = 0x40;

/** Of IRQSTATA: the chip has come out of a reset. */
export const RESET_FLAG = 0x10_0000;

/** Of the same: the voltage was above OVLVL, and below SAGLVL. */
export const OVER_VOLTAGE_FLAG = 0x01_0000;
export const SAG_FLAG = 0x08_0000;

/** The reset value of a gain: 1.0. */
export const GAIN_ONE = 0x40_0000;
/** Gains of a half and of two. */
export const GAIN_MIN = 0x20_0000;
export const GAIN_MAX = 0x7f_ffff;

/** No-load thresholds after a reset: 1 / 10,000 of full scale (65,536 - 10,000 / 1.4). */
export const NO_LOAD = 0xe419;
