export const DIGEST_BYTES = 32;
const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;
const ROUNDS = 64;

/** The initial hash value (FIPS 180-4, 5.3.3). */
const INITIAL = Object.freeze([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** The constants K (FIPS 180-4, 4.2.2). */
const CONSTANTS = Object.freeze([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

/** SHA-256 (FIPS 180-4, 6.2) of one message: {@link add} as often as needed, then {@link finish}. */
export class Sha256 {
  readonly #state = Int32Array.from(INITIAL);
  readonly #schedule = new Int32Array(ROUNDS);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #length = 0;

  /** Adds `bytes[start, end)` to the message, which is shorter than 2^29 bytes. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const block = this.#block;
    let at = this.#length % BLOCK_BYTES;
    this.#length += end - start;
    for (let i = start; i < end; i++) {
      block[at++] = bytes[i];
      if (at < BLOCK_BYTES) continue;
      this.compress();
      at = 0;
    }
  }

  /** Ends the message and writes the first `count` bytes of its digest, a multiple of 4, into `into` at `offset`. */
  finish(into: Uint8Array, offset: number, count: number): void {
    const block = this.#block;
    let at = this.#length % BLOCK_BYTES;
    block[at++] = 0x80;
    if (at > BLOCK_BYTES - LENGTH_BYTES) {
      block.fill(0, at);
      this.compress();
      at = 0;
    }
    block.fill(0, at);
    writeWord(block, BLOCK_BYTES - 4, this.#length << 3);
    this.compress();
    for (let i = 0; i < count; i += 4) writeWord(into, offset + i, this.#state[i >> 2]);
  }

  private compress(): void {
    const state = this.#state;
    const w = this.#schedule;
    const block = this.#block;
    for (let t = 0, at = 0; t < 16; t++, at += 4)
      w[t] = (block[at] << 24) | (block[at + 1] << 16) | (block[at + 2] << 8) | block[at + 3];
    for (let t = 16; t < ROUNDS; t++) {
      const x = w[t - 2];
      const y = w[t - 15];
      const sigma1 = ((x >>> 17) | (x << 15)) ^ ((x >>> 19) | (x << 13)) ^ (x >>> 10);
      const sigma0 = ((y >>> 7) | (y << 25)) ^ ((y >>> 18) | (y << 14)) ^ (y >>> 3);
      w[t] = sigma1 + w[t - 7] + sigma0 + w[t - 16];
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let t = 0; t < ROUNDS; t++) {
      const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const choice = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const t1 = (h + sum1 + choice + CONSTANTS[t] + w[t]) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + sum0 + majority) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
