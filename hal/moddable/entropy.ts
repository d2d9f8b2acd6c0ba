import type { Entropy } from "hal/entropy";

/** The hardware generator of an ESP32 or a Pico, which is behind `Math.random` there: 31 bits a call. */
export class HardwareEntropy implements Entropy {
  fill(into: Uint8Array): void {
    for (let i = 0; i < into.length; i++) into[i] = Math.floor(Math.random() * 256);
  }
}
