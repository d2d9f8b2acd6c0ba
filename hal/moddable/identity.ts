import type { Identity } from "hal/identity";
import { macAddress } from "hal/moddable/mac-address";

const DIGITS = "0123456789ABCDEF";

/** The EUI-64 made of the EUI-48 in the chip's fuses, and the serial number that is printed of it. */
export class FuseIdentity implements Identity {
  readonly eui64 = new Uint8Array(8);
  readonly serial: string;

  constructor(readonly model: string) {
    const mac = new Uint8Array(macAddress());
    let serial = "";
    for (let i = 0; i < 6; i++) {
      this.eui64[i < 3 ? i : i + 2] = mac[i]!;
      serial += DIGITS.charAt(mac[i]! >> 4) + DIGITS.charAt(mac[i]! & 15);
    }
    this.eui64[3] = 0xff;
    this.eui64[4] = 0xfe;
    this.serial = serial;
  }
}
