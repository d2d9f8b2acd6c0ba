import { SETTLING_MS } from "hal/channel-plan";

/** How long a node's radio and its software take for what a medium does at once. */
export interface RadioTiming {
  /** From the order to send to the first bit. */
  readonly turnaround_us: number;
  /** From one channel, or from sending, to reception. */
  readonly hop_us: number;
  /** From a frame's last bit to the software that it starts; and what more that may take, drawn for each frame. */
  readonly latency_us: number;
  readonly jitter_us: number;
  /** From the last bit sent to the software that is told. */
  readonly sent_us: number;
  /** For a look at a channel just turned to. */
  readonly settling_us: number;
}

/** The textbook's: a turnaround of 12 symbols (IEEE 802.15.4-2015, table 8-93), and nothing else takes time. */
export const IDEAL: RadioTiming = Object.freeze({
  turnaround_us: 120,
  hop_us: 0,
  latency_us: 0,
  jitter_us: 0,
  sent_us: 0,
  settling_us: 0,
});

/**
 * An SX1262 on a microcontroller at 240 MHz: a switch of direction or channel with its SPI transfers; the interrupt, the
 * transfer of the frame and 700,000 instructions of JavaScript (docs/device-budget.json, frameReceived), with what the
 * garbage collector and other tasks may hold that up.
 */
export const DEVICE: RadioTiming = Object.freeze({
  turnaround_us: 250,
  hop_us: 250,
  latency_us: 3_500,
  jitter_us: 1_000,
  sent_us: 200,
  settling_us: SETTLING_MS * 1000,
});
