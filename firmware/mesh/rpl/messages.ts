import type { Reader, Writer } from "firmware/codec/cursor";

/** Type, code and checksum, before each message. */
export const ICMPV6_HEADER_BYTES = 4;

/** Codes of the ICMPv6 messages of RPL, RFC 6550, section 6. */
export const RplCode = Object.freeze({ dis: 0, dio: 1, dao: 2, daoAck: 3 });

/** Modes of operation, section 6.3.1. */
export const ModeOfOperation = Object.freeze({ nonStoring: 1 });

/** Section 17. */
export const INFINITE_RANK = 0xffff;
/** Of a DAO: the path is no more. */
export const NO_PATH = 0;
export const INFINITE_LIFETIME = 0xff;

/** Of a DAO-ACK, section 6.5.1: from {@link STATUS_REJECTED} on it is a rejection. */
export const STATUS_ACCEPTED = 0;
export const STATUS_REJECTED = 128;

/** Types of options, section 20.4. */
const Option = Object.freeze({ pad1: 0, configuration: 4, target: 5, transit: 6, prefix: 8, descriptor: 9 });
// Lengths of what follows type and length.
const CONFIGURATION_BYTES = 14;
const TARGET_BYTES = 18;
const TRANSIT_BYTES = 20;
const PREFIX_BYTES = 30;
const DESCRIPTOR_BYTES = 4;
/** Path control, 6.7.8: the two bits of the most preferred parent, and of the next. */
const PREFERRED = 0xc0;
const SECOND = 0x30;

const ADDRESS_BITS = 128;
const GROUNDED = 0x80;
const MODE_SHIFT = 3;
const AUTONOMOUS = 0x40;
const ACK_REQUESTED = 0x80;
/** In DAO: 0x40; in DAO-ACK: 0x80. */
const DAO_DODAGID_PRESENT = 0x40;
const ACK_DODAGID_PRESENT = 0x80;

/*
 * Each message is read and written from behind the ICMPv6 checksum. Reading answers false for a message that is cut
 * off, or has an option of a wrong length; the fields are then of no meaning. Unknown options are skipped.
 */

/** DODAG Information Solicitation, section 6.2, without options. */
export function writeDis(writer: Writer): void {
  writer.u16(0);
}

/** DODAG Information Object, section 6.3, with a DODAG configuration (6.7.6) and a prefix information (6.7.10). */
export class Dio {
  instance = 0;
  version = 0;
  rank = INFINITE_RANK;
  grounded = false;
  mode: number = ModeOfOperation.nonStoring;
  preference = 0;
  dtsn = 0;
  readonly dodagId = new Uint8Array(16);

  hasConfiguration = false;
  /** Trickle: doublings, minimum as a power of 2 in ms, redundancy constant. */
  intervalDoublings = 0;
  intervalMin = 0;
  redundancy = 0;
  maxRankIncrease = 0;
  minHopRankIncrease = 256;
  /** Objective code point. */
  objective = 0;
  /** Of routes, in units of {@link lifetimeUnit_s}. */
  defaultLifetime = INFINITE_LIFETIME;
  lifetimeUnit_s = 0;

  hasPrefix = false;
  /** Nodes make their address from it. */
  autonomous = false;
  prefixBits = 0;
  readonly prefix = new Uint8Array(16);
  validLifetime_s = 0;
  preferredLifetime_s = 0;

  read(reader: Reader): boolean {
    this.instance = reader.u8();
    this.version = reader.u8();
    this.rank = reader.u16();
    const flags = reader.u8();
    this.grounded = (flags & GROUNDED) !== 0;
    this.mode = (flags >> MODE_SHIFT) & 7;
    this.preference = flags & 7;
    this.dtsn = reader.u8();
    reader.u16();
    reader.copy(this.dodagId, 0, 16);
    this.hasConfiguration = false;
    this.hasPrefix = false;
    while (reader.ok && reader.remaining > 0) {
      const type = reader.u8();
      if (type === Option.pad1) continue;
      const length = reader.u8();
      if (type === Option.configuration) {
        if (length !== CONFIGURATION_BYTES) return false;
        this.readConfiguration(reader);
      } else if (type === Option.prefix) {
        if (length !== PREFIX_BYTES) return false;
        this.readPrefix(reader);
      } else {
        reader.take(length);
      }
    }
    return reader.ok;
  }

  private readConfiguration(reader: Reader): void {
    reader.u8();
    this.intervalDoublings = reader.u8();
    this.intervalMin = reader.u8();
    this.redundancy = reader.u8();
    this.maxRankIncrease = reader.u16();
    this.minHopRankIncrease = reader.u16();
    this.objective = reader.u16();
    reader.u8();
    this.defaultLifetime = reader.u8();
    this.lifetimeUnit_s = reader.u16();
    this.hasConfiguration = true;
  }

  private readPrefix(reader: Reader): void {
    this.prefixBits = reader.u8();
    this.autonomous = (reader.u8() & AUTONOMOUS) !== 0;
    this.validLifetime_s = reader.u32();
    this.preferredLifetime_s = reader.u32();
    reader.u32();
    reader.copy(this.prefix, 0, 16);
    this.hasPrefix = true;
  }

