import Serial from "embedded:io/serial";
import SPI from "embedded:io/spi";

/** The platform drives one bus: all chips share its clock and data lines, those of the radio on the board. */
const bus = Object.freeze({ io: SPI, port: 2, clock: 5, in: 19, out: 27 });

/** Heltec WiFi LoRa 32 V2: an ESP32, an SX1276, and a display on 4, 15 and 16. */
const pins = Object.freeze(
  {
    SPI: {
      /** Wired to the board's headers. */
      metering: { ...bus, select: 22 },
      radio: { ...bus, select: 18 },
    },
    Digital: {
      radioReset: 14,
      radioDio0: 26,
      radioDio1: 35,
      /** High while the mains are there. */
      mains: 23,
    },
    Serial: {
      /** For the technician; UART 0 is the debugger's. */
      console: { io: Serial, port: 1, receive: 39, transmit: 33 },
    },
  },
  true,
);

export default pins;
