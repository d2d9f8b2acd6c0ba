import { Writer } from "firmware/codec/cursor";
import type { ServedHal } from "../hal/client";

const PERIOD_MS = 1000;
const CHANNEL = 7;

/** Calls every function of the HAL: a chip each second, what is heard sent back, what is typed written back. */
export function start(hal: ServedHal): void {
  const { clock, spi, radio, flash, watchdog, serial, entropy, identity } = hal;
  const bytes = new Uint8Array(flash.pageBytes);
  let page = 0;

  clock.onAlarm = () => {
    for (let i = 0; i < 4; i++) bytes[i] = i;
    spi.transfer(bytes);
    entropy.fill(bytes);
    watchdog.feed();
    flash.program(page, bytes, flash.pageBytes);
    flash.read(page, bytes, flash.pageBytes);
    page += flash.pageBytes;
    if (page === flash.sectorBytes) {
      page = 0;
      flash.erase(page);
    }
    clock.setAlarm(clock.now_ms() + PERIOD_MS);
  };
  radio.onReceive = (frame, length) => {
    if (radio.channelClear(CHANNEL)) radio.transmit(frame, length, CHANNEL);
  };
  radio.onSent = () => void serial.write(identity.eui64, 8);
  serial.onReadable = () => void serial.write(bytes, serial.read(bytes));
  serial.onWritable = () => {
    new Writer(bytes).ascii(identity.model);
    serial.write(bytes, identity.model.length);
  };

  radio.listen(CHANNEL);
  clock.setAlarm(PERIOD_MS);
}
