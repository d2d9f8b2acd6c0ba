import Serial from "embedded:io/serial";

/** A Raspberry Pi Pico (RP2040) with an ATM90E32AS and an SX1262 module, each on an SPI of its own. */
const pins = Object.freeze(
  {
    SPI: {
      metering: { port: 0, clock: 18, in: 16, out: 19, select: 17 },
      radio: { port: 1, clock: 10, in: 12, out: 11, select: 13 },
    },
    Digital: {
      radioReset: 15,
      radioBusy: 2,
      radioDio1: 20,
      /** High while the mains are there. */
      mains: 21,
    },
    Serial: {
      /** The debugger takes USB. */
      console: { io: Serial, port: 1, receive: 5, transmit: 4 },
    },
  },
  true,
);

export default pins;
