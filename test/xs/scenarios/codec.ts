import { crc16, crc32 } from "firmware/codec/crc";
import { Reader, Writer } from "firmware/codec/cursor";
import { Random } from "../../../host-sim/random";
import { Transcript } from "../transcript";

/** Cursors and checksums, over values at their edges and over random bytes. */
export function run(): string {
  const transcript = new Transcript();
  const buffer = new Uint8Array(64);
  const edges = [
    0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
  ];
  const writer = new Writer(buffer);
  const reader = new Reader(buffer);
  for (const value of edges) {
    writer.reset(buffer, 1, buffer.length);
    writer.u8(value);
    writer.u16(value);
    writer.u16LE(value);
    writer.u32(value);
    writer.u32LE(value);
    writer.ascii("1.8.0");
    transcript.bytes(`write ${value}`, buffer, 1, writer.at);
    reader.reset(buffer, 1, writer.at);
    transcript.value("u8", reader.u8());
    transcript.value("u16", reader.u16());
    transcript.value("u16LE", reader.u16LE());
    transcript.value("u32", reader.u32());
    transcript.value("u32LE", reader.u32LE());
  }
  reader.reset(buffer, 0, 3);
  transcript.value("short", reader.u32());
  transcript.value("short is ok", reader.ok);

  const random = new Random(1, "codec");
  const bytes = new Uint8Array(300);
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
  for (let end = 0; end <= bytes.length; end += 7) {
    transcript.value(`crc16 of ${end}`, crc16(bytes, 0, end));
    transcript.value(`crc32 of ${end}`, crc32(bytes, 0, end));
  }
  return transcript.toString();
}
