import type { Random } from "../random";
import type { Handle, World } from "../world";
import type { Air } from "./air";
import { airtime_us } from "./airtime";
import { Draw, Draws } from "./draws";
import { KnownChannels, UNSURE } from "./known-channels";
import { OnAir } from "./on-air";
import { OpenAir } from "./open-air";
import { SimulatedRadio } from "./radio";
import { LATE_BYTES } from "./reception";
import { IDEAL, type RadioTiming } from "./timing";
import type { Transmission } from "./transmission";

/** What a sniffer that is always near enough would write down; see {@link Medium.onFrame}. */
const SNIFFED_dBm = -60;
/** Weaker frames are lost in any receiver's noise. */
const FAINT_dBm = -120;
/** Preambles are made out from 8 dB above a receiver's noise on, in 24 bits. */
const DETECTABLE_dBm = -109;
const DETECTED_BYTES = 3;

export interface MediumOptions {
  world: World;
  /** The seed of all that is drawn. */
  random: Random;
  bitRate: number;
  /** Share of frames that each receiver loses for no other reason. */
  frameLoss: number;
  /** The same, by channel: what others who use the band do. */
  channelLoss?: Float64Array;
  timing: RadioTiming;
  air: Air;
}

/** What the medium asks and tells a radio. */
export interface Station {
  /**
   * The question at the end of a frame: since when does it listen to the frame's channel? Infinity where it does not
   * now, or did not when the frame began. A radio that hops stays on a channel while a frame arrives there.
   * @param isThere whether it is known to be on that channel, unless it sends
   */
  listening_us(frame: Transmission, isThere: boolean): number;
  /** The answer, where nothing was lost. `bytes` is valid during the call only. */
  receive(bytes: Uint8Array, length: number, rssi_dBm: number): void;
  /** Its own frame has left. */
  finish(): void;
  /** For a radio that takes bytes while they arrive: a frame in range begins. */
  hearStart?(frame: Transmission, rssi_dBm: number): void;
}

const BIT_RATE = 100_000;

/** All in range of each other, 100 kbit/s, nothing lost. */
export const OPEN_STREET = Object.freeze({
  bitRate: BIT_RATE,
  frameLoss: 0,
  timing: IDEAL,
  air: new OpenAir(BIT_RATE),
});

