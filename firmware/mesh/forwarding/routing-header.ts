import type { Reader, Writer } from "firmware/codec/cursor";
import { ADDRESS_BYTES } from "firmware/ip/address";

/*
 * The 6LoWPAN Routing Header, RFC 8138: what RPL carries with a data packet, before its LOWPAN_IPHC.
 *
 * Upwards that is the RPI-6LoRH (section 6) with the sender's rank. Downwards it is the source route in SRH-6LoRH
 * (section 5): the routers still to be passed, the next one first, and where the packet is not the root's own the
 * IP-in-IP-6LoRH (section 7) of the root's encapsulation. The destination is not a part of the source route.
 */

/** Routers of a source route: with the link to the destination, one hop less than a path may have. */
export const MAX_ROUTERS = 24;
/** Interface identifiers: all addresses of a mesh share their first half. */
const HOP_BYTES = 8;
const INTERFACE_AT = ADDRESS_BYTES - HOP_BYTES;

/** Paging dispatch, RFC 8025, section 3: what follows is of page 1. */
const PAGE_1 = 0xf1;
/** Section 4: 101 elective, which may be skipped, or 100 critical, then 5 bits, then the type. */
const FORM_MASK = 0xe0;
const ELECTIVE = 0xa0;
const CRITICAL = 0x80;
const VALUE_MASK = 0x1f;

// Types, section 11: 0 to 4 are SRH-6LoRH with entries of 1, 2, 4, 8 and 16 bytes.
const LARGEST_ROUTE_TYPE = 4;
const RPI = 5;
const IP_IN_IP = 6;

// Flags of RPI-6LoRH, section 6.2: O and R of RFC 6553, F, and I for an instance that is 0 and K for a rank of 8 bits.
const DOWN = 0x10;
const RANK_ERROR = 0x08;
const FORWARDING_ERROR = 0x04;
const INSTANCE_ELIDED = 0x02;
const RANK_COMPRESSED = 0x01;

/** What the bytes of a frame turned out to be. */
export const HeaderResult = Object.freeze({ ok: 0, truncated: 1, malformed: 2, unknown: 3 });

/** A routing header taken apart. Made once with each packet's buffer, and reused. */
export class RoutingHeader {
  /** RPI-6LoRH: the rank of the node that sent the frame, -1 where it has none. */
  senderRank = -1;
  /** A rank was wrong on the way before (RFC 6550, section 11.2.2.2). */
  rankError = false;
  /** Hop limit of the root's encapsulation, -1 where there is none. */
  tunnelHopLimit = -1;
  /** Routers still to be passed: interface identifiers, the next one first. */
  readonly #hops = new Uint8Array(MAX_ROUTERS * HOP_BYTES);
  #hopCount = 0;

  clear(): void {
    this.senderRank = -1;
    this.rankError = false;
    this.tunnelHopLimit = -1;
    this.#hopCount = 0;
  }

  get hops(): number {
    return this.#hopCount;
  }

