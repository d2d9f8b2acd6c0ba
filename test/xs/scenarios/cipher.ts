import { NONCE_BYTES, TAG_BYTES } from "hal/cipher";
import { SoftwareCipher } from "hal/drivers/aes";
import { Random } from "../../../host-sim/random";
import { Transcript } from "../transcript";

const MESSAGES = 100;
const MOST_BYTES = 100;

/** Messages of many lengths under one key each, sealed, opened, and opened with a bit flipped. */
export function run(): string {
  const transcript = new Transcript();
  const cipher = new SoftwareCipher();
  const random = new Random(1, "cipher");
  const bytes = (length: number) => Uint8Array.from({ length }, () => random.below(256));
  for (let i = 0; i < MESSAGES; i++) {
    const ccm = cipher.aesCcm(bytes(16));
    const nonce = bytes(NONCE_BYTES);
    const aad = bytes(random.below(40));
    const end = random.below(MOST_BYTES);
    const data = bytes(end + TAG_BYTES);
    ccm.seal(nonce, aad, aad.length, data, 0, end);
    transcript.bytes("sealed", data);
    const flipped = data.slice();
    flipped[random.below(flipped.length)] ^= 1 << random.below(8);
    transcript.value("opens", ccm.open(nonce, aad, aad.length, data, 0, end));
    transcript.value("flipped opens", ccm.open(nonce, aad, aad.length, flipped, 0, end));
  }
  return transcript.toString();
}