/**
 * The air between all radios of a run: who hears which frame, and what is lost by collision, noise or chance. A frame
 * costs a question to each station of its sender's audience, and more for those alone that listen to its channel.
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
  readonly timing: RadioTiming;
  readonly bitRate: number;
  readonly air: Air;
  readonly draws: Draws;
  readonly known = new KnownChannels();
  readonly #stations: Station[] = [];
  /** Numbers of the stations that are told when a frame begins. */
  readonly #early: number[] = [];
  /** Of the frame that each station has on the air or is about to have: its start and its end. */
  readonly #starts: Handle[] = [];
  readonly #ends: Handle[] = [];
  readonly #options: MediumOptions;
  readonly #world: World;
  readonly #late_us: number;
  readonly #detected_us: number;
  readonly #onAir = new OnAir();

  constructor(options: MediumOptions) {
    this.#options = options;
    this.#world = options.world;
    this.air = options.air;
    this.timing = options.timing;
    this.bitRate = options.bitRate;
    this.draws = new Draws(options.random);
    this.#late_us = (LATE_BYTES * 8e6) / options.bitRate;
    this.#detected_us = (DETECTED_BYTES * 8e6) / options.bitRate;
  }

  get now_us(): number {
    return this.#world.now_us;
  }

  /** A radio of its own for each node, numbered from 0 in the order of the calls. */
  addRadio(): SimulatedRadio {
    const radio = new SimulatedRadio(this, this.#world, this.#stations.length);
    this.radios.push(radio);
    this.addStation(radio);
    return radio;
  }

  /** Answers the number of a radio made elsewhere. */
  addStation(station: Station): number {
    const number = this.#stations.push(station) - 1;
    this.known.add();
    if (station.hearStart !== undefined) this.#early.push(number);
    return number;
  }

  /** The greatest strength on `channel` at node `to`, -Infinity where there is nothing. */
  strength_dBm(channel: number, to: number): number {
    const near = this.#onAir.near(channel);
    let strongest_dBm = -Infinity;
    for (let i = 0; i < near.length; i++) {
      const other = near[i];
      if (other.channel !== channel || other.from === to) continue;
      strongest_dBm = Math.max(strongest_dBm, this.air.strength_dBm(other.from, to, channel, this.now_us));
    }
    return strongest_dBm;
  }

  /**
   * Whether node `to`, which listens to `channel` since `listening_us`, is receiving a frame there: its preamble is long
   * enough on the air to be made out.
   */
  arriving(channel: number, to: number, listening_us: number): boolean {
    const near = this.#onAir.near(channel);
    for (let i = 0; i < near.length; i++) {
      const { channel: on, from, start_us } = near[i];
      if (on !== channel || from === to || listening_us > start_us + this.#late_us) continue;
      if (this.now_us < start_us + this.#detected_us) continue;
      if (this.air.strength_dBm(from, to, channel, this.now_us) >= DETECTABLE_dBm) return true;
    }
    return false;
  }

  /** Sends a frame whose start is set: it is on the air from then on. */
  schedule(frame: Transmission): void {
    frame.duration_us = airtime_us(frame.length, this.bitRate);
    this.send(frame);
  }

  /** As {@link schedule}, of a frame whose duration is set too. */
  send(frame: Transmission): void {
    this.#starts[frame.from] = this.#world.at(frame.start_us, () => this.#start(frame));
    this.#ends[frame.from] = this.#world.at(frame.end_us, () => this.#end(frame));
  }

  /** The frame of {@link send} goes no further, and nobody receives it. */
  cut(frame: Transmission): void {
    this.#world.cancel(this.#starts[frame.from]);
    this.#world.cancel(this.#ends[frame.from]);
    this.#onAir.remove(frame);
  }

  #start(frame: Transmission): void {
    const { from, channel, start_us, bytes, length } = frame;
    frame.begin(this.#onAir.near(channel));
    this.#onAir.add(frame);
    this.onFrame(start_us, from, channel, bytes, length, SNIFFED_dBm);
    for (const to of this.#early) {
      if (to === from) continue;
      const strength_dBm = this.air.strength_dBm(from, to, channel, start_us);
      if (strength_dBm > FAINT_dBm) this.#stations[to].hearStart!(frame, strength_dBm);
    }
  }

  #end(frame: Transmission): void {
    this.#onAir.remove(frame);
    const { known } = this;
    const { from, channel, start_us } = frame;
    const stations = this.#stations;
    stations[from].finish();
    const audience = this.air.audience(from);
    const count = audience?.length ?? stations.length;
    for (let i = 0; i < count; i++) {
      const to = audience === undefined ? i : audience[i]!;
      if (to >= stations.length || to === from) continue;
      const there = known.channelAt(to, start_us);
      if (there !== channel && there !== UNSURE) continue;
      const listening_us = stations[to].listening_us(frame, there === channel);
      if (listening_us <= start_us + this.#late_us) this.#reach(frame, to, listening_us);
    }
  }

  #reach(frame: Transmission, to: number, listening_us: number): void {
    const { air, frameLoss, channelLoss } = this.#options;
    const { from, channel, start_us } = frame;
    const strength_dBm = air.strength_dBm(from, to, channel, start_us);
    if (strength_dBm < FAINT_dBm) return;
    const drawn = this.draws.uniform(Draw.reception, from, to, start_us);
    const chance =
      air.reception(frame, to, strength_dBm, listening_us, drawn) *
      (1 - frameLoss) *
      (1 - (channelLoss?.[channel] ?? 0));
    if (drawn < chance) this.#stations[to].receive(frame.bytes, frame.length, strength_dBm);
  }
}
