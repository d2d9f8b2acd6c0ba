import { createCipheriv } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NodeCipher } from "../../host-sim/cipher";
import { TAG_BYTES, type Cipher } from "hal/cipher";
import { Aes, AesTables, SoftwareCipher } from "hal/drivers/aes";
import { describeWithShared } from "../support/tools";
import { cipherContract } from "./cipher.contract";
import { unhex } from "../support/hex";

const ciphers: [name: string, make: () => Cipher][] = [
  ["node:crypto", () => new NodeCipher()],
  ["AES in JavaScript", () => new SoftwareCipher()],
];
for (const [name, make] of ciphers) cipherContract(name, make);

describe("a block of AES-128", () => {
  // FIPS 197, appendix B, and appendix C.1.
  it.each([
    [
      "2b7e151628aed2a6abf7158809cf4f3c",
      "3243f6a8885a308d313198a2e0370734",
      "3925841d02dc09fbdc118597196a0b32",
    ],
    [
      "000102030405060708090a0b0c0d0e0f",
      "00112233445566778899aabbccddeeff",
      "69c4e0d86a7b0430d8cdb78070b4c55a",
    ],
  ])("with key %s of FIPS 197", (key, plain, encrypted) => {
    const block = unhex(plain);
    new Aes(unhex(key), new AesTables()).encrypt(block);
    expect(Buffer.from(block).toString("hex")).toBe(encrypted);
  });

  it("is that of node:crypto", () => {
    const tables = new AesTables();
    fc.assert(
      fc.property(fixed(16), fixed(16), (key, plain) => {
        const block = plain.slice();
        new Aes(key, tables).encrypt(block);
        const oracle = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
        expect(Buffer.from(block)).toEqual(oracle.update(plain));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe.each(ciphers)("%s", (_name, make) => {
  it("seals as node:crypto's own AES-CCM does", () => {
    const cipher = make();
    const upTo = (maxLength: number) => fc.uint8Array({ maxLength });
    fc.assert(
      fc.property(fixed(16), fixed(13), upTo(80), upTo(300), (key, nonce, aad, plain) => {
        const data = new Uint8Array(plain.length + TAG_BYTES);
        data.set(plain);
        const ccm = cipher.aesCcm(key);
        ccm.seal(nonce, aad, aad.length, data, 0, plain.length);
        expect(Buffer.from(data)).toEqual(oracle(key, nonce, aad, plain));
        expect(ccm.open(nonce, aad, aad.length, data, 0, plain.length)).toBe(true);
        expect(data.slice(0, plain.length)).toEqual(plain);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe.each(ciphers)("%s", (_name, make) => {
  it("counts in two bytes the blocks of a long message, and long additional data", () => {
    const [key, nonce, aad, plain] = [16, 13, 700, 5000].map((length) =>
      Uint8Array.from({ length }, (_, i) => i * 31),
    );
    const data = new Uint8Array(plain.length + TAG_BYTES);
    data.set(plain);
    make().aesCcm(key).seal(nonce, aad, aad.length, data, 0, plain.length);
    expect(Buffer.from(data)).toEqual(oracle(key, nonce, aad, plain));
  });
});

interface Group {
  keySize: number;
  ivSize: number;
  tests: { tcId: number; key: string; iv: string; aad: string; msg: string; ct: string; result: string }[];
}

// Its tags for nonces of 13 bytes have 16 bytes: ours, of 8, differ from their first half (RFC 3610, 2.2: B0 counts
// the tag's bytes), the encrypted message does not.
describeWithShared("vectors/wycheproof/aes_ccm_test.json", "Wycheproof's AES-CCM", (file) => {
  const { testGroups } = JSON.parse(readFileSync(file, "utf8")) as { testGroups: Group[] };
  const tests = testGroups
    .filter(({ keySize, ivSize }) => keySize === 128 && ivSize === 104)
    .flatMap((group) => group.tests.filter(({ result }) => result === "valid"));

  it.each(ciphers)("%s encrypts messages under nonces of 13 bytes to the same", (_name, make) => {
    expect(tests).not.toEqual([]);
    for (const { tcId, key, iv, aad, msg, ct } of tests) {
      const end = msg.length / 2;
      const data = new Uint8Array(end + TAG_BYTES);
      data.set(unhex(msg));
      make()
        .aesCcm(unhex(key))
        .seal(unhex(iv), unhex(aad), aad.length / 2, data, 0, end);
      expect(Buffer.from(data.slice(0, end)).toString("hex"), `test ${tcId}`).toBe(ct);
    }
  });
});

function oracle(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-128-ccm", key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad, { plaintextLength: plain.length });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function fixed(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}
