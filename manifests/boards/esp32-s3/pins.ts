import Serial from "embedded:io/serial";
import SPI from "embedded:io/spi";

/** An ESP32-S3-WROOM module on a development board. */
const pins = Object.freeze(
  {
    SPI: {
      metering: { io: SPI, port: 2, clock: 12, in: 13, out: 11, select: 10 },
    },
    Digital: {
      /** High while the mains are there. */
      mains: 4,
    },
    Serial: {
      /** UART 0 is the debugger's. */
      console: { io: Serial, port: 1, receive: 18, transmit: 17 },
    },
  },
  true,
);

export default pins;
