import { crc32 } from "firmware/codec/crc";
import { Reader, type Writer } from "firmware/codec/cursor";
import { SECURITY_LEVEL } from "firmware/mesh/mac/security";
import { TAG_BYTES } from "hal/cipher";

/** IEEE 802.15.4-2015, 7.2.1.1: the frame types that are understood here. */
export const FrameType = Object.freeze({ data: 1, ack: 2 });

/** IEEE 802.15.4-2015, 7.2.1.8: how an address is carried. */
export const AddressMode = Object.freeze({ none: 0, short: 2, extended: 3 });

/** Why a frame is not used; indexes {@link MacCounters.dropped}. */
export const Cause = Object.freeze({
  ok: 0,
  tooShort: 1,
  fcs: 2,
  /** A frame type or version other than those of {@link FrameType} in version 2. */
  unsupported: 3,
  /** Secured, though no key is held, or otherwise than at level 6 with a key identifier of mode 1; or not secured. */
  security: 4,
  /** Reserved address mode, header cut off, information elements that do not add up. */
  malformed: 5,
  wrongPan: 6,
  notForUs: 7,
  /** An acknowledgement that nothing waits for. */
  strayAck: 8,
  duplicate: 9,
  /** Of a key index that is not held. */
  key: 10,
  /** Its integrity code is wrong. */
  integrity: 11,
  /** Its frame counter is not above the last one of its sender. */
  replay: 12,
  /** From a sender that is not known, and nothing in it proves that it was made now. */
  stale: 13,
  /** From a sender that is not known, and there is no room to know it. */
  crowded: 14,
});
export const CAUSES = 15;

export const BROADCAST = 0xffff;
export const FCS_BYTES = 4;
/** Frame control, sequence number, destination PAN and two extended addresses. */
export const UNICAST_HEADER_BYTES = 2 + 1 + 2 + 8 + 8;
/** {@link UNICAST_HEADER_BYTES} with a short destination. */
export const BROADCAST_HEADER_BYTES = 2 + 1 + 2 + 2 + 8;
const SHORTEST_BYTES = 2 + FCS_BYTES;

// Frame control field, 7.2.1, bits of the 16-bit little-endian value.
export const SECURITY_ENABLED = 1 << 3;
const ACK_REQUEST = 1 << 5;
const PAN_ID_COMPRESSION = 1 << 6;
const SEQUENCE_SUPPRESSED = 1 << 8;
export const IE_PRESENT = 1 << 9;
const DESTINATION_MODE_SHIFT = 10;
const VERSION_SHIFT = 12;
const SOURCE_MODE_SHIFT = 14;
/** IEEE Std 802.15.4 (0b10): the version of 2015, with information elements and enhanced acknowledgements. */
const VERSION_2015 = 2;

// Auxiliary security header, 9.4: level, and a key identifier of one byte.
const SECURITY_CONTROL = SECURITY_LEVEL | (1 << 3);
export const AUXILIARY_BYTES = 1 + 4 + 1;

// Information elements that end a list, 7.4.2.1 and 7.4.3.1.
const HEADER_TERMINATION_1 = 0x7e;
const HEADER_TERMINATION_2 = 0x7f;
const PAYLOAD_TERMINATION = 0xf;

/** A received frame taken apart; made once and reused. */
export class MacFrame {
  type = 0;
  ackRequest = false;
  /** 0 to 255, or -1 where it is suppressed. */
  sequence = -1;
  /** PAN identifiers, -1 where they are not carried. */
  destinationPan = -1;
  sourcePan = -1;
  destinationMode = 0;
  sourceMode = 0;
  secured = false;
  /** Of a secured frame. */
  frameCounter = 0;
  keyIndex = 0;
  /** Most significant byte first; a short address in the first two bytes. */
  readonly destination = new Uint8Array(8);
  readonly source = new Uint8Array(8);
  /** Where the header's information elements begin and, with what follows them, what may be encrypted. */
  elementsOffset = 0;
  headerLength = 0;
  /**
   * The payload after all information elements, within the bytes that were parsed; of a secured frame where it is once
   * {@link opened}.
   */
  payloadOffset = 0;
  payloadLength = 0;
  #payloadElements = false;
  readonly #reader = new Reader(new Uint8Array(0));

