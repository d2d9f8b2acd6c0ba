import type { Reader, Writer } from "firmware/codec/cursor";
import { INFINITE_RANK } from "firmware/mesh/rpl/messages";

/** Where a node stands in its DODAG: what of a DIO (RFC 6550, section 6.3.1) changes. */
export class Standing {
  version = 0;
  rank = INFINITE_RANK;
  dtsn = 0;

  /** False where it is cut off. */
  read(reader: Reader): boolean {
    this.version = reader.u8();
    this.rank = reader.u16();
    this.dtsn = reader.u8();
    return reader.ok;
  }
}

/** Writes 4 bytes. */
export function writeStanding(writer: Writer, version: number, rank: number, dtsn: number): void {
  writer.u8(version);
  writer.u16(rank);
  writer.u8(dtsn);
}
