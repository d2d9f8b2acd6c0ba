import { afterAll, beforeAll } from "vitest";
import { Writer } from "firmware/codec/cursor";
import type { AesCcm, Cipher } from "hal/cipher";
import { buildImage } from "../../emulator/image";
import { EmulatedMachine } from "../../emulator/machine";
import { cipherContract } from "../hal/cipher.contract";
import { describeEmulated } from "./suite";

const PROGRAM = "./test/emulator/programs/cipher";

describeEmulated("the cipher of the emulated microcontroller", () => {
  let machine: EmulatedMachine;

  beforeAll(async () => {
    machine = new EmulatedMachine(await buildImage("cipher", `export { start } from "${PROGRAM}";`));
  }, 120_000);
  afterAll(() => machine.close());

  /** Passes a call on, and takes what it left in `data`. */
  const crypt = (
    isSeal: boolean,
    key: Uint8Array,
    ...[nonce, aad, aadLength, data, start, end]: Parameters<AesCcm["seal"]>
  ): boolean => {
    const w = new Writer(new Uint8Array(64 + aadLength + data.length));
    w.u8(isSeal ? 1 : 0);
    w.copy(key, 0, key.length);
    w.copy(nonce, 0, nonce.length);
    w.u16(aadLength);
    w.copy(aad, 0, aadLength);
    w.u16(start);
    w.u16(end);
    w.copy(data, 0, data.length);
    const { bytes } = machine.deliver(w.bytes.slice(0, w.at));
    data.set(bytes.subarray(1));
    return bytes[0] !== 0;
  };
  const cipher: Cipher = {
    aesCcm: (given) => {
      const key = given.slice();
      return {
        seal: (...call) => void crypt(true, key, ...call),
        open: (...call) => crypt(false, key, ...call),
      };
    },
  };
  cipherContract("AES in C", () => cipher);
});
