import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Pan } from "firmware/mesh/mac/pan";

/** IEEE 802.15.4 TAP: each frame behind a header of type-length-value fields. */
const LINKTYPE_IEEE802_15_4_TAP = 283;
const PCAP_MAGIC_us = 0xa1b2c3d4;
const SNAP_BYTES = 0xffff;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

// Fields of the TAP header, each padded to 4 bytes.
const FCS_TYPE = 0;
const FCS_32_BIT = 2;
const RSS = 1;
const CHANNEL_ASSIGNMENT = 3;
/** The channel page of the SUN PHYs. */
const CHANNEL_PAGE_SUN = 9;
const TAP_HEADER_BYTES = 4 + 8 + 8 + 8;

/** Written to the file when there is no room for another frame of the greatest length. */
const BUFFER_BYTES = 65_536;
const LONGEST_RECORD_BYTES = RECORD_HEADER_BYTES + TAP_HEADER_BYTES + 255;

/** A capture file of frames with their 4-byte FCS, written as the run goes. */
export class Capture {
  frames = 0;
  readonly #file: number;
  readonly #epoch_us: number;
  readonly #buffer = new DataView(new ArrayBuffer(BUFFER_BYTES));
  #used = 0;

  /**
   * @param path is written over
   * @param epoch_ms UTC of simulated time 0
   */
  constructor(path: string, epoch_ms: number) {
    this.#file = openSync(path, "w");
    this.#epoch_us = epoch_ms * 1000;
    const header = this.#buffer;
    header.setUint32(0, PCAP_MAGIC_us, true);
    header.setUint16(4, 2, true);
    header.setUint16(6, 4, true);
    header.setUint32(16, SNAP_BYTES, true);
    header.setUint32(20, LINKTYPE_IEEE802_15_4_TAP, true);
    this.#used = FILE_HEADER_BYTES;
  }

  write(at_us: number, channel: number, frame: Uint8Array, length: number, rssi_dBm: number): void {
    if (this.#used + LONGEST_RECORD_BYTES > BUFFER_BYTES) this.#flush();
    const view = this.#buffer;
    const utc_us = this.#epoch_us + Math.round(at_us);
    let at = this.#used;
    view.setUint32(at, Math.floor(utc_us / 1e6), true);
    view.setUint32(at + 4, utc_us % 1e6, true);
    view.setUint32(at + 8, TAP_HEADER_BYTES + length, true);
    view.setUint32(at + 12, TAP_HEADER_BYTES + length, true);
    at += RECORD_HEADER_BYTES;
    view.setUint16(at, 0, true);
    view.setUint16(at + 2, TAP_HEADER_BYTES, true);
    view.setUint16(at + 4, FCS_TYPE, true);
    view.setUint16(at + 6, 1, true);
    view.setUint32(at + 8, FCS_32_BIT, true);
    view.setUint16(at + 12, RSS, true);
    view.setUint16(at + 14, 4, true);
    view.setFloat32(at + 16, rssi_dBm, true);
    view.setUint16(at + 20, CHANNEL_ASSIGNMENT, true);
    view.setUint16(at + 22, 3, true);
    view.setUint32(at + 24, channel | (CHANNEL_PAGE_SUN << 16), true);
    at += TAP_HEADER_BYTES;
    for (let i = 0; i < length; i++) view.setUint8(at + i, frame[i]);
    this.#used = at + length;
    this.frames++;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, new Uint8Array(this.#buffer.buffer, 0, this.#used));
    this.#used = 0;
  }
}

export interface Profile {
  pans: readonly Pan[];
  /** Prefixes of the 6LoWPAN contexts, by identifier, as text: `2001:db8::/64`. */
  contexts: string[];
}

/** Writes a Wireshark profile with which a capture decodes: for WIRESHARK_CONFIG_DIR, or among one's own profiles. */
export function writeProfile(folder: string, profile: Profile): void {
  mkdirSync(folder, { recursive: true });
  const contexts = profile.contexts.map((prefix, id) => `6lowpan.context${id}: ${prefix}\n`);
  writeFileSync(join(folder, "preferences"), `udp.check_checksum: TRUE\n${contexts.join("")}`);
  const keys = profile.pans.flatMap((pan) => pan.keys ?? []);
  const lines = keys.map(({ index, key }) => `"${Buffer.from(key).toString("hex")}","${index}","No hash"\n`);
  writeFileSync(join(folder, "ieee802154_keys"), lines.join(""));
  const entries = profile.pans.map(({ id }) => {
    const pan = `0x${id.toString(16).padStart(4, "0")}`;
    return `decode_as_entry: wpan.panid,${pan},(none),6LoWPAN\n`;
  });
  writeFileSync(join(folder, "decode_as_entries"), entries.join(""));
}
