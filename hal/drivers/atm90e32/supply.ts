import type { Bus } from "hal/drivers/atm90e32/bus";
import {
  Register,
  STATE0_OVER_VOLTAGE,
  STATE0_SEQUENCE,
  STATE1_PHASE_LOSS,
  STATE1_SAG,
} from "hal/drivers/atm90e32/registers";
import { Supply } from "hal/metering-chip";

const PHASES = 3;
const REGISTERS = 2;
/** What dead lines read, and the chip never has. */
const ALL_ONES = 0xffff;

/**
 * Sags, swells and lost phases as the chip keeps them between polls (DS46003, EMM state and interrupt registers). Each
 * read looks at one of two registers in turn: while nothing is wrong, one transfer of a register a poll.
 */
export class SupplyState {
  readonly #bus: Bus;
  /** Bits of what is wired, by register. */
  readonly #wired = new Uint16Array(REGISTERS);
  /** As last read. */
  readonly #state = new Uint16Array(REGISTERS);
  #turn = 0;

  constructor(bus: Bus, phases: number) {
    this.#bus = bus;
    // Phase A's bit is the highest of three.
    const wired = 7 & (7 << (PHASES - phases));
    this.#wired[0] = (wired << STATE0_OVER_VOLTAGE) | (phases === PHASES ? 1 << STATE0_SEQUENCE : 0);
    this.#wired[1] = (wired << STATE1_SAG) | (wired << STATE1_PHASE_LOSS);
  }

  /** Has the chip, which was reset, keep what changes from now on. */
  begin(): void {
    for (let i = 0; i < REGISTERS; i++) {
      this.#bus.write(Register.EMMIntEn0 + i, this.#wired[i]);
      this.#bus.writeUnchecked(Register.EMMIntState0 + i, ALL_ONES);
      this.#state[i] = 0;
    }
  }

  /** Goes on with a chip that kept what changed while the software restarted. */
  resume(): void {
    for (let i = 0; i < REGISTERS; i++) this.#state[i] = this.readState(i);
  }

  /** Answers bits of {@link Supply}. */
  read(): number {
    this.#turn = 1 - this.#turn;
    const kept = this.#bus.readSteady(Register.EMMIntState0 + this.#turn);
    if (kept !== ALL_ONES) this.take(kept & this.#wired[this.#turn]);
    return (
      phases(this.#state[1], STATE1_SAG, Supply.sag) |
      phases(this.#state[0], STATE0_OVER_VOLTAGE, Supply.swell) |
      phases(this.#state[1], STATE1_PHASE_LOSS, Supply.phaseLoss) |
      (((this.#state[0] >> STATE0_SEQUENCE) & 1) << Supply.sequence)
    );
  }

  /** Cleared first, so that what changes after the read of the state is kept for the next one. */
  private take(kept: number): void {
    const turn = this.#turn;
    if (kept === 0 && this.#state[turn] === 0) return;
    if (kept !== 0) this.#bus.writeUnchecked(Register.EMMIntState0 + turn, kept);
    this.#state[turn] = kept | this.readState(turn);
  }

  private readState(index: number): number {
    return this.#bus.readSteady(Register.EMMState0 + index) & this.#wired[index];
  }
}

/** Three bits of a state register, C the lowest, as those of a condition, A the lowest. */
function phases(state: number, from: number, condition: number): number {
  const bits = state >> from;
  return (((bits & 4) >> 2) | (bits & 2) | ((bits & 1) << 2)) << condition;
}
