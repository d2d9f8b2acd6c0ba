import Serial from "embedded:io/serial";
import SPI from "embedded:io/spi";

/** Heltec WiFi LoRa 32 V2. Its own radio is on pins 5, 14, 18, 19, 26 and 27, its display on 4, 15 and 16. */
const device = Object.freeze(
  {
    SPI: {
      /** The metering chip, wired to the board's headers. */
      metering: { io: SPI, port: 2, clock: 17, in: 36, out: 23, select: 22 },
    },
    Serial: {
      /** For the technician; UART 0 is the debugger's. */
      console: { io: Serial, port: 1, receive: 39, transmit: 33 },
    },
  },
  true,
);

export default device;
