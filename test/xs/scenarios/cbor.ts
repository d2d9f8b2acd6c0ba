import * as cbor from "firmware/codec/cbor";
import { Reader, Writer } from "firmware/codec/cursor";
import { Random } from "../../../host-sim/random";
import { Transcript } from "../transcript";

const EDGES = [0, 23, 24, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 1, 2 ** 53 - 1];
const RANDOM_ITEMS = 2000;

/** Integers at the edges of their forms, every other type once, and random bytes read as whatever they are. */
export function run(): string {
  const transcript = new Transcript();
  const buffer = new Uint8Array(256);
  const writer = new Writer(buffer);
  for (const value of EDGES) {
    cbor.writeUint(writer, value);
    cbor.writeInt(writer, -value);
  }
  cbor.writeArrayHead(writer, 300);
  cbor.writeMapHead(writer, 3);
  cbor.writeBytes(writer, buffer, 0, 5);
  cbor.writeNull(writer);
  transcript.bytes("written", buffer, 0, writer.at);

  const reader = new Reader(buffer, 0, writer.at);
  for (let i = 0; i < EDGES.length; i++) {
    transcript.value("uint", cbor.readUint(reader));
    transcript.value("int", cbor.readInt(reader));
  }
  transcript.value("read", reader.ok);

  const random = new Random(1, "cbor");
  for (let i = 0; i < RANDOM_ITEMS; i++) {
    for (let k = 0; k < 16; k++) buffer[k] = random.below(256);
    reader.reset(buffer, 0, 16);
    cbor.skip(reader);
    transcript.value(`skipped ${reader.ok} to`, reader.at);
    reader.reset(buffer, 0, 16);
    transcript.value("int", cbor.readInt(reader));
  }
  return transcript.toString();
}
