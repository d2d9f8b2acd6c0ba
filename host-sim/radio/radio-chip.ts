import type { DigitalOutput } from "hal/digital-pin";
import type { Spi } from "hal/spi";
import type { Processor } from "../processor";
import type { World } from "../world";
import { Antenna, LATE_US } from "./antenna";
import type { Medium } from "./medium";
import type { Transmission } from "./transmission";

const NOISE_DBM = -115;
/** The signal strength as a chip has it that does not listen, or not for long enough. */
const UNSETTLED = 0xff;
/** What a bus reads that nobody drives. */
const FLOATING = 0xff;

/** What simulated radio chips have in common: the supply, NRESET, the right to refuse a transfer, and the air. */
export abstract class RadioChip implements Spi {
  readonly reset: DigitalOutput;
  readonly antenna: Antenna;
  /** Transfers that came while the chip could not take them, and changed nothing. */
  refused = 0;
  /** Frames to come of which the chip never says that they have left, as a PLL that lost its lock. */
  stuckFrames = 0;
  protected readonly world: World;
  protected readonly processor: Processor;
  /** NRESET is low. */
  protected held = false;
  #listening_us = Infinity;

  /** @param hearing_us from the start of a frame until the chip knows of it */
  constructor(world: World, medium: Medium, processor: Processor, hearing_us: number) {
    this.world = world;
    this.processor = processor;
    this.antenna = new Antenna(medium);
    this.antenna.onReceive = (bytes, length, rssi_dBm) => this.receive(bytes, length, rssi_dBm);
    this.antenna.onSent = () => this.#sent();
    this.antenna.hearStart = (frame) => world.at(frame.start_us + hearing_us, () => this.#begun(frame));
    this.reset = { write: (level) => this.#hold(level === 0) };
  }

  /** Loses all settings, and all that goes on. */
  protected abstract start(): void;

  /** What comes over the bus while the chip is not held in reset. False: it could not take it. */
  protected abstract exchange(buffer: Uint8Array): boolean;

  /** A frame has begun that the receiver was on for early enough. */
  protected abstract hear(frame: Transmission): void;

  /** A frame has come whole. */
  protected abstract receive(bytes: Uint8Array, length: number, rssi_dBm: number): void;

  /** A frame has left. */
  protected abstract finish(): void;

  /** The supply sags: all settings are lost, and a frame being sent is cut off. */
  brownOut(): void {
    this.start();
  }

  transfer(buffer: Uint8Array): void {
    this.processor.transfer(buffer.length);
    if (this.held) {
      buffer.fill(FLOATING);
    } else if (!this.exchange(buffer)) {
      this.refused++;
      buffer.fill(FLOATING);
    }
  }

  /** The receiver is on from `from_us` on. */
  protected listen(channel: number, from_us: number): void {
    this.#listening_us = from_us;
    this.antenna.listen(channel, from_us);
  }

  /** Neither sends nor receives any more. */
  protected silence(): void {
    this.#listening_us = Infinity;
    this.antenna.deafen();
    this.antenna.cut();
  }

  /** In steps of -0.5 dBm. */
  protected rssi(channel: number, settling_us: number): number {
    if (this.processor.now_us - this.#listening_us < settling_us) return UNSETTLED;
    return -2 * Math.max(NOISE_DBM, this.antenna.strength_dBm(channel));
  }

  #hold(held: boolean): void {
    this.held = held;
    this.start();
  }

  #begun(frame: Transmission): void {
    if (this.antenna.listening_us(frame) <= frame.start_us + LATE_US) this.hear(frame);
  }

  #sent(): void {
    if (this.stuckFrames > 0) this.stuckFrames--;
    else this.finish();
  }
}
