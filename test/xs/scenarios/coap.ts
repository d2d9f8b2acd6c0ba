import { Message, MessageBuilder, OptionCursor, OptionNumber, Type } from "firmware/coap/message";
import { Random } from "../../../host-sim/random";
import { Transcript } from "../transcript";

const TOKEN = Uint8Array.of(0xca, 0xfe);
const SLASH = 0x2f;
const AMPERSAND = 0x26;

/** A request and a response, then each with any one bit changed: what it parses to, and every option. */
export function run(): string {
  const transcript = new Transcript();
  const random = new Random(1, "coap");
  const builder = new MessageBuilder(256);

  builder.start(Type.confirmable, 1, 0x1234, TOKEN, 0, TOKEN.length);
  builder.textOptions(OptionNumber.uriPath, "lp", SLASH);
  builder.textOptions(OptionNumber.uriQuery, "since=70000&n=16", AMPERSAND);
  builder.uintOption(OptionNumber.block2, 6);
  damage(builder.bytes.slice(0, builder.length), transcript);

  const payload = new Uint8Array(64);
  for (let i = 0; i < payload.length; i++) payload[i] = random.below(256);
  builder.start(Type.acknowledgement, 0x45, 0x1234, TOKEN, 0, TOKEN.length);
  builder.option(OptionNumber.etag, payload, 0, 4);
  builder.uintOption(OptionNumber.contentFormat, 60);
  builder.uintOption(OptionNumber.size2, 70_000);
  builder.payload(payload, 0, payload.length);
  damage(builder.bytes.slice(0, builder.length), transcript);
  return transcript.toString();
}

function damage(bytes: Uint8Array, transcript: Transcript): void {
  const message = new Message();
  const option = new OptionCursor();
  transcript.bytes("message", bytes);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    transcript.value(`bit ${bit}: result`, message.parse(bytes, 0, bytes.length));
    transcript.value("payload", message.payloadLength);
    option.start(message);
    while (option.next()) {
      transcript.value("option", option.number);
      transcript.bytes("value", bytes, option.at, option.at + option.length);
    }
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
}
