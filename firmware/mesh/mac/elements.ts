import type { Reader, Writer } from "firmware/codec/cursor";
import { SEQUENCE_ms } from "firmware/mesh/mac/schedule";

// Header information elements: IEEE 802.15.4-2015, 7.4.2, and Wi-SUN FAN 1.0, 6.3.2.3.1.
const VENDOR_ID = 0x00;
const WISUN_ID = 0x2a;
const TERMINATION_2 = 0x7f;
const SubId = Object.freeze({ unicastTiming: 1, broadcastTiming: 2 });
/** Of the vendor specific element: locally administered, as the first bytes of our simulated addresses. */
const OUI = 0x02574d;
const OUI_BYTES = 3;

/** Of the unicast timing element: what a frame is for. */
export const WisunFrame = Object.freeze({ advertisement: 0, solicitation: 1, data: 4, ack: 5 });

const UNICAST_TIMING_BYTES = 5;
const BROADCAST_TIMING_BYTES = 6;
/** Content of the vendor element after the OUI: what is there is told by its length. */
const CHALLENGE_BYTES = 4;
const PAN_TIME_BYTES = 3;
const CONGESTION_BYTES = 1;
const DESCRIPTOR_BYTES = 2;

export const ACK_ELEMENT_BYTES = DESCRIPTOR_BYTES + UNICAST_TIMING_BYTES + DESCRIPTOR_BYTES;
/** Of the longest list that {@link writeElements} makes. */
export const MAX_ELEMENT_BYTES =
  ACK_ELEMENT_BYTES +
  DESCRIPTOR_BYTES +
  BROADCAST_TIMING_BYTES +
  DESCRIPTOR_BYTES +
  OUI_BYTES +
  PAN_TIME_BYTES +
  CHALLENGE_BYTES;
export const DATA_ELEMENT_BYTES = MAX_ELEMENT_BYTES - CHALLENGE_BYTES;

/** What the information elements of a frame say; made once and reused. */
export class Elements {
  /** One of {@link WisunFrame}, or -1 without a unicast timing element. */
  frameType = -1;
  /** Where the sender stands in its sequence; valid with a {@link frameType}. */
  sequence_ms = 0;
  /** Broadcast timing and the vendor element's part of it are there. */
  hasPanTime = false;
  /** Number of the broadcast interval since the PAN began. */
  interval = 0;
  /** Since that interval's start. */
  offset_ms = 0;
  /** How long ago the coordinator said so, in {@link AGE_UNIT_ms}; 255 is that or more. */
  age = 0;
  hasChallenge = false;
  /** 32 bits: asked of any neighbour in a solicitation, and given back in an advertisement. */
  challenge = 0;
  /** Of an acknowledgement: its sender has little room left, and wants others to hold back. */
  congested = false;

  /** Reads the header elements between `reader.at` and `reader.end`. False where one of ours is cut off. */
  read(reader: Reader): boolean {
    this.frameType = -1;
    this.hasPanTime = false;
    this.hasChallenge = false;
    this.congested = false;
    let intervalLow = -1;
    let intervalHigh = -1;
    while (reader.ok && reader.remaining >= DESCRIPTOR_BYTES) {
      const descriptor = reader.u16LE();
      const length = descriptor & 0x7f;
      const id = (descriptor >> 7) & 0xff;
      const next = reader.at + length;
      if (id === TERMINATION_2 || next > reader.end) break;
      if (id === WISUN_ID && length > 0) {
        const subId = reader.u8();
        if (subId === SubId.unicastTiming && length === UNICAST_TIMING_BYTES) {
          this.frameType = reader.u8() & 0xf;
          this.sequence_ms = Math.round((u24LE(reader) * SEQUENCE_ms) / 2 ** 24);
        } else if (subId === SubId.broadcastTiming && length === BROADCAST_TIMING_BYTES) {
          intervalLow = reader.u16LE();
          this.offset_ms = u24LE(reader);
        }
      } else if (id === VENDOR_ID && length >= OUI_BYTES && u24LE(reader) === OUI) {
        const rest = length - OUI_BYTES;
        if (rest === CONGESTION_BYTES) this.congested = (reader.u8() & 1) !== 0;
        if (rest === PAN_TIME_BYTES || rest === PAN_TIME_BYTES + CHALLENGE_BYTES) {
          intervalHigh = reader.u16LE();
          this.age = reader.u8();
        }
        if (rest === CHALLENGE_BYTES || rest === PAN_TIME_BYTES + CHALLENGE_BYTES) {
          this.challenge = reader.u32LE();
          this.hasChallenge = true;
        }
      }
      reader.at = next;
    }
    this.hasPanTime = intervalLow >= 0 && intervalHigh >= 0;
    this.interval = intervalHigh * 65536 + intervalLow;
    return reader.ok;
  }

  /** Writes what is there, and the end of the list. */
  write(writer: Writer): void {
    if (this.frameType >= 0) {
      writer.u16LE((WISUN_ID << 7) | UNICAST_TIMING_BYTES);
      writer.u8(SubId.unicastTiming);
      writer.u8(this.frameType);
      writeU24LE(writer, Math.floor((this.sequence_ms * 2 ** 24) / SEQUENCE_ms));
    }
    if (this.hasPanTime) {
      writer.u16LE((WISUN_ID << 7) | BROADCAST_TIMING_BYTES);
      writer.u8(SubId.broadcastTiming);
      writer.u16LE(this.interval % 65536);
      writeU24LE(writer, this.offset_ms);
    }
    const content = (this.hasPanTime ? PAN_TIME_BYTES : 0) + (this.hasChallenge ? CHALLENGE_BYTES : 0);
    if (content > 0) {
      writer.u16LE((VENDOR_ID << 7) | (OUI_BYTES + content));
      writeU24LE(writer, OUI);
      if (this.hasPanTime) {
        writer.u16LE(Math.floor(this.interval / 65536));
        writer.u8(this.age);
      }
      if (this.hasChallenge) writer.u32LE(this.challenge);
    }
    if (this.congested) {
      writer.u16LE((VENDOR_ID << 7) | (OUI_BYTES + CONGESTION_BYTES));
      writeU24LE(writer, OUI);
      writer.u8(1);
    }
    writer.u16LE(TERMINATION_2 << 7);
  }
}

function u24LE(reader: Reader): number {
  const low = reader.u16LE();
  return low | (reader.u8() << 16);
}

function writeU24LE(writer: Writer, value: number): void {
  writer.u16LE(value);
  writer.u8(value >> 16);
}
