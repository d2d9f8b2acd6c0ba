import { NorFlash } from "../../../../host-sim/flash";
import { FlashResult } from "hal/flash";

const PARTITION_BYTES = 4 * 4096;
const PAGE_BYTES = 256;

/** Moddable's `embedded:storage/flash` as on an ESP32: whole buffers, at an offset, split at pages by the platform. */
class Flash {
  readonly #nor = new NorFlash({ size: PARTITION_BYTES });

  read(into: Uint8Array, offset: number): number {
    succeed(this.#nor.read(offset, into, into.length));
    return into.length;
  }

  write(from: Uint8Array, offset: number): void {
    for (let done = 0; done < from.length;) {
      const count = Math.min(from.length - done, PAGE_BYTES - ((offset + done) % PAGE_BYTES));
      succeed(this.#nor.program(offset + done, from.slice(done, done + count), count));
      done += count;
    }
  }

  eraseBlock(block: number): void {
    succeed(this.#nor.erase(block * this.#nor.sectorBytes));
  }

  status(): { size: number; blockLength: number; blocks: number } {
    const { size, sectorBytes } = this.#nor;
    return { size, blockLength: sectorBytes, blocks: size / sectorBytes };
  }
}

function succeed(result: number): void {
  if (result !== FlashResult.ok) throw new Error("flash");
}

export default {
  open({ path, mode }: { path: string; mode: string }): Flash {
    if (path !== "intervals") throw new Error("can't find partition");
    if (mode !== "r+") throw new Error("read-only");
    return new Flash();
  },
};
