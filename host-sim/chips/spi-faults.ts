import type { Spi } from "hal/spi";
import type { Faults } from "../options";
import type { Random } from "../random";

/** A chip whose frames can be cut short. */
export interface Shiftable extends Spi {
  /** A frame is a command of so many bytes, and an answer to its end. */
  readonly commandBytes: number;
  /** A frame that ends after `clocks`. */
  shift(buffer: Uint8Array, clocks: number): void;
}

/** The bus as it is asked for, and what ends its faults; where there are none it is the chip, so that they cost nothing. */
export function faultyBus(chip: Shiftable, faults: Faults, random: Random): { spi: Spi; calm: () => void } {
  const none = faults.spiNoise === 0 && faults.spiCommand === 0 && faults.spiAbort === 0;
  if (none) return { spi: chip, calm: () => {} };
  const spi = new FaultySpi(chip, faults, random);
  return { spi, calm: () => spi.calm() };
}

/** An SPI bus with seeded faults, each hitting a share of the frames. */
export class FaultySpi implements Spi {
  /** The lines are dead: every answer is this byte (0x00 or 0xFF), and nothing reaches the chip. */
  stuck: number | undefined;
  /** Frames hit so far. */
  hits = 0;
  #isCalm = false;
  readonly #chip: Shiftable;
  readonly #random: Random;
  readonly #noise: FaultClock;
  readonly #command: FaultClock;
  readonly #abort: FaultClock;

  constructor(chip: Shiftable, faults: Faults, random: Random) {
    this.#chip = chip;
    this.#random = random;
    this.#noise = new FaultClock(faults.spiNoise, random);
    this.#command = new FaultClock(faults.spiCommand, random);
    this.#abort = new FaultClock(faults.spiAbort, random);
  }

  /** From now on there are no faults. */
  calm(): void {
    this.#isCalm = true;
  }

  transfer(buffer: Uint8Array): void {
    if (this.#isCalm) {
      this.#chip.transfer(buffer);
      return;
    }
    if (this.stuck !== undefined) {
      buffer.fill(this.stuck);
      return;
    }
    const { commandBytes } = this.#chip;
    if (this.#command.strikes()) this.#invertBit(buffer, 0, commandBytes);
    if (this.#abort.strikes()) {
      this.hits++;
      this.#chip.shift(buffer, this.#random.below(8 * buffer.length));
    } else this.#chip.transfer(buffer);
    if (this.#noise.strikes()) this.#invertBit(buffer, commandBytes, buffer.length);
  }

  /** Inverts one of the bits of the bytes `from` to `end`. */
  #invertBit(buffer: Uint8Array, from: number, end: number): void {
    this.hits++;
    const bit = this.#random.below(8 * (end - from));
    buffer[from + (bit >> 3)] = buffer[from + (bit >> 3)] ^ (1 << (bit & 7));
  }
}

/** Says of a share of frames that they are hit; draws once a hit instead of once a frame. */
export class FaultClock {
  #left: number;

  constructor(
    private readonly share: number,
    private readonly random: Random,
  ) {
    this.#left = this.#gap();
  }

  strikes(): boolean {
    if (this.#left > 0) {
      this.#left--;
      return false;
    }
    this.#left = this.#gap();
    return true;
  }

  /** Frames before the next hit: a geometric distribution. */
  #gap(): number {
    if (this.share <= 0) return Infinity;
    if (this.share >= 1) return 0;
    return Math.floor(Math.log(1 - this.random.next()) / Math.log(1 - this.share));
  }
}