  /** Adds the last router, whose EUI-64 begins at `offset`. False: there are {@link MAX_ROUTERS} already. */
  addHop(eui64s: Uint8Array, offset: number): boolean {
    if (this.#hopCount === MAX_ROUTERS) return false;
    const at = this.#hopCount++ * HOP_BYTES;
    for (let i = 0; i < HOP_BYTES; i++) this.#hops[at + i] = eui64s[offset + i]!;
    this.#hops[at] ^= 0x02;
    return true;
  }

  /** Writes the EUI-64 of the next router, of which there must be one. */
  writeNext(eui64: Uint8Array): void {
    for (let i = 0; i < HOP_BYTES; i++) eui64[i] = this.#hops[i]!;
    eui64[0] ^= 0x02;
  }

  /** Whether `address` is that of the next router. */
  isNext(address: Uint8Array): boolean {
    if (this.#hopCount === 0) return false;
    for (let i = HOP_BYTES - 1; i >= 0; i--) if (this.#hops[i] !== address[INTERFACE_AT + i]) return false;
    return true;
  }

  /** Takes the next router off the route. */
  pop(): void {
    this.#hopCount--;
    for (let i = 0; i < this.#hopCount * HOP_BYTES; i++) this.#hops[i] = this.#hops[i + HOP_BYTES]!;
  }

  /**
   * Reads up to the LOWPAN_IPHC; without the paging dispatch there is no routing header.
   * @param root address of the DODAG's root, relative to which the first entry of a source route is compressed
   * @returns a {@link HeaderResult}
   */
  read(reader: Reader, root: Uint8Array): number {
    this.clear();
    if (reader.remaining === 0 || reader.bytes[reader.at] !== PAGE_1) return HeaderResult.ok;
    reader.u8();
    while (reader.ok && reader.remaining > 0) {
      const first = reader.bytes[reader.at];
      const form = first & FORM_MASK;
      if (form !== CRITICAL && form !== ELECTIVE) return HeaderResult.ok;
      reader.u8();
      const type = reader.u8();
      const result =
        form === ELECTIVE
          ? this.readElective(reader, type, first & VALUE_MASK)
          : this.readCritical(reader, type, first & VALUE_MASK, root);
      if (!reader.ok) return HeaderResult.truncated;
      if (result !== HeaderResult.ok) return result;
    }
    return HeaderResult.truncated;
  }

  /** @param length of what follows the type */
  private readElective(reader: Reader, type: number, length: number): number {
    if (type !== IP_IN_IP) {
      reader.take(length);
      return HeaderResult.ok;
    }
    // The encapsulator is the root: its address is left out.
    if (length !== 1) return HeaderResult.malformed;
    this.tunnelHopLimit = reader.u8();
    return HeaderResult.ok;
  }

  private readCritical(reader: Reader, type: number, value: number, root: Uint8Array): number {
    if (type === RPI) {
      this.rankError = (value & RANK_ERROR) !== 0;
      const instance = (value & INSTANCE_ELIDED) === 0 ? reader.u8() : 0;
      // Of a compressed rank the low byte is left out, which is 0.
      this.senderRank = (value & RANK_COMPRESSED) === 0 ? reader.u16() : reader.u8() << 8;
      // What goes down in non-storing mode has a source route instead, and no forwarding error.
      return instance === 0 && (value & (DOWN | FORWARDING_ERROR)) === 0
        ? HeaderResult.ok
        : HeaderResult.malformed;
    }
    if (type > LARGEST_ROUTE_TYPE) return HeaderResult.unknown;
    for (let i = 0; i <= value; i++) {
      const result = this.readHop(reader, 1 << type, root);
      if (result !== HeaderResult.ok) return result;
    }
    return HeaderResult.ok;
  }

  /** Section 4.3.2: the last `bytes` of an address whose rest is that of the one before. */
  private readHop(reader: Reader, bytes: number, root: Uint8Array): number {
    if (this.#hopCount === MAX_ROUTERS) return HeaderResult.malformed;
    const hops = this.#hops;
    const at = this.#hopCount * HOP_BYTES;
    if (bytes === ADDRESS_BYTES) {
      for (let i = 0; i < INTERFACE_AT; i++) if (reader.u8() !== root[i]) return HeaderResult.malformed;
      bytes = HOP_BYTES;
    }
    for (let i = 0; i < HOP_BYTES - bytes; i++) {
      hops[at + i] = at === 0 ? root[INTERFACE_AT + i] : hops[at - HOP_BYTES + i];
    }
    reader.copy(hops, at + HOP_BYTES - bytes, bytes);
    this.#hopCount++;
    return HeaderResult.ok;
  }

  /** Writes nothing where there is nothing to say. The order is that of RFC 8138, section 4.1: routes first. */
  write(writer: Writer, root: Uint8Array): void {
    if (this.#hopCount === 0 && this.senderRank < 0 && this.tunnelHopLimit < 0) return;
    writer.u8(PAGE_1);
    this.writeRoute(writer, root);
    if (this.senderRank >= 0) {
      writer.u8(CRITICAL | INSTANCE_ELIDED | (this.rankError ? RANK_ERROR : 0));
      writer.u8(RPI);
      writer.u16(this.senderRank);
    }
    if (this.tunnelHopLimit >= 0) {
      writer.u8(ELECTIVE | 1);
      writer.u8(IP_IN_IP);
      writer.u8(this.tunnelHopLimit);
    }
  }

  /** One SRH-6LoRH for each run of entries of one size. */
  private writeRoute(writer: Writer, root: Uint8Array): void {
    let first = 0;
    while (first < this.#hopCount) {
      const type = this.typeOf(first, root);
      let end = first + 1;
      while (end < this.#hopCount && this.typeOf(end, root) === type) end++;
      writer.u8(CRITICAL | (end - first - 1));
      writer.u8(type);
      const bytes = 1 << type;
      for (let hop = first; hop < end; hop++) writer.copy(this.#hops, (hop + 1) * HOP_BYTES - bytes, bytes);
      first = end;
    }
  }

  /** 1, 2 or 3: an entry of 2, 4 or 8 bytes; shorter ones would save less than their headers cost. */
  private typeOf(hop: number, root: Uint8Array): number {
    const hops = this.#hops;
    const at = hop * HOP_BYTES;
    let same = 0;
    while (
      same < HOP_BYTES - 2 &&
      hops[at + same] === (hop === 0 ? root[INTERFACE_AT + same] : hops[at - HOP_BYTES + same])
    )
      same++;
    return same >= 6 ? 1 : same >= 4 ? 2 : 3;
  }
}
