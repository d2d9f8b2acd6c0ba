import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TAG_BYTES } from "hal/cipher";
import { NodeCipher } from "../../host-sim/cipher";

const KEY = new Uint8Array(16).fill(7);

/** A message with 20 bytes of header before it, as frames have it. */
function frame(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: 20 + length + TAG_BYTES }, (_, i) => (i * 31) ^ seed);
}

describe("a cipher whose key several nodes hold", () => {
  it("seals and opens to the same bytes as one of a single node, whatever was sealed before", () => {
    const shared = new NodeCipher();
    const nodes = [shared.aesCcm(KEY), shared.aesCcm(KEY)];
    const alone = new NodeCipher().aesCcm(KEY);
    const message = fc.record({
      node: fc.nat(1),
      counter: fc.nat(3),
      length: fc.nat(40),
      flipped: fc.option(fc.nat(20 * 8 - 1)),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
        for (const [index, { node, counter, length, flipped }] of messages.entries()) {
          const nonce = new Uint8Array(13).fill(counter);
          const sealed = frame(length, index);
          const expected = sealed.slice();
          nodes[node].seal(nonce, sealed, 20, sealed, 20, 20 + length);
          alone.seal(nonce, expected, 20, expected, 20, 20 + length);
          expect(sealed).toEqual(expected);
          if (flipped !== null) sealed[flipped >> 3] ^= 1 << (flipped & 7);
          const wanted = sealed.slice();
          const isOpened = nodes[1 - node].open(nonce, sealed, 20, sealed, 20, 20 + length);
          expect(isOpened).toBe(alone.open(nonce, wanted, 20, wanted, 20, 20 + length));
          expect(isOpened).toBe(flipped === null);
          if (isOpened) expect(sealed).toEqual(wanted);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("still opens a message when it has sealed many since", () => {
    const shared = new NodeCipher();
    const [one, other] = [shared.aesCcm(KEY), shared.aesCcm(KEY)];
    const nonce = new Uint8Array(13);
    const first = frame(30, 1);
    one.seal(nonce, first, 20, first, 20, 50);
    for (let counter = 1; counter < 2000; counter++) {
      const later = frame(30, counter);
      one.seal(
        Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, counter >> 8, counter, 0),
        later,
        20,
        later,
        20,
        50,
      );
    }
    expect(other.open(nonce, first, 20, first, 20, 50)).toBe(true);
    expect(first.slice(0, 50)).toEqual(frame(30, 1).slice(0, 50));
  });
});
