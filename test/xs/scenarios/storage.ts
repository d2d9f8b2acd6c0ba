import { ObjectStore } from "firmware/storage/object-store";
import { RECORD_OVERHEAD_BYTES } from "firmware/storage/ring";
import { NorFlash } from "../../../host-sim/flash";
import { Random } from "../../../host-sim/random";
import { testRing } from "../../support/ring";
import { Transcript } from "../transcript";

const RECORD_BYTES = 64;
const FLASH_BYTES = 3 * 4096;
/** Once around, and a little further: all of it runs in one callback, which the emulator's watchdog ends after 8 s. */
const RECORDS = 3 * 63 + 20;

/** A ring that goes around, is mounted again now and then, and ends as these bytes of flash. */
export function run(): string {
  const transcript = new Transcript();
  const random = new Random(1, "storage");
  const flash = new NorFlash({ size: FLASH_BYTES });
  const payload = new Uint8Array(RECORD_BYTES - RECORD_OVERHEAD_BYTES);
  let ring = testRing(flash, RECORD_BYTES);
  for (let i = 0; i < RECORDS; i++) {
    for (let k = 0; k < payload.length; k++) payload[k] = random.below(256);
    if (random.chance(0.5)) ring.prepare();
    transcript.value("appended", ring.append(payload));
    if (random.chance(0.02)) {
      ring = testRing(flash, RECORD_BYTES);
      transcript.value("mounted from", ring.oldest);
      transcript.value("to", ring.end);
    }
  }
  runObjects(transcript, random);
  for (let position = ring.oldest; position < ring.end; position++) {
    transcript.value(`read ${position}`, ring.read(position, payload));
    transcript.bytes("payload", payload);
  }
  const page = new Uint8Array(flash.pageBytes);
  for (let address = 0; address < FLASH_BYTES; address += page.length) {
    flash.read(address, page, page.length);
    transcript.bytes(`flash at ${address}`, page);
  }
  return transcript.toString();
}

/** Objects of three kinds, until the sectors have turned. */
function runObjects(transcript: Transcript, random: Random): void {
  const store = new ObjectStore(testRing(new NorFlash({ size: 3 * 4096 }), 256), 3);
  const object = new Uint8Array(100);
  for (let i = 0; i < 50; i++) {
    object.fill(i);
    transcript.value("written", store.write(random.below(3), object, random.below(100)));
  }
  for (let kind = 0; kind < 3; kind++) {
    transcript.value("length", store.read(kind, object));
    transcript.bytes("object", object);
  }
}
