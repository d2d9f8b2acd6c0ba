import { describe, expect, it } from "vitest";
import { KEY_BYTES, NONCE_BYTES, TAG_BYTES, type Cipher } from "hal/cipher";

/** RFC 3610, section 8: those packet vectors whose tag has 8 bytes, as key, nonce, header, payload and sealed payload. */
const KEY_1 = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf";
const KEY_13 = "d7828d13b2b0bdc325a76236df93cc6b";
const vectors: Record<number, [key: string, nonce: string, header: string, payload: string, sealed: string]> =
  {
    1: [
      KEY_1,
      "00000003020100a0a1a2a3a4a5",
      "0001020304050607",
      "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
      "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0",
    ],
    2: [
      KEY_1,
      "00000004030201a0a1a2a3a4a5",
      "0001020304050607",
      "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      "72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916",
    ],
    3: [
      KEY_1,
      "00000005040302a0a1a2a3a4a5",
      "0001020304050607",
      "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
      "51b1e5f44a197d1da46b0f8e2d282ae871e838bb64da8596574adaa76fbd9fb0c5",
    ],
    4: [
      KEY_1,
      "00000006050403a0a1a2a3a4a5",
      "000102030405060708090a0b",
      "0c0d0e0f101112131415161718191a1b1c1d1e",
      "a28c6865939a9a79faaa5c4c2a9d4a91cdac8c96c861b9c9e61ef1",
    ],
    5: [
      KEY_1,
      "00000007060504a0a1a2a3a4a5",
      "000102030405060708090a0b",
      "0c0d0e0f101112131415161718191a1b1c1d1e1f",
      "dcf1fb7b5d9e23fb9d4e131253658ad86ebdca3e51e83f077d9c2d93",
    ],
    6: [
      KEY_1,
      "00000008070605a0a1a2a3a4a5",
      "000102030405060708090a0b",
      "0c0d0e0f101112131415161718191a1b1c1d1e1f20",
      "6fc1b011f006568b5171a42d953d469b2570a4bd87405a0443ac91cb94",
    ],
    13: [
      KEY_13,
      "00412b4ea9cdbe3c9696766cfa",
      "0be1a88bace018b1",
      "08e8cf97d820ea258460e96ad9cf5289054d895ceac47c",
      "4cb97f86a2a4689a877947ab8091ef5386a6ffbdd080f8e78cf7cb0cddd7b3",
    ],
    14: [
      KEY_13,
      "0033568ef7b2633c9696766cfa",
      "63018f76dc8a1bcb",
      "9020ea6f91bdd85afa0039ba4baff9bfb79c7028949cd0ec",
      "4ccb1e7ca981befaa0726c55d378061298c85c92814abc33c52ee81d7d77c08a",
    ],
    15: [
      KEY_13,
      "00103fe41336713c9696766cfa",
      "aa6cfa36cae86b40",
      "b916e0eacc1c00d7dcec68ec0b3bbb1a02de8a2d1aa346132e",
      "b1d23a2220ddc0ac900d9aa03c61fcf4a559a4417767089708a776796edb723506",
    ],
    16: [
      KEY_13,
      "00764c63b8058e3c9696766cfa",
      "d0d0735c531e1becf049c244",
      "12daac5630efa5396f770ce1a66b21f7b2101c",
      "14d253c3967b70609b7cbb7c499160283245269a6f49975bcadeaf",
    ],
    17: [
      KEY_13,
      "00f8b678094e3b3c9696766cfa",
      "77b60f011c03e1525899bcae",
      "e88b6a46c78d63e52eb8c546efb5de6f75e9cc0d",
      "5545ff1a085ee2efbf52b2e04bee1e2336c73e3f762c0c7744fe7e3c",
    ],
    18: [
      KEY_13,
      "00d560912d3f703c9696766cfa",
      "cd9044d2b71fdb8120ea60c0",
      "6435acbafb11a82e2f071d7ca4a5ebd93a803ba87f",
      "009769ecabdf48625594c59251e6035722675e04c847099e5ae0704551",
    ],
  };

