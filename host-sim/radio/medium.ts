import type { Random } from "../random";
import type { Handle, World } from "../world";
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

/** What the medium asks and tells a radio. */
export interface Station {
  /** The question at the end of a frame: was it listening, to its channel, from its first bit to its last? */
  heardAllOf(frame: Transmission): boolean;
  /** The answer, where nothing was lost. */
  onReceive(bytes: Uint8Array, length: number, rssi_dBm: number): void;
  /** Its own frame has left. */
  finish(): void;
  /** For a radio that takes bytes while they arrive: a frame in range begins. */
  hearStart?(frame: Transmission, rssi_dBm: number): void;
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
  /** Those of {@link addRadio}. */
  readonly radios: SimulatedRadio[] = [];
  readonly #stations: Station[] = [];
  /** Of the frame that each station has on the air or is about to have: its start and its end. */
  readonly #starts: Handle[] = [];
  readonly #ends: Handle[] = [];
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
    const radio = new SimulatedRadio(this, this.#stations.length);
    this.radios.push(radio);
    this.addStation(radio);
    return radio;
  }

  /** Answers the number of a radio made elsewhere. */
  addStation(station: Station): number {
    return this.#stations.push(station) - 1;
  }

  /** The greatest strength on `channel` at node `to`, -Infinity where there is nothing. */
  strength_dBm(channel: number, to: number): number {
    const onAir = this.#onAir;
    let strongest_dBm = -Infinity;
    for (let i = 0; i < onAir.length; i++) {
      const other = onAir[i];
      if (other.channel !== channel || other.from === to) continue;
      strongest_dBm = Math.max(strongest_dBm, this.#options.rssi_dBm(other.from, to));
    }
    return strongest_dBm;
  }

  /** The radio whose frame it is has stopped listening; the frame starts after the turnaround. */
  schedule(frame: Transmission): void {
    frame.start_us = this.now_us + this.#options.turnaround_us;
    frame.duration_us = airtime_us(frame.length, this.bitRate);
    this.send(frame);
  }

  /** As {@link schedule}, of a frame whose start and duration are set. */
  send(frame: Transmission): void {
    const { world } = this.#options;
    this.#starts[frame.from] = world.at(frame.start_us, () => this.#start(frame));
    this.#ends[frame.from] = world.at(frame.start_us + frame.duration_us, () => this.#end(frame));
  }

  /** The frame of {@link send} goes no further, and nobody receives it. */
  cut(frame: Transmission): void {
    const { world } = this.#options;
    world.cancel(this.#starts[frame.from]);
    world.cancel(this.#ends[frame.from]);
    const at = this.#onAir.indexOf(frame);
    if (at >= 0) this.#onAir.splice(at, 1);
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
    for (let to = 0; to < this.#stations.length; to++) {
      const station = this.#stations[to];
      if (station.hearStart === undefined || to === from) continue;
      const strength_dBm = this.#options.rssi_dBm(from, to);
      if (strength_dBm > -Infinity) station.hearStart(frame, strength_dBm);
    }
  }

  #end(frame: Transmission): void {
    this.#onAir.splice(this.#onAir.indexOf(frame), 1);
    const stations = this.#stations;
    stations[frame.from].finish();
    const { random, frameLoss, rssi_dBm } = this.#options;
    for (let to = 0; to < stations.length; to++) {
      const station = stations[to];
      if (!station.heardAllOf(frame)) continue;
      const strength_dBm = rssi_dBm(frame.from, to);
      if (strength_dBm === -Infinity || this.#collides(frame, to, strength_dBm) || random.chance(frameLoss))
        continue;
      station.onReceive(frame.bytes, frame.length, strength_dBm);
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
