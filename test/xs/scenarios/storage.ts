import { AppendRing, RECORD_OVERHEAD_BYTES } from "firmware/storage/ring";
import { NorFlash } from "../../../host-sim/flash";
import { Random } from "../../../host-sim/random";
import { Transcript } from "../transcript";

const RECORD_BYTES = 64;
const FLASH_BYTES = 4 * 4096;
/** Three times around. */
const RECORDS = 3 * 4 * 63;

/** A ring that goes around, is mounted again now and then, and ends as these bytes of flash. */
export function run(): string {
  const transcript = new Transcript();
  const random = new Random(1, "storage");
  const flash = new NorFlash({ size: FLASH_BYTES });
  const payload = new Uint8Array(RECORD_BYTES - RECORD_OVERHEAD_BYTES);
  let ring = new AppendRing(flash, RECORD_BYTES);
  for (let i = 0; i < RECORDS; i++) {
    for (let k = 0; k < payload.length; k++) payload[k] = random.below(256);
    transcript.value("appended", ring.append(payload));
    if (random.chance(0.02)) {
      ring = new AppendRing(flash, RECORD_BYTES);
      transcript.value("mounted from", ring.first);
      transcript.value("to", ring.next);
    }
  }
  for (let sequence = ring.first; sequence < ring.next; sequence++) {
    transcript.value(`read ${sequence}`, ring.read(sequence, payload));
    transcript.bytes("payload", payload);
  }
  const page = new Uint8Array(flash.pageBytes);
  for (let address = 0; address < FLASH_BYTES; address += page.length) {
    flash.read(address, page, page.length);
    transcript.bytes(`flash at ${address}`, page);
  }
  return transcript.toString();
}
