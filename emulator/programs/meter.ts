import type { Spi } from "hal/spi";
import { Call } from "../../test/xs/hal/calls";
import { ServedHal } from "../../test/xs/hal/client";
import { start as startMeter } from "../../test/xs/programs/meter";

/** Passes a message to the host and answers what it says. */
export type Exchange = (message: ArrayBuffer) => ArrayBuffer;
/** Passes `count` bytes of a buffer to the host as the HAL call `call`, and puts the answer in their place. */
export type Transfer = (call: number, buffer: ArrayBufferLike, offset: number, count: number) => void;

/** A HAL at the other end of the link; its bus is native, as on a device. */
export function linkedHal(exchange: Exchange, transfer: Transfer): ServedHal {
  const hal = new ServedHal((message) => new Uint8Array(exchange(message.buffer as ArrayBuffer)));
  const spi: Spi = {
    transfer: ({ buffer, byteOffset, length }) => transfer(Call.transfer, buffer, byteOffset, length),
  };
  return Object.assign(hal, { spi });
}

/** A whole meter. Answers what takes the HAL's callbacks. */
export function start(exchange: Exchange, transfer: Transfer): (callback: ArrayBuffer) => void {
  const hal = linkedHal(exchange, transfer);
  startMeter(hal);
  return (callback) => hal.deliver(new Uint8Array(callback));
}