/** The contract of hal/cipher.ts. */
export function cipherContract(name: string, make: () => Cipher): void {
  describe(`${name} as a Cipher`, () => {
    for (const [number, [key, nonce, header, payload, sealed]] of Object.entries(vectors))
      it(`seals and opens packet vector ${number} of RFC 3610`, () => {
        const ccm = make().aesCcm(unhex(key));
        const aad = unhex(header);
        const end = payload.length / 2;
        const data = new Uint8Array(end + TAG_BYTES);
        data.set(unhex(payload));
        ccm.seal(unhex(nonce), aad, aad.length, data, 0, end);
        expect(hex(data)).toBe(sealed);
        expect(ccm.open(unhex(nonce), aad, aad.length, data, 0, end)).toBe(true);
        expect(hex(data.slice(0, end))).toBe(payload);
      });

    it("opens nothing in which a bit was flipped", () => {
      const ccm = make().aesCcm(pattern(KEY_BYTES, 1));
      const nonce = pattern(NONCE_BYTES, 2);
      const aad = pattern(19, 3);
      const sealed = pattern(21 + TAG_BYTES, 4);
      ccm.seal(nonce, aad, aad.length, sealed, 0, 21);
      const work = sealed.slice();
      for (const bytes of [nonce, aad, work])
        for (let bit = 0; bit < 8 * bytes.length; bit++) {
          work.set(sealed);
          bytes[bit >> 3] ^= 1 << (bit & 7);
          expect(ccm.open(nonce, aad, aad.length, work, 0, 21)).toBe(false);
          if (bytes !== work) bytes[bit >> 3] ^= 1 << (bit & 7);
        }
      work.set(sealed);
      expect(ccm.open(nonce, aad, aad.length - 1, work, 0, 21)).toBe(false);
      work.set(sealed);
      expect(ccm.open(nonce, aad, aad.length, work, 0, 21)).toBe(true);
      expect(ccm.open(nonce, aad, aad.length, work, 0, 20)).toBe(false);
    });

    it("touches nothing beside the message and its tag, whatever its length", () => {
      const ccm = make().aesCcm(pattern(KEY_BYTES, 5));
      const nonce = pattern(NONCE_BYTES, 6);
      // A counter of more than 8 bits from 4096 bytes on.
      for (const length of [0, 1, 15, 16, 17, 250, 4100]) {
        const plain = pattern(3 + length + TAG_BYTES + 2, 7);
        const data = plain.slice();
        ccm.seal(nonce, nonce, 0, data, 3, 3 + length);
        expect(data.slice(0, 3)).toEqual(plain.slice(0, 3));
        expect(data.slice(3 + length + TAG_BYTES)).toEqual(plain.slice(3 + length + TAG_BYTES));
        expect(ccm.open(nonce, nonce, 0, data, 3, 3 + length)).toBe(true);
        expect(data.slice(0, 3 + length)).toEqual(plain.slice(0, 3 + length));
      }
    });

    it("authenticates a header that stands before the message, as one that stands elsewhere", () => {
      const ccm = make().aesCcm(pattern(KEY_BYTES, 8));
      const nonce = pattern(NONCE_BYTES, 9);
      for (const headerBytes of [1, 14, 15, 30, 31, 127]) {
        const frame = pattern(headerBytes + 40 + TAG_BYTES, 10);
        const apart = frame.slice(headerBytes);
        ccm.seal(nonce, frame.slice(), headerBytes, apart, 0, 40);
        ccm.seal(nonce, frame, headerBytes, frame, headerBytes, headerBytes + 40);
        expect(frame.slice(headerBytes)).toEqual(apart);
        expect(ccm.open(nonce, frame, headerBytes, frame, headerBytes, headerBytes + 40)).toBe(true);
      }
    });

    it("keeps keys apart, and copies them", () => {
      const cipher = make();
      const key = pattern(KEY_BYTES, 11);
      const one = cipher.aesCcm(key);
      const same = cipher.aesCcm(key);
      key[0] ^= 1;
      const other = cipher.aesCcm(key);
      key.fill(0);
      const nonce = pattern(NONCE_BYTES, 12);
      const seal = (ccm: typeof one): string => {
        const data = new Uint8Array(30 + TAG_BYTES);
        ccm.seal(nonce, nonce, NONCE_BYTES, data, 0, 30);
        return hex(data);
      };
      const first = seal(one);
      expect(seal(other) === first).toBe(false);
      expect(seal(same)).toBe(first);
      expect(seal(one)).toBe(first);
    });
  });
}

/** Bytes of no pattern that a cipher could know; another `seed` makes others. */
function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 167 + seed * 59) ^ (i >> 3));
}

function unhex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
