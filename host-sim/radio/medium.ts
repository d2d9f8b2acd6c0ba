import type { Random } from "../random";
import type { World } from "../world";
import { airtime_us } from "./airtime";
import { SimulatedRadio } from "./radio";
import type { Transmission } from "./transmission";

/** The weaker of two overlapping frames does no harm if it is this much weaker and starts later. */
const CAPTURE_dB = 10;
/** The place of the capture: where a sniffer would stand, see {@link MediumOptions.rssi_dBm}. */
export const SNIFFER = -1;

export interface MediumOptions {
  world: World;
  /** Draws the frames that are lost. */
  random: Random;
  bitRate: number;
  /** Share of frames that each receiver loses for no other reason. */
  frameLoss: number;
  /** From the order to send to the first bit of preamble: RX to TX, and one SPI transfer. */
  turnaround_us: number;
  /**
   * Strength of node `from` at node `to` (numbers as given by {@link Medium.addRadio}, or {@link SNIFFER}), or
   * -Infinity out of range.
   */
  rssi_dBm: (from: number, to: number) => number;
}

/** All in range of each other, 100 kbit/s, nothing lost. */
export const OPEN_STREET = Object.freeze({
  bitRate: 100_000,
  frameLoss: 0,
  turnaround_us: 250,
  rssi_dBm: () => -60,
});

/**
 * The air between all radios of a run: who hears which frame, and what is lost by collision or by chance. A frame
 * reaches the radios that listened to its channel from its first bit to its last.
 */
export class Medium {
  /** Each frame as it starts on the air; `bytes` is valid during the call only. */
  onFrame: (
    at_us: number,
    from: number,
    channel: number,
    bytes: Uint8Array,
    length: number,
    rssi_dBm: number,
  ) => void = () => {};
  readonly radios: SimulatedRadio[] = [];
  readonly #options: MediumOptions;
  readonly #onAir: Transmission[] = [];

  constructor(options: MediumOptions) {
    this.#options = options;
  }

  get now_us(): number {
    return this.#options.world.now_us;
  }

  get bitRate(): number {
    return this.#options.bitRate;
  }

  /** A radio of its own for each node, numbered from 0 in the order of the calls. */
  addRadio(): SimulatedRadio {
    const radio = new SimulatedRadio(this, this.radios.length);
    this.radios.push(radio);
    return radio;
  }

  /** Is there energy on `channel` at node `to`? */
  busy(channel: number, to: number): boolean {
    const onAir = this.#onAir;
    for (let i = 0; i < onAir.length; i++) {
      const other = onAir[i];
      if (other.channel === channel && this.#options.rssi_dBm(other.from, to) > -Infinity) return true;
    }
    return false;
  }

  /** The radio whose frame it is has stopped listening; the frame starts after the turnaround. */
  schedule(frame: Transmission): void {
    const { world, turnaround_us, bitRate } = this.#options;
    frame.start_us = world.now_us + turnaround_us;
    frame.duration_us = airtime_us(frame.length, bitRate);
    world.at(frame.start_us, () => this.#start(frame));
    world.at(frame.start_us + frame.duration_us, () => this.#end(frame));
  }

  #start(frame: Transmission): void {
    frame.overlapFrom.length = 0;
    frame.overlapStart_us.length = 0;
    for (const other of this.#onAir) {
      if (other.channel !== frame.channel) continue;
      overlap(frame, other);
      overlap(other, frame);
    }
    this.#onAir.push(frame);
    const { from, channel, bytes, length } = frame;
    this.onFrame(frame.start_us, from, channel, bytes, length, this.#options.rssi_dBm(from, SNIFFER));
  }

  #end(frame: Transmission): void {
    this.#onAir.splice(this.#onAir.indexOf(frame), 1);
    this.radios[frame.from].finish();
    const { random, frameLoss, rssi_dBm } = this.#options;
    const radios = this.radios;
    for (let to = 0; to < radios.length; to++) {
      const radio = radios[to];
      if (!radio.heardAllOf(frame)) continue;
      const strength_dBm = rssi_dBm(frame.from, to);
      if (strength_dBm === -Infinity || this.#collides(frame, to, strength_dBm) || random.chance(frameLoss))
        continue;
      radio.onReceive(frame.bytes, frame.length, strength_dBm);
    }
  }

  #collides(frame: Transmission, to: number, strength_dBm: number): boolean {
    for (let i = 0; i < frame.overlapFrom.length; i++) {
      const other_dBm = this.#options.rssi_dBm(frame.overlapFrom[i], to);
      const captured = frame.start_us < frame.overlapStart_us[i] && strength_dBm - other_dBm >= CAPTURE_dB;
      if (other_dBm > -Infinity && !captured) return true;
    }
    return false;
  }
}

function overlap(frame: Transmission, other: Transmission): void {
  frame.overlapFrom.push(other.from);
  frame.overlapStart_us.push(other.start_us);
}
