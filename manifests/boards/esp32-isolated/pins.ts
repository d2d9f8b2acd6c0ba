import Serial from "embedded:io/serial";

/** An ESP32-WROOM module on a development board, with the metering chip behind two optocouplers. */
const pins = Object.freeze(
  {
    Digital: {
      /** High while the mains are there. */
      mains: 27,
    },
    Serial: {
      /** UART 0 is the debugger's. */
      console: { io: Serial, port: 1, receive: 16, transmit: 17 },
      metering: { io: Serial, port: 2, receive: 25, transmit: 26 },
    },
  },
  true,
);

export default pins;
