import { AppendRing } from "firmware/storage/ring";
import { SoftwareCipher } from "hal/drivers/aes";
import type { Flash } from "hal/flash";
import { SeededEntropy } from "../../host-sim/node";
import { Random } from "../../host-sim/random";
/** A ring with a key of its own on `flash`. */
export function testRing(
  flash: Flash,
  recordBytes: number,
  store = 1,
  supply?: { failing: boolean },
): AppendRing {
  const cipher = new SoftwareCipher().aesCcm(new Uint8Array(16).fill(0x5a));
  return new AppendRing({
    flash,
    cipher,
    entropy: new SeededEntropy(new Random(1, "ring")),
    store,
    supply,
    recordBytes,
  });
}
