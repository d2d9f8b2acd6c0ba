import { ListeningSchedule } from "firmware/mesh/mac/listening";
import { CLEAR_BELOW_DBM } from "hal/channel-plan";
import type { Clock } from "hal/clock";
import type { HopSchedule, Radio } from "hal/radio";
import type { World } from "../world";
import { AirtimeAccount, airtime_us } from "./airtime";
import { Draw } from "./draws";
import type { Medium, Station } from "./medium";
import { Transmission } from "./transmission";

const MAX_FRAME_BYTES = 255;
const NO_CHANNEL = -1;
/** A slot's ends, in whole milliseconds of a crystal's time, are not wrong by more. */
const ROUNDING_us = 2_000;

/** What a radio draws from, beside what it takes while it waits. */
export interface Drain {
  /** A frame was received that was so long on the air. */
  received(airtime_us: number): void;
  /** A frame goes out. */
  sends(airtime_us: number): void;
}

/**
 * The behaviour of a packet radio such as the SX1262 with its driver, as seen through {@link Radio}, in the times of the
 * medium's {@link RadioTiming}. Of a hop schedule it asks where it listens when a frame could be for it: hops cost
 * nothing.
 */
export class SimulatedRadio implements Radio, Station {
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  readonly bitRate: number;
  readonly airtime = new AirtimeAccount();
  onReceive: (frame: Uint8Array, length: number, rssi_dBm: number) => void = () => {};
  onSent: () => void = () => {};
  /** Set where it matters. */
  drain: Drain | undefined;
  readonly #medium: Medium;
  readonly #world: World;
  readonly #sent: Transmission;
  #sending = false;
  #channel = NO_CHANNEL;
  #schedule: HopSchedule | undefined;
  /** The same, where it is the firmware's. */
  #sequence: ListeningSchedule | undefined;
  #clock: Pick<Clock, "now_ms"> | undefined;
  /** Of the schedule's slot asked for last: where it listens from then on, until the slot ends. */
  #slotChannel = NO_CHANNEL;
  #slotFrom_ms = 0;
  #slotEnd_ms = 0;
  /** Since when it has listened, to {@link #channel} or along the schedule, without a break. */
  #listening_us = 0;
  /** A look at a channel holds it until then. */
  #busy_us = -Infinity;
  /** Frames received that the software has not got yet; and what others were kept in until it had got them. */
  #pending = 0;
  readonly #spare: Uint8Array[] = [];
  /** How often its power was lost. */
  #losses = 0;

  /** @param number of the node, as {@link Medium} counts them */
  constructor(
    medium: Medium,
    world: World,
    readonly number: number,
  ) {
    this.#medium = medium;
    this.#world = world;
    this.bitRate = medium.bitRate;
    this.#sent = new Transmission(number, MAX_FRAME_BYTES);
  }

  listen(channel: number): void {
    const there = this.#tuned() === channel;
    this.#schedule = undefined;
    this.#channel = channel;
    this.#medium.known.stays(this.number, channel);
    if (!there) this.#turn();
  }

