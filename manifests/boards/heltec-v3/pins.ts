import Serial from "embedded:io/serial";
import SPI from "embedded:io/spi";

/**
 * Heltec WiFi LoRa 32 V3: an ESP32-S3 and an SX1262, and a display on 17, 18 and 21. The platform drives one bus, the
 * radio's is not on the headers, and so there is no place for a metering chip.
 */
const pins = Object.freeze(
  {
    SPI: {
      radio: { io: SPI, port: 2, clock: 9, in: 11, out: 10, select: 8 },
    },
    Digital: {
      radioReset: 12,
      radioBusy: 13,
      radioDio1: 14,
    },
    Serial: {
      /** For the technician; UART 0 is the debugger's. */
      console: { io: Serial, port: 1, receive: 48, transmit: 47 },
    },
  },
  true,
);

export default pins;
