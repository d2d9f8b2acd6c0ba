import type { AesCcm, Cipher } from "hal/cipher";
import { Ccm, type BlockCipher } from "hal/drivers/aes-ccm";
import type { Flash } from "hal/flash";
import type { RetainedMemory } from "hal/retained-memory";
import type { SerialPort } from "hal/serial-port";
import type { Spi } from "hal/spi";
import { Call } from "../../test/xs/hal/calls";
import { ServedHal } from "../../test/xs/hal/client";
import { start as startMeter } from "../../test/xs/programs/meter";

/** Passes a message to the host and answers what it says. */
type Exchange = (message: ArrayBuffer) => ArrayBuffer;
/** Passes `count` bytes of a buffer to the host as the HAL call `call`, and puts the answer in their place. */
type Transfer = (call: number, buffer: ArrayBufferLike, offset: number, count: number) => void;
/** Reads or writes `count` bytes of a memory that the host has, and answers the result of the HAL call `call`. */
type Access = (
  call: number,
  address: number,
  buffer: ArrayBufferLike,
  offset: number,
  count: number,
) => number;

/** Moves up to `count` bytes through the serial port, and answers how many. */
type Serial = (buffer: ArrayBufferLike, offset: number, count: number) => number;

/** Answers the round keys of an AES key. */
type ExpandKey = (key: ArrayBuffer) => ArrayBuffer;
/** Encrypts a block in place. */
type Encrypt = (roundKeys: ArrayBuffer, block: ArrayBuffer) => void;

/** What the machine gives a program. */
export type Native = [
  exchange: Exchange,
  transfer: Transfer,
  read: Access,
  write: Access,
  serialRead: Serial,
  serialWrite: Serial,
  expandKey: ExpandKey,
  encrypt: Encrypt,
  resetReason: number,
];

/** AES in C and the mode around it in JavaScript, as on a device. */
export class NativeCipher implements Cipher {
  constructor(
    private readonly expandKey: ExpandKey,
    private readonly encrypt: Encrypt,
  ) {}

  aesCcm(key: Uint8Array): AesCcm {
    return new Ccm(new NativeAes(this.expandKey(key.slice().buffer), this.encrypt));
  }
}

class NativeAes implements BlockCipher {
  constructor(
    private readonly roundKeys: ArrayBuffer,
    private readonly native: Encrypt,
  ) {}

  encrypt(block: Uint8Array): void {
    this.native(this.roundKeys, block.buffer as ArrayBuffer);
  }
}

/**
 * A HAL at the other end of the link; its bus, its memories, its serial port and its cipher are native, as on a
 * device, and so is why it started.
 */
export function linkedHal(...native: Native): ServedHal {
  const [exchange, transfer, read, write, serialRead, serialWrite, expandKey, encrypt, reason] = native;
  const hal = new ServedHal(
    (message) => new Uint8Array(exchange(message.buffer as ArrayBuffer)),
    new NativeCipher(expandKey, encrypt),
  );
  const spi: Spi = {
    transfer: ({ buffer, byteOffset, length }) => transfer(Call.transfer, buffer, byteOffset, length),
  };
  const { size, sectorBytes, pageBytes } = hal.flash;
  const nothing = new ArrayBuffer(0);
  const flash: Flash = {
    size,
    sectorBytes,
    pageBytes,
    read: (address, into, length) => read(Call.flashRead, address, into.buffer, into.byteOffset, length),
    program: (address, from, length) =>
      write(Call.flashProgram, address, from.buffer, from.byteOffset, length),
    erase: (address) => write(Call.flashErase, address, nothing, 0, 0),
  };
  const retained: RetainedMemory = {
    size: hal.retained.size,
    read: (address, into, length) =>
      read(Call.retainedRead, address, into.buffer, into.byteOffset, length) !== 0,
    write: (address, from, length) =>
      write(Call.retainedWrite, address, from.buffer, from.byteOffset, length) !== 0,
  };
  const serial: SerialPort = {
    onReadable: () => {},
    onWritable: () => {},
    read: (into) => serialRead(into.buffer, into.byteOffset, into.length),
    write: (bytes, length) => serialWrite(bytes.buffer, bytes.byteOffset, length),
  };
  return Object.assign(hal, { spi, flash, retained, serial, reset: { reason } });
}

/** A whole meter. Answers what takes the HAL's callbacks. */
export function start(...native: Native): (callback: ArrayBuffer) => void {
  const hal = linkedHal(...native);
  startMeter(hal);
  return (callback) => hal.deliver(new Uint8Array(callback));
}
