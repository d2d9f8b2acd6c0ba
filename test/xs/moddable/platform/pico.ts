import { NorFlash } from "../../../../host-sim/flash";

const FLASH_BYTES = 2 * 1024 * 1024;

let flash = new NorFlash({ size: FLASH_BYTES });
let selected: number | undefined;

/** What each chip was sent each time that it was selected, by its select pin. */
export const frames: number[][][] = [];

/** Another chip, erased. */
export function renewFlash(): void {
  flash = new NorFlash({ size: FLASH_BYTES });
}

const functions = {
  xs_mac_address: () => Uint8Array.of(0xe6, 0x61, 0xa4, 0xd1, 0x27, 0x3b, 0x5c, 0x2f).buffer,
  xs_pico_flash_read: (address: number, into: Uint8Array, length: number) =>
    void flash.read(address, into, length),
  xs_pico_flash_program: (address: number, from: Uint8Array, length: number) =>
    void flash.program(address, from, length),
  xs_pico_flash_erase: (address: number) => void flash.erase(address),
  xs_pico_spi_open: (port: number, clock: number, input: number, output: number, select: number) => {
    if (![port, clock, input, output, select].every(Number.isInteger)) throw new TypeError();
    frames[select] = [];
    selected = select;
  },
  /** The chip answers each byte inverted. */
  xs_pico_spi_transfer: (_port: number, select: number, buffer: Uint8Array) => {
    if (select !== selected) throw new Error("another chip");
    frames[select].push(Array.from(buffer));
    for (let i = 0; i < buffer.length; i++) buffer[i] = ~buffer[i];
  },
};

Object.assign(globalThis, { native: (name: keyof typeof functions) => functions[name] });
