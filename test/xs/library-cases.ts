/** By bundle of `npm run build`: an expression over its exports that yields an ArrayBuffer, and what is right, in hex. */
export const libraryCases: Record<string, [expression: string, hex: string][]> = {
  tweetnacl: [
    // SHA-512 of "abc", FIPS 180-2, appendix C.1.
    [
      "library.default.hash(Uint8Array.of(0x61, 0x62, 0x63)).buffer",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ],
    // RFC 8032, 7.1, test 1: the signature of an empty message, with a secret key and its public key.
    [
      `library.default.sign.detached(new Uint8Array(0), ${bytes(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60" +
          "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      )}).buffer`,
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b" +
        "d25bf5f0595bbe24655141438e7a100b",
    ],
    // RFC 7748, 5.2: the first iteration.
    [
      "((nine) => library.default.scalarMult(nine, nine))(new Uint8Array(32).fill(9, 0, 1)).buffer",
      "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
    ],
    // What was boxed comes out again.
    [
      `((peer, own, nonce) => library.default.box.open(
        library.default.box(Uint8Array.of(1, 2, 3), nonce, peer, own), nonce, peer, own
      ))(new Uint8Array(32).fill(9, 0, 1), new Uint8Array(32).fill(7), new Uint8Array(24)).slice().buffer`,
      "010203",
    ],
    ["Uint8Array.of(library.default.randomBytes(3).length).buffer", "03"],
  ],
  // RFC 8949, appendix A.
  "cbor-x": [["new Uint8Array(library.default.encode([1, [2, 3], [4, 5]])).buffer", "8301820203820405"]],
  // The check values of the CRC catalogue, over the digits 1 to 9.
  "crc/calculators/crc16": [check("0000bb3d")],
  "crc/calculators/crc16ccitt": [check("000029b1")],
  "crc/calculators/crc16kermit": [check("00002189")],
  "crc/calculators/crc16modbus": [check("00004b37")],
  "crc/calculators/crc16xmodem": [check("000031c3")],
  "crc/calculators/crc32": [check("cbf43926")],
};

function check(hex: string): [expression: string, hex: string] {
  const crc = "library.default(Uint8Array.of(49, 50, 51, 52, 53, 54, 55, 56, 57))";
  return [`Uint8Array.of(24, 16, 8, 0).map((shift) => ${crc} >>> shift).buffer`, hex];
}

function bytes(hex: string): string {
  return `Uint8Array.of(${Array.from(Buffer.from(hex, "hex")).join()})`;
}