  get broadcast(): boolean {
    return (
      this.destinationMode === AddressMode.short &&
      this.destination[0] === 0xff &&
      this.destination[1] === 0xff
    );
  }

  /**
   * Takes the first `length` bytes of `bytes` apart, of a secured frame its header alone. The FCS is left out and not
   * checked, so that frames for others cost no checksum: see {@link fcsMatches}.
   * @returns a {@link Cause}; fields are only valid when it is `ok`
   */
  parse(bytes: Uint8Array, length: number): number {
    if (length < SHORTEST_BYTES) return Cause.tooShort;
    const reader = this.#reader;
    reader.reset(bytes, 0, length - FCS_BYTES);
    const control = reader.u16LE();
    this.type = control & 7;
    if (((control >> VERSION_SHIFT) & 3) !== VERSION_2015) return Cause.unsupported;
    if (this.type !== FrameType.data && this.type !== FrameType.ack) return Cause.unsupported;
    this.ackRequest = (control & ACK_REQUEST) !== 0;
    this.sequence = (control & SEQUENCE_SUPPRESSED) !== 0 ? -1 : reader.u8();
    this.addresses(control);
    this.secured = (control & SECURITY_ENABLED) !== 0;
    if (this.secured) {
      if (reader.u8() !== SECURITY_CONTROL) return reader.ok ? Cause.security : Cause.malformed;
      this.frameCounter = reader.u32LE();
      this.keyIndex = reader.u8();
      reader.end -= TAG_BYTES;
    }
    this.elementsOffset = reader.at;
    this.#payloadElements = false;
    if ((control & IE_PRESENT) !== 0) this.skipHeaderElements();
    if (!reader.ok || reader.at > reader.end) return Cause.malformed;
    this.headerLength = reader.at;
    return this.secured ? Cause.ok : this.opened(bytes);
  }

