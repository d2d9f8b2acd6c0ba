import { networkContexts, type Network } from "firmware/app/network";
import { Reader, Writer } from "firmware/codec/cursor";
import { writeAddress } from "firmware/ip/address";
import { Icmpv6Type, NEXT_HEADER_ICMPV6, writeMessageChecksum } from "firmware/ip/icmpv6";
import { compress, decompress } from "firmware/ip/lowpan";
import { Packet } from "firmware/ip/packet";
import { FrameType, MacFrame, writeAckHeader, writeDataHeader, writeFcs } from "firmware/mesh/mac/frame";
import { Dao, DaoAck, ICMPV6_HEADER_BYTES, RplCode, STATUS_ACCEPTED } from "firmware/mesh/rpl/messages";
import type { Radio } from "hal/radio";
import { meterIdentity } from "../host-sim/node";
import { airtime_us } from "../host-sim/radio/airtime";
import { OPEN_STREET } from "../host-sim/radio/medium";
import type { World } from "../host-sim/world";

const MAX_FRAME_BYTES = 255;
const RSSI_dBm = -80;
const TURNAROUND_US = 2_000;
/** In units of the DODAG: two hours. */
const LIFETIME = 120;

/**
 * The radio of a collector, with any number of meters around it that do nothing but register: each hears what is meant
 * for it and acknowledges it, and no frame is lost.
 */
export class Neighbourhood implements Radio {
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  readonly bitRate = OPEN_STREET.bitRate;
  onReceive: Radio["onReceive"] = () => {};
  onSent: Radio["onSent"] = () => {};
  /** Registrations that the collector has acknowledged, and taken. */
  accepted = 0;
  readonly #heard = new MacFrame();
  readonly #packet = new Packet();
  readonly #ack = new DaoAck();
  readonly #contexts;

  constructor(
    private readonly world: World,
    private readonly network: Network,
    private readonly collector: Uint8Array,
  ) {
    this.#contexts = networkContexts(network);
  }

  listen(): void {}

  follow(): void {}

  channelClear(): boolean {
    return true;
  }

  transmit(frame: Uint8Array, length: number): boolean {
    const bytes = frame.slice(0, length);
    this.world.in(airtime_us(length, this.bitRate), () => {
      this.onSent();
      this.#hear(bytes);
    });
    return true;
  }

  /** Meter `number` sends its registration (DAO). */
  register(number: number): void {
    const { network, collector } = this;
    const { eui64 } = meterIdentity(number);
    const packet = new Packet();
    writeAddress(network.prefix, eui64, packet.source);
    writeAddress(network.prefix, collector, packet.destination);
    packet.nextHeader = NEXT_HEADER_ICMPV6;
    packet.payload.set([Icmpv6Type.rpl, RplCode.dao, 0, 0]);
    const dao = new Dao();
    dao.ackRequested = true;
    dao.pathLifetime = LIFETIME;
    dao.target.set(packet.source);
    dao.parent.set(packet.destination);
    const message = new Writer(packet.payload, ICMPV6_HEADER_BYTES);
    dao.write(message);
    packet.payloadLength = message.at;
    writeMessageChecksum(packet);
    const frame = new Writer(new Uint8Array(MAX_FRAME_BYTES));
    writeDataHeader(frame, 0, network.pans[0].id, collector, eui64);
    compress(packet, eui64, collector, this.#contexts, frame);
    this.#send(frame);
  }

  #send(frame: Writer): void {
    writeFcs(frame);
    this.onReceive(frame.bytes, frame.length, RSSI_dBm);
  }

  #hear(bytes: Uint8Array): void {
    const frame = this.#heard;
    frame.parse(bytes, bytes.length);
    if (frame.type !== FrameType.data || frame.broadcast) return;
    const meter = frame.destination.slice();
    const reader = new Reader(bytes, frame.payloadOffset, frame.payloadOffset + frame.payloadLength);
    decompress(reader, frame.source, meter, this.#contexts, this.#packet);
    const { payload, payloadLength } = this.#packet;
    const isAck = payload[0] === Icmpv6Type.rpl && payload[1] === RplCode.daoAck;
    if (isAck && this.#ack.read(new Reader(payload, ICMPV6_HEADER_BYTES, payloadLength))) {
      if (this.#ack.status === STATUS_ACCEPTED) this.accepted++;
    }
    const ack = new Writer(new Uint8Array(MAX_FRAME_BYTES));
    writeAckHeader(ack, frame.sequence, this.collector, meter);
    this.world.in(TURNAROUND_US, () => this.#send(ack));
  }
}
