/**
 * What the chip's numbers are worth. At full scale (0.5 V peak on both inputs) it makes 206,900 counts of energy a
 * second, and reads 4,862,401 for power and 9,032,007 for RMS values (data sheet, energy and RMS measurement).
 *
 * A count is made 120 mJ, 1/30 mWh, exactly: calibration sets the gains so that 1 Wh is 30,000 counts. With a gain of
 * one that is a front end of 206,900 / s x 120 mJ = 24,828 W full scale, such as 353.553 V and 70.224 A; gains fit
 * any between half and twice that power. Power comes from the same calibrated path, so that its unit follows.
 */
export const COUNTS_PER_MWH = 30;
export const COUNT_J = 0.12;

export const FULL_SCALE_COUNTS_PER_S = 206_900;
const FULL_SCALE_MW = FULL_SCALE_COUNTS_PER_S * COUNT_J * 1000;
const FULL_SCALE_MV = 353_553;

const POWER_AT_FULL_SCALE = 4_862_401;
const RMS_AT_FULL_SCALE = 9_032_007;

/** One step of the power registers (W, var, VA). */
export const POWER_LSB_MW = FULL_SCALE_MW / POWER_AT_FULL_SCALE;
export const VOLTAGE_LSB_MV = FULL_SCALE_MV / RMS_AT_FULL_SCALE;
export const CURRENT_LSB_MA = (1000 * FULL_SCALE_MW) / FULL_SCALE_MV / RMS_AT_FULL_SCALE;

/** What samples of the voltage reach at full scale, and so what the levels of sag and over-voltage are worth. */
const PEAK_AT_FULL_SCALE = 6_500_000;
export const PEAK_LSB_MV = FULL_SCALE_MV / PEAK_AT_FULL_SCALE;

/** The period register counts one less than the clocks of a cycle. */
export const PERIOD_CLOCK_HZ = 223_750;
/** Phase calibration delays by whole clocks of this rate: a quarter of the 3.58 MHz crystal. */
export const PHASE_CLOCK_HZ = 3.579545e6 / 4;
