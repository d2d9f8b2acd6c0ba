import Serial from "embedded:io/serial";
import SPI from "embedded:io/spi";

/** An ESP32-WROOM module on a development board. */
const pins = Object.freeze(
  {
    SPI: {
      metering: { io: SPI, port: 2, clock: 18, in: 19, out: 23, select: 5 },
    },
    Serial: {
      /** UART 0 is the debugger's. */
      console: { io: Serial, port: 1, receive: 16, transmit: 17 },
    },
  },
  true,
);

export default pins;
