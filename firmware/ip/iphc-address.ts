import type { Reader, Writer } from "firmware/codec/cursor";
import { ADDRESS_BYTES, interfaceByte, isMulticast, isUnspecified } from "firmware/ip/address";
import { type Contexts, LINK_LOCAL, openBits } from "firmware/ip/contexts";
import { LowpanCause } from "firmware/ip/lowpan-cause";

/*
 * Addresses under LOWPAN_IPHC (RFC 6282, sections 3.1.1, 3.2.2 and 3.2.4).
 *
 * A form is one number, so that the least of several is the shortest: bytes inline << 8, then the bits M, SAC or DAC
 * and SAM or DAM as they stand in a source's half of the second byte, then the context's identifier.
 */
const INLINE_SHIFT = 8;
const MULTICAST = 0x80;
const STATEFUL = 0x40;
const MODE_SHIFT = 4;
const CONTEXT_MASK = 0x0f;
const MODES = 0xf0;

/** Nothing left out: mode 0, neither stateful nor multicast. */
const FULL = ADDRESS_BYTES << INLINE_SHIFT;

/** Of the 48-bit stateful multicast form: flags, scope and a reserved byte, then the group (RFC 3306). */
const PREFIX_BASED_BYTES = 6;
/** The longest prefix that RFC 3306 has room for. */
const PREFIX_BASED_BITS = 64;

/** Bytes that a form carries inline. */
export function formBytes(form: number): number {
  return form >> INLINE_SHIFT;
}

/** The half of the second IPHC byte, in its upper four bits. */
export function formModes(form: number): number {
  return form & MODES;
}

export function formContext(form: number): number {
  return form & CONTEXT_MASK;
}

/** The shortest form of a source, looking at the contexts below `contextCount`. */
export function sourceForm(
  address: Uint8Array,
  eui64: Uint8Array,
  contexts: Contexts,
  contextCount: number,
): number {
  return isUnspecified(address) ? STATEFUL : unicastForm(address, eui64, contexts, contextCount);
}

/** The shortest form of a destination; `eui64` is undefined for a frame to all. */
export function destinationForm(
  address: Uint8Array,
  eui64: Uint8Array | undefined,
  contexts: Contexts,
  contextCount: number,
): number {
  return isMulticast(address)
    ? multicastForm(address, contexts, contextCount)
    : unicastForm(address, eui64, contexts, contextCount);
}

function unicastForm(
  address: Uint8Array,
  eui64: Uint8Array | undefined,
  contexts: Contexts,
  contextCount: number,
): number {
  let best = FULL;
  const stateless = unicastInline(address, eui64, contexts, LINK_LOCAL);
  if (stateless < ADDRESS_BYTES) best = (stateless << INLINE_SHIFT) | (unicastMode(stateless) << MODE_SHIFT);
  for (let id = 0; id < contextCount; id++) {
    const inline = unicastInline(address, eui64, contexts, id);
    if (inline === ADDRESS_BYTES) continue;
    const form = (inline << INLINE_SHIFT) | STATEFUL | (unicastMode(inline) << MODE_SHIFT) | id;
    if (form < best) best = form;
  }
  return best;
}

/** How many bytes of `address` must go inline under one context: 0, 2 or 8, and all 16 where it is of no use. */
function unicastInline(
  address: Uint8Array,
  eui64: Uint8Array | undefined,
  contexts: Contexts,
  id: number,
): number {
  const bits = contexts.bits[id];
  const start = id * ADDRESS_BYTES;
  if (bits < 0) return ADDRESS_BYTES;
  for (let i = 0; i < 8; i++) if (address[i] !== contexts.prefixes[start + i]) return ADDRESS_BYTES;
  let elided = eui64 !== undefined || bits === 8 * ADDRESS_BYTES;
  let short = true;
  for (let i = 8; i < ADDRESS_BYTES; i++) {
    const open = openBits(bits, i);
    const rest = address[i] ^ contexts.prefixes[start + i];
    if ((rest & ~open) !== 0) return ADDRESS_BYTES;
    if (eui64 !== undefined && rest !== (interfaceByte(eui64, i - 8) & open)) elided = false;
    if (i < 14 && rest !== (shortByte(i) & open)) short = false;
  }
  return elided ? 0 : short ? 2 : 8;
}

function unicastMode(inline: number): number {
  return inline === 0 ? 3 : inline === 2 ? 2 : 1;
}

/** Byte `at` (8 to 13) of an address whose interface identifier is `0000:00ff:fe00:XXXX`. */
function shortByte(at: number): number {
  return at === 11 ? 0xff : at === 12 ? 0xfe : 0;
}