  follow(schedule: HopSchedule, clock: Pick<Clock, "now_ms">): void {
    const before = this.#tuned();
    this.#schedule = schedule;
    this.#sequence = schedule instanceof ListeningSchedule ? schedule : undefined;
    this.#clock = clock;
    this.#slotEnd_ms = -Infinity;
    this.#tellSequence();
    if (this.#tuned() !== before) this.#turn();
  }

  transmit(frame: Uint8Array, length: number, channel: number): boolean {
    if (this.#sending || this.#pending > 0 || length < 1 || length > MAX_FRAME_BYTES) return false;
    this.#sending = true;
    const sent = this.#sent;
    for (let i = 0; i < length; i++) sent.bytes[i] = frame[i]!;
    sent.length = length;
    sent.channel = channel;
    sent.start_us = Math.max(this.#world.now_us, this.#busy_us) + this.#medium.timing.turnaround_us;
    this.#medium.schedule(sent);
    this.airtime.add(channel, sent.start_us, length, sent.duration_us);
    this.drain?.sends(sent.duration_us);
    return true;
  }

  /** The node's power is gone: a frame under way ends there, and nothing is heard until somebody listens again. */
  powerOff(): void {
    if (this.#sending) this.#medium.cut(this.#sent);
    this.#sending = false;
    this.#channel = NO_CHANNEL;
    this.#schedule = undefined;
    this.#medium.known.stays(this.number, NO_CHANNEL);
    this.#pending = 0;
    this.#losses++;
    this.onReceive = () => {};
    this.onSent = () => {};
  }

  channelClear(channel: number): boolean {
    if (this.#sending) return false;
    const { settling_us, hop_us } = this.#medium.timing;
    const now_us = this.#world.now_us;
    if (this.#tuned() !== channel) {
      this.#busy_us = now_us + settling_us + 2 * hop_us;
      this.#listening_us = this.#busy_us;
    } else if (now_us < this.#listening_us + settling_us) {
      this.#busy_us = now_us + settling_us;
    }
    const arriving = this.#medium.arriving(channel, this.number, this.#listening_us);
    return !arriving && this.#medium.strength_dBm(channel, this.number) < CLEAR_BELOW_DBM;
  }

  /** Where it listens now, unless it sends. */
  #tuned(): number {
    return this.#schedule === undefined ? this.#channel : this.#channelAt(this.#clock!.now_ms());
  }

  #channelAt(at_ms: number): number {
    if (at_ms >= this.#slotEnd_ms || at_ms < this.#slotFrom_ms) {
      this.#slotChannel = this.#schedule!.channelAt(at_ms);
      this.#slotFrom_ms = at_ms;
      this.#slotEnd_ms = this.#schedule!.slotEnd_ms(at_ms);
    }
    return this.#slotChannel;
  }

  /** What others may know of where it listens, up to the next word. */
  #tellSequence(): void {
    const { known } = this.#medium;
    if (this.#sequence === undefined) known.forget(this.number);
    else known.follows(this.number, this.#sequence, this.#clock!.now_ms(), this.#world.now_us);
  }

  #turn(): void {
    this.#listening_us = this.#world.now_us + this.#medium.timing.hop_us;
  }

  /** @internal */
  listening_us(frame: Transmission, isThere: boolean): number {
    if (this.#sending) return Infinity;
    if (isThere) return this.#listening_us;
    if (this.#schedule === undefined) return this.#channel === frame.channel ? this.#listening_us : Infinity;
    const ago_ms = (this.#world.now_us - frame.start_us) / 1000;
    const start_ms = Math.floor(this.#clock!.now_ms() - ago_ms);
    const channel = this.#channelAt(start_ms);
    if (this.#sequence !== undefined) {
      this.#tellSequence();
    } else if (this.#slotFrom_ms === start_ms) {
      const end_us = frame.start_us + (this.#slotEnd_ms - start_ms) * 1000;
      this.#medium.known.set(this.number, channel, frame.start_us + ROUNDING_us, end_us - ROUNDING_us);
    }
    return channel === frame.channel ? this.#listening_us : Infinity;
  }

  /** @internal The medium brings a frame: the software gets it a while later. */
  receive(bytes: Uint8Array, length: number, rssi_dBm: number): void {
    this.drain?.received(airtime_us(length, this.bitRate));
    const { latency_us, jitter_us } = this.#medium.timing;
    if (latency_us === 0) {
      this.onReceive(bytes, length, rssi_dBm);
      return;
    }
    const copy = this.#spare.pop() ?? new Uint8Array(MAX_FRAME_BYTES);
    for (let i = 0; i < length; i++) copy[i] = bytes[i];
    const now_us = this.#world.now_us;
    const held_us = Math.floor(jitter_us * this.#medium.draws.uniform(Draw.latency, this.number, now_us));
    const losses = this.#losses;
    this.#pending++;
    this.#world.in(latency_us + held_us, () => {
      if (losses !== this.#losses) return;
      this.#pending--;
      this.onReceive(copy, length, rssi_dBm);
      this.#spare.push(copy);
    });
  }

  /** @internal The medium says that the frame has left. */
  finish(): void {
    const { sent_us } = this.#medium.timing;
    this.#sending = false;
    this.#turn();
    if (sent_us === 0) {
      this.onSent();
      return;
    }
    const losses = this.#losses;
    this.#world.in(sent_us, () => {
      if (losses === this.#losses) this.onSent();
    });
  }
}