  write(writer: Writer): void {
    writer.u8(this.instance);
    writer.u8(this.version);
    writer.u16(this.rank);
    writer.u8((this.grounded ? GROUNDED : 0) | (this.mode << MODE_SHIFT) | this.preference);
    writer.u8(this.dtsn);
    writer.u16(0);
    writer.copy(this.dodagId, 0, 16);
    if (this.hasConfiguration) this.writeConfiguration(writer);
    if (this.hasPrefix) this.writePrefix(writer);
  }

  private writeConfiguration(writer: Writer): void {
    writer.u8(Option.configuration);
    writer.u8(CONFIGURATION_BYTES);
    writer.u8(0);
    writer.u8(this.intervalDoublings);
    writer.u8(this.intervalMin);
    writer.u8(this.redundancy);
    writer.u16(this.maxRankIncrease);
    writer.u16(this.minHopRankIncrease);
    writer.u16(this.objective);
    writer.u8(0);
    writer.u8(this.defaultLifetime);
    writer.u16(this.lifetimeUnit_s);
  }

  private writePrefix(writer: Writer): void {
    writer.u8(Option.prefix);
    writer.u8(PREFIX_BYTES);
    writer.u8(this.prefixBits);
    writer.u8(this.autonomous ? AUTONOMOUS : 0);
    writer.u32(this.validLifetime_s);
    writer.u32(this.preferredLifetime_s);
    writer.u32(0);
    writer.copy(this.prefix, 0, 16);
  }
}

/**
 * Destination Advertisement Object of non-storing mode, section 6.4: one target (6.7.7), the whole address of a node,
 * with its descriptor (6.7.9), and the transit information (6.7.8) that names its parent and the one that it would take
 * instead.
 */
export class Dao {
  instance = 0;
  ackRequested = false;
  sequence = 0;
  readonly target = new Uint8Array(16);
  /** The target's descriptor: how often it has moved to another DODAG. */
  moves = 0;
  pathSequence = 0;
  /** In units of the DODAG configuration; {@link NO_PATH} withdraws the route. */
  pathLifetime = 0;
  readonly parent = new Uint8Array(16);
  hasAlternate = false;
  readonly alternate = new Uint8Array(16);

  /** False also where there is not exactly one target, or not one or two parents. */
  read(reader: Reader): boolean {
    this.instance = reader.u8();
    const flags = reader.u8();
    this.ackRequested = (flags & ACK_REQUESTED) !== 0;
    reader.u8();
    this.sequence = reader.u8();
    if ((flags & DAO_DODAGID_PRESENT) !== 0) reader.take(16);
    this.moves = 0;
    let targets = 0;
    let transits = 0;
    while (reader.ok && reader.remaining > 0) {
      const type = reader.u8();
      if (type === Option.pad1) continue;
      const length = reader.u8();
      if (type === Option.target) {
        if (length !== TARGET_BYTES) return false;
        reader.u8();
        if (reader.u8() !== ADDRESS_BITS) return false;
        reader.copy(this.target, 0, 16);
        targets++;
      } else if (type === Option.descriptor) {
        if (length !== DESCRIPTOR_BYTES) return false;
        this.moves = reader.u32();
      } else if (type === Option.transit) {
        if (length !== TRANSIT_BYTES) return false;
        reader.u16();
        this.pathSequence = reader.u8();
        this.pathLifetime = reader.u8();
        reader.copy(transits === 0 ? this.parent : this.alternate, 0, 16);
        transits++;
      } else {
        reader.take(length);
      }
    }
    this.hasAlternate = transits === 2;
    return reader.ok && targets === 1 && (transits === 1 || transits === 2);
  }

  write(writer: Writer): void {
    writer.u8(this.instance);
    writer.u8(this.ackRequested ? ACK_REQUESTED : 0);
    writer.u8(0);
    writer.u8(this.sequence);
    writer.u8(Option.target);
    writer.u8(TARGET_BYTES);
    writer.u8(0);
    writer.u8(ADDRESS_BITS);
    writer.copy(this.target, 0, 16);
    writer.u8(Option.descriptor);
    writer.u8(DESCRIPTOR_BYTES);
    writer.u32(this.moves);
    this.writeTransit(writer, this.parent, PREFERRED);
    if (this.hasAlternate) this.writeTransit(writer, this.alternate, SECOND);
  }

  private writeTransit(writer: Writer, parent: Uint8Array, pathControl: number): void {
    writer.u8(Option.transit);
    writer.u8(TRANSIT_BYTES);
    writer.u8(0);
    writer.u8(pathControl);
    writer.u8(this.pathSequence);
    writer.u8(this.pathLifetime);
    writer.copy(parent, 0, 16);
  }
}

/** DAO Acknowledgement, section 6.5. */
export class DaoAck {
  instance = 0;
  sequence = 0;
  /** From {@link STATUS_REJECTED} on the DAO was refused. */
  status = 0;

  read(reader: Reader): boolean {
    this.instance = reader.u8();
    const flags = reader.u8();
    this.sequence = reader.u8();
    this.status = reader.u8();
    if ((flags & ACK_DODAGID_PRESENT) !== 0) reader.take(16);
    return reader.ok;
  }

  write(writer: Writer): void {
    writer.u8(this.instance);
    writer.u8(0);
    writer.u8(this.sequence);
    writer.u8(this.status);
  }
}