function multicastForm(address: Uint8Array, contexts: Contexts, contextCount: number): number {
  let first = 2;
  while (first < 15 && address[first] === 0) first++;
  if (first === 15 && address[1] === 0x02) return (1 << INLINE_SHIFT) | MULTICAST | (3 << MODE_SHIFT);
  if (first >= 13) return (4 << INLINE_SHIFT) | MULTICAST | (2 << MODE_SHIFT);
  if (first >= 11) return (6 << INLINE_SHIFT) | MULTICAST | (1 << MODE_SHIFT);
  for (let id = 0; id < contextCount; id++) {
    if (isPrefixBased(address, contexts, id)) {
      return (PREFIX_BASED_BYTES << INLINE_SHIFT) | MULTICAST | STATEFUL | id;
    }
  }
  return FULL | MULTICAST;
}

function isPrefixBased(address: Uint8Array, contexts: Contexts, id: number): boolean {
  const bits = contexts.bits[id];
  if (bits > PREFIX_BASED_BITS || address[3] !== bits) return false;
  for (let i = 0; i < 8; i++) {
    if (address[4 + i] !== contexts.prefixes[id * ADDRESS_BYTES + i]) return false;
  }
  return true;
}

/** Writes the inline bytes of `address` under `form`. */
export function writeInline(address: Uint8Array, form: number, writer: Writer): void {
  const inline = formBytes(form);
  if ((form & MULTICAST) === 0 || inline === 1 || inline === ADDRESS_BYTES) {
    writer.copy(address, ADDRESS_BYTES - inline, inline);
  } else if ((form & STATEFUL) !== 0) {
    writer.copy(address, 1, 2);
    writer.copy(address, 12, 4);
  } else {
    writer.u8(address[1]);
    writer.copy(address, ADDRESS_BYTES + 1 - inline, inline - 1);
  }
}

/**
 * Reads the inline bytes of a unicast address and completes it.
 * @param modes SAC and SAM, or DAC and DAM: three bits
 * @param eui64 of the frame's sender or receiver; undefined for a frame to all
 * @returns a {@link LowpanCause}
 */
export function readUnicast(
  modes: number,
  contextId: number,
  eui64: Uint8Array | undefined,
  contexts: Contexts,
  reader: Reader,
  address: Uint8Array,
): number {
  const mode = modes & 3;
  if (modes === 0) {
    reader.copy(address, 0, ADDRESS_BYTES);
    return LowpanCause.ok;
  }
  const id = (modes & 4) === 0 ? LINK_LOCAL : contextId;
  const bits = contexts.bits[id];
  if (bits < 0) return LowpanCause.context;
  if (mode === 3 && eui64 === undefined && bits < 8 * ADDRESS_BYTES) return LowpanCause.linkAddress;
  if (mode === 1) {
    reader.copy(address, 8, 8);
  } else if (mode === 2) {
    for (let i = 8; i < 14; i++) address[i] = shortByte(i);
    reader.copy(address, 14, 2);
  } else if (eui64 !== undefined) {
    for (let i = 8; i < ADDRESS_BYTES; i++) address[i] = interfaceByte(eui64, i - 8);
  }
  const start = id * ADDRESS_BYTES;
  for (let i = 0; i < 8; i++) address[i] = contexts.prefixes[start + i]!;
  for (let i = 8; i < ADDRESS_BYTES; i++) {
    address[i] = contexts.prefixes[start + i] | (address[i] & openBits(bits, i));
  }
  return LowpanCause.ok;
}

/** Likewise for a multicast destination; `modes` is DAC and DAM. */
export function readMulticast(
  modes: number,
  contextId: number,
  contexts: Contexts,
  reader: Reader,
  address: Uint8Array,
): number {
  if (modes > 4) return LowpanCause.reserved;
  address.fill(0);
  address[0] = 0xff;
  if (modes === 4) {
    const bits = contexts.bits[contextId];
    if (bits < 0 || bits > PREFIX_BASED_BITS) return LowpanCause.context;
    reader.copy(address, 1, 2);
    address[3] = bits;
    for (let i = 0; i < 8; i++) address[4 + i] = contexts.prefixes[contextId * ADDRESS_BYTES + i]!;
    reader.copy(address, 12, 4);
  } else if (modes === 0) {
    reader.copy(address, 0, ADDRESS_BYTES);
    if (!isMulticast(address)) return LowpanCause.reserved;
  } else if (modes === 3) {
    address[1] = 0x02;
    address[15] = reader.u8();
  } else {
    const group = modes === 1 ? 5 : 3;
    address[1] = reader.u8();
    reader.copy(address, ADDRESS_BYTES - group, group);
  }
  return LowpanCause.ok;
}