  /** Takes the rest apart; of a secured frame it stands decrypted at its place in `bytes`. */
  opened(bytes: Uint8Array): number {
    const reader = this.#reader;
    reader.bytes = bytes;
    if (this.#payloadElements) this.skipPayloadElements();
    if (!reader.ok) return Cause.malformed;
    this.payloadOffset = reader.at;
    this.payloadLength = reader.remaining;
    return Cause.ok;
  }

  /** Addressing fields, with the PAN identifiers that Table 7-2 says are present. */
  private addresses(control: number): void {
    const reader = this.#reader;
    const destinationMode = (control >> DESTINATION_MODE_SHIFT) & 3;
    const sourceMode = (control >> SOURCE_MODE_SHIFT) & 3;
    if (destinationMode === 1 || sourceMode === 1) reader.ok = false;
    const compressed = (control & PAN_ID_COMPRESSION) !== 0;
    let destinationPan = destinationMode !== AddressMode.none;
    let sourcePan = sourceMode !== AddressMode.none && !compressed;
    if (destinationPan && sourceMode !== AddressMode.none) {
      if (destinationMode === AddressMode.extended && sourceMode === AddressMode.extended) {
        destinationPan = !compressed;
        sourcePan = false;
      }
    } else if (destinationPan) {
      destinationPan = !compressed;
    } else if (sourceMode === AddressMode.none) {
      destinationPan = compressed;
    }
    this.destinationMode = destinationMode;
    this.sourceMode = sourceMode;
    this.destinationPan = destinationPan ? reader.u16LE() : -1;
    readAddress(reader, destinationMode, this.destination);
    this.sourcePan = sourcePan ? reader.u16LE() : -1;
    readAddress(reader, sourceMode, this.source);
  }

  /** Steps over header information elements, 7.4.2. A list that reaches the end of the frame needs no termination. */
  private skipHeaderElements(): void {
    const reader = this.#reader;
    while (reader.ok && reader.remaining > 0) {
      const descriptor = reader.u16LE();
      if (descriptor >> 15 !== 0) reader.ok = false;
      reader.take(descriptor & 0x7f);
      const element = (descriptor >> 7) & 0xff;
      this.#payloadElements = element === HEADER_TERMINATION_1;
      if (this.#payloadElements || element === HEADER_TERMINATION_2) return;
    }
  }

  /** Steps over payload information elements, 7.4.3: none is used yet. */
  private skipPayloadElements(): void {
    const reader = this.#reader;
    while (reader.ok && reader.remaining > 0) {
      const descriptor = reader.u16LE();
      if (descriptor >> 15 !== 1) reader.ok = false;
      reader.take(descriptor & 0x7ff);
      if (((descriptor >> 11) & 0xf) === PAYLOAD_TERMINATION) return;
    }
  }
}

/** Whether the last four of the first `length` bytes are the FCS of those before, 7.2.10 (least significant first). */
export function fcsMatches(bytes: Uint8Array, length: number): boolean {
  const at = length - FCS_BYTES;
  const fcs = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
  return crc32(bytes, 0, at) === fcs;
}

/**
 * Writes the header of a data frame; `destination` undefined is broadcast, else acknowledgement is requested.
 * @param flags of {@link SECURITY_ENABLED} and {@link IE_PRESENT}; what they announce is written after it
 */
export function writeDataHeader(
  writer: Writer,
  sequence: number,
  pan: number,
  destination: Uint8Array | undefined,
  source: Uint8Array,
  flags = 0,
): void {
  let control =
    flags | FrameType.data | (VERSION_2015 << VERSION_SHIFT) | (AddressMode.extended << SOURCE_MODE_SHIFT);
  if (destination === undefined)
    control |= PAN_ID_COMPRESSION | (AddressMode.short << DESTINATION_MODE_SHIFT);
  else control |= ACK_REQUEST | (AddressMode.extended << DESTINATION_MODE_SHIFT);
  writer.u16LE(control);
  writer.u8(sequence);
  writer.u16LE(pan);
  if (destination === undefined) writer.u16LE(BROADCAST);
  else writeExtended(writer, destination);
  writeExtended(writer, source);
}

/**
 * Writes the header of an enhanced acknowledgement, 7.3.3. Both addresses name the exchange that it belongs to; with
 * them the PAN identifier adds nothing and is left out.
 */
export function writeAckHeader(
  writer: Writer,
  sequence: number,
  destination: Uint8Array,
  source: Uint8Array,
  flags = 0,
): void {
  writer.u16LE(
    flags |
      FrameType.ack |
      PAN_ID_COMPRESSION |
      (AddressMode.extended << DESTINATION_MODE_SHIFT) |
      (VERSION_2015 << VERSION_SHIFT) |
      (AddressMode.extended << SOURCE_MODE_SHIFT),
  );
  writer.u8(sequence);
  writeExtended(writer, destination);
  writeExtended(writer, source);
}

/** Writes the auxiliary security header, 9.4. */
export function writeAuxiliary(writer: Writer, counter: number, keyIndex: number): void {
  writer.u8(SECURITY_CONTROL);
  writer.u32LE(counter);
  writer.u8(keyIndex);
}

/** Ends the frame that `writer` holds with its FCS. */
export function writeFcs(writer: Writer): void {
  writer.u32LE(crc32(writer.bytes, writer.start, writer.at));
}

/** Addresses go least significant byte first on the air and most significant first everywhere else. */
function writeExtended(writer: Writer, address: Uint8Array): void {
  const at = writer.take(8);
  if (at < 0) return;
  for (let i = 0; i < 8; i++) writer.bytes[at + i] = address[7 - i]!;
}

function readAddress(reader: Reader, mode: number, into: Uint8Array): void {
  const count = mode === AddressMode.extended ? 8 : mode === AddressMode.short ? 2 : 0;
  const at = reader.take(count);
  if (at < 0) return;
  for (let i = 0; i < count; i++) into[i] = reader.bytes[at + count - 1 - i]!;
}
