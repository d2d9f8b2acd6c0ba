import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KEY_BYTES, NONCE_BYTES, TAG_BYTES } from "hal/cipher";
import { NodeCipher } from "../../host-sim/cipher";
import { MarkingCipher } from "../../host-sim/marking-cipher";

const STORAGE_KEY = new Uint8Array(KEY_BYTES).fill(7);
const LINK_KEY = new Uint8Array(KEY_BYTES).fill(9);
const HEADER_BYTES = 5;

/** A record after a header that is authenticated with it. */
const record = fc.record({
  nonce: fc.uint8Array({ minLength: NONCE_BYTES, maxLength: NONCE_BYTES }),
  plain: fc.uint8Array({ minLength: HEADER_BYTES + 1, maxLength: 256 }),
  bit: fc.nat(),
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[(bit >> 3) % bytes.length] ^= 1 << (bit & 7);
  return copy;
}

describe("the cipher of a meter in a town", () => {
  it("opens records as they were sealed, and none with a bit or the key changed", () => {
    const ccm = new MarkingCipher(new NodeCipher(), STORAGE_KEY).aesCcm(STORAGE_KEY);
    const otherKey = flipped(STORAGE_KEY, 3);
    const other = new MarkingCipher(new NodeCipher(), otherKey).aesCcm(otherKey);
    fc.assert(
      fc.property(record, ({ nonce, plain, bit }) => {
        const end = plain.length;
        const sealed = new Uint8Array(end + TAG_BYTES);
        sealed.set(plain);
        const open = (by: typeof ccm, under: Uint8Array, bytes: Uint8Array): boolean =>
          by.open(under, bytes, HEADER_BYTES, bytes, HEADER_BYTES, end);
        ccm.seal(nonce, sealed, HEADER_BYTES, sealed, HEADER_BYTES, end);
        expect(open(ccm, nonce, flipped(sealed, bit))).toBe(false);
        expect(open(ccm, flipped(nonce, bit), sealed.slice())).toBe(false);
        expect(open(other, nonce, sealed.slice())).toBe(false);
        expect(open(ccm, nonce, sealed)).toBe(true);
        expect(sealed.subarray(0, end)).toEqual(plain);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("leaves what is sealed with other keys to AES", () => {
    const nonce = new Uint8Array(NONCE_BYTES);
    const frame = new Uint8Array(20 + TAG_BYTES);
    const expected = frame.slice();
    new MarkingCipher(new NodeCipher(), STORAGE_KEY).aesCcm(LINK_KEY).seal(nonce, frame, 4, frame, 4, 20);
    new NodeCipher().aesCcm(LINK_KEY).seal(nonce, expected, 4, expected, 4, 20);
    expect(frame).toEqual(expected);
  });
});
