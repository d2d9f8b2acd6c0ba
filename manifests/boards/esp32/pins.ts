import I2C from "embedded:io/i2c";
import Serial from "embedded:io/serial";

/** An ESP32-WROOM module on a development board. */
const pins = Object.freeze(
  {
    I2C: {
      metering: { io: I2C, data: 21, clock: 22 },
    },
    Digital: {
      /** High while the mains are there. */
      mains: 27,
    },
    Serial: {
      /** UART 0 is the debugger's. */
      console: { io: Serial, port: 1, receive: 16, transmit: 17 },
    },
  },
  true,
);

export default pins;
