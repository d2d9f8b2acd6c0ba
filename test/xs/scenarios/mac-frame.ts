import { Writer } from "firmware/codec/cursor";
import * as frames from "firmware/mesh/mac/frame";
import { Random } from "../../../host-sim/random";
import { Transcript } from "../transcript";

const METER = Uint8Array.of(2, 0x57, 0x4d, 0, 0, 0, 0, 1);
const COLLECTOR = Uint8Array.of(2, 0x57, 0x4d, 0xc0, 0, 0, 0, 1);
const PAN = 0x574d;

/** The frames that nodes send, then each of them with any one byte of its header changed. */
export function run(): string {
  const transcript = new Transcript();
  const random = new Random(1, "mac");
  const buffer = new Uint8Array(128);
  const frame = new frames.MacFrame();
  const write = [
    (writer: Writer) => frames.writeDataHeader(writer, 7, PAN, COLLECTOR, METER),
    (writer: Writer) => frames.writeDataHeader(writer, 255, PAN, undefined, METER),
    (writer: Writer) => frames.writeAckHeader(writer, 7, METER, COLLECTOR),
  ];
  for (const header of write) {
    const writer = new Writer(buffer);
    header(writer);
    const headerBytes = writer.at;
    for (let i = 0; i < 20; i++) writer.u8(random.below(256));
    frames.writeFcs(writer);
    const length = writer.at;
    transcript.bytes("frame", buffer, 0, length);
    transcript.value("fcs", frames.fcsMatches(buffer, length));
    for (let at = 0; at < headerBytes; at++) {
      for (let value = 0; value < 256; value++) {
        const right = buffer[at];
        buffer[at] = value;
        transcript.value(`byte ${at} = ${value}: cause`, frame.parse(buffer, length));
        if (value === right) {
          transcript.bytes("destination", frame.destination);
          transcript.bytes("source", frame.source);
        }
        transcript.value("payload", frame.payloadOffset);
        buffer[at] = right;
      }
    }
    for (let cut = 0; cut < length; cut++) transcript.value(`cut to ${cut}`, frame.parse(buffer, cut));
  }
  return transcript.toString();
}
