import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIGEST_BYTES, Sha256 } from "firmware/codec/sha256";

function digest(...parts: Uint8Array[]): string {
  const into = new Uint8Array(DIGEST_BYTES);
  const sha = new Sha256();
  for (const part of parts) sha.add(part, 0, part.length);
  sha.finish(into, 0, DIGEST_BYTES);
  return Buffer.from(into).toString("hex");
}

const ascii = (text: string) => new TextEncoder().encode(text);

describe("SHA-256", () => {
  // The examples of one block, two blocks and a million bytes that FIPS 180-2 gives in B.1 to B.3.
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ])("has the digests of the standard's examples", (message, expected) => {
    expect(digest(ascii(message))).toBe(expected);
  });

  it("agrees with another implementation, whatever the parts", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), (parts) => {
        const hash = createHash("sha256");
        for (const part of parts) hash.update(part);
        expect(digest(...parts)).toBe(hash.digest("hex"));
      }),
    );
  });

  it("agrees at each length around the ends of blocks", () => {
    for (let length = 0; length <= 200; length++) {
      const message = Uint8Array.from({ length }, (_, i) => i * 7 + length);
      expect(digest(message)).toBe(createHash("sha256").update(message).digest("hex"));
    }
  });

  it("gives the first bytes where only those are wanted, at their place, and takes a part of a buffer", () => {
    const sha = new Sha256();
    const into = new Uint8Array(12);
    sha.add(ascii("xabcx"), 1, 4);
    sha.finish(into, 2, 8);
    expect(Buffer.from(into).toString("hex")).toBe("0000ba7816bf8f01cfea0000");
  });
});
