import { encodeSetTimeByPan } from "firmware/clock/codec";
import { COAP_PORT, type CoapEndpoint } from "firmware/coap/endpoint";
import { Code, ContentFormat } from "firmware/coap/resource";
import { Writer } from "firmware/codec/cursor";
import { EventCode } from "firmware/events/codec";
import { Group, Scope, writeGroup } from "firmware/ip/address";
import { MPL_LATEST, MPL_SEQUENCE_MASK } from "firmware/ip/mpl-option";
import type { Link, Packet } from "firmware/ip/packet";
import { Peer } from "firmware/ip/socket";
import { type Kernel, Timer } from "firmware/kernel/kernel";
import { encodeReset, RESET_PATH } from "firmware/registers/codec";
import { askPanTime, type PanMoment } from "./pan-time";
import type { MeterRecord, ReadStore } from "./store";

const DAY_MS = 86_400_000;
/** Between two cycles of reads. */
const TIME_OF_DAY_MS = 2 * 3_600_000;
const BODY_BYTES = 24;

/** The MPL seed (RFC 7731): numbers messages to all meters, and sends them through the collectors. */
export class Seed implements Link {
  /** Through one collector alone, where that is set. */
  only: number | undefined;
  readonly #lines: readonly Link[];
  #sequence = 0;

  /** @param lines to the collectors; there may be more of them later */
  constructor(lines: readonly Link[]) {
    this.#lines = lines;
  }

  send(packet: Packet): boolean {
    this.#sequence = (this.#sequence + 1) & MPL_SEQUENCE_MASK;
    packet.mpl = MPL_LATEST | this.#sequence;
    const lines = this.#lines.filter((_, line) => this.only === undefined || this.only === line);
    return lines.map((line) => line.send(packet)).every(Boolean);
  }
}

export interface EveryoneOptions {
  readonly kernel: Kernel;
  /** With an exchange for each collector. */
  readonly coap: CoapEndpoint;
  readonly utc_ms: () => number;
  readonly seed: Seed;
  /** Addresses, by number; there may be more of them later. */
  readonly collectors: readonly Uint8Array[];
  readonly store: ReadStore;
}

/** Says things to all meters at once. Nobody answers; what came of it shows when they are read. */
export class Everyone {
  readonly #options: EveryoneOptions;
  readonly #timer: Timer;

  constructor(options: EveryoneOptions) {
    this.#options = options;
    this.#timer = new Timer(options.kernel, () => {
      this.setTime();
      this.start();
    });
  }

  /** From now on all are told the time once a day. */
  start(): void {
    const now_ms = this.#options.utc_ms();
    const days = Math.floor((now_ms - TIME_OF_DAY_MS) / DAY_MS) + 1;
    this.#timer.startIn(days * DAY_MS + TIME_OF_DAY_MS - now_ms);
  }

  /**
   * Tells all meters the time, in terms of their PAN's: so it does not matter how long the message is under way. A PAN that
   * has no time, as its nodes neither hop nor seal, is told nothing.
   */
  setTime(): void {
    const { coap, utc_ms, collectors } = this.#options;
    collectors.forEach((collector, line) =>
      askPanTime(coap, collector, utc_ms, (moment) => {
        if (moment !== undefined && moment.pan_ms >= 0) this.#tellTime(moment, line);
      }),
    );
  }

  /**
   * Has all meters reset demand at `due_s` UTC: far enough ahead for the message to reach all of them first. Sent again, it
   * changes nothing where it came before.
   */
  resetDemand(due_s: number): void {
    const writer = new Writer(new Uint8Array(BODY_BYTES));
    encodeReset(writer, due_s);
    this.#tell(RESET_PATH, writer);
    // They are asked for their events with the next read, and so tell of the reset.
    for (const meter of this.#options.store.meters) meter.hasEvents = true;
  }

  /** Meters whose events, as far as they were read, tell of no reset of demand from `due_s` UTC on. */
  withoutReset(due_s: number): MeterRecord[] {
    const isReset = ({ code, time_ms }: { code: number; time_ms: number }): boolean =>
      code === EventCode.demandReset && time_ms >= due_s * 1000;
    return this.#options.store.meters.filter(({ events }) => !events.events.some(isReset));
  }

  #tellTime({ utc_ms, pan_ms }: PanMoment, line: number): void {
    const { seed } = this.#options;
    const writer = new Writer(new Uint8Array(BODY_BYTES));
    encodeSetTimeByPan(writer, utc_ms, pan_ms);
    seed.only = line;
    this.#tell("time", writer);
    seed.only = undefined;
  }

  #tell(path: string, { bytes, length }: Writer): void {
    const peer = new Peer();
    writeGroup(Group.allMplForwarders, peer.address, Scope.adminLocal);
    peer.port = COAP_PORT;
    this.#options.coap.sendOnce({
      peer,
      code: Code.put,
      path,
      body: bytes,
      bodyLength: length,
      contentFormat: ContentFormat.cbor,
    });
  }
}
