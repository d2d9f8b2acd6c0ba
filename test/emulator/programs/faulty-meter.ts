import { EventCode, EventRecord } from "firmware/events/log";
import { registerIndex, RegisterQuantity } from "firmware/registers/obis";
import { linkedHal, type Native } from "../../../emulator/programs/meter";
import { start as startMeter } from "../../xs/programs/meter";
import { Fault, PLANT, STATE, type State } from "./faults";

/** Of the argument of a start's event. */
const REASON = 0xff;

declare global {
  /** XS has it. */
  interface ArrayBufferConstructor {
    fromString(text: string): ArrayBuffer;
  }
}

/** A meter into which faults are planted: each comes with the next callback of its kind, and stays until a restart. */
export function start(...native: Native): (message: ArrayBuffer) => ArrayBuffer | undefined {
  const hal = linkedHal(...native);
  const { clock, radio, spi } = hal;
  let fault: number = Fault.none;

  const { transfer } = spi;
  spi.transfer = (buffer) => {
    while (fault === Fault.hungBus);
    transfer(buffer);
  };
  const setAlarm = clock.setAlarm.bind(clock);
  // Defined, as an assignment would write to the frozen prototype.
  Object.defineProperty(clock, "setAlarm", {
    value: (at_ms: number) => {
      if (fault !== Fault.lostAlarm) setAlarm(at_ms);
    },
  });
  const meter = startMeter(hal);
  const { onAlarm } = clock;
  clock.onAlarm = () => {
    if (fault === Fault.exception) throw new Error("planted");
    if (fault === Fault.allocation) allocate();
    if (fault === Fault.recursion) recurse();
    if (fault === Fault.nativeRecursion) recurseNatively();
    while (fault === Fault.loop);
    onAlarm();
  };
  const { onReceive } = radio;
  radio.onReceive = (frame, length, rssi_dBm) => {
    if (fault === Fault.exceptionOfRadio) throw new Error("planted in radio");
    onReceive(frame, length, rssi_dBm);
  };

  const state = (): State => {
    const { boot, events, registers } = meter;
    const event = new EventRecord();
    const restarts: number[] = [];
    for (let sequence = events.first; events.read(sequence, event); sequence++)
      if (event.code === EventCode.restarted) restarts.push(event.argument & REASON);
    registers.poll();
    return {
      starts: boot.count,
      reason: boot.reason,
      restarts,
      delivered_mWh: registers.energy[registerIndex(RegisterQuantity.activeDelivered, 0)],
    };
  };
  return (message) => {
    const bytes = new Uint8Array(message);
    if (bytes[0] === STATE) return ArrayBuffer.fromString(JSON.stringify(state()));
    if (bytes[0] === PLANT) fault = bytes[1];
    else hal.deliver(bytes);
    return undefined;
  };
}

function allocate(): void {
  for (const kept: ArrayBuffer[] = []; ;) kept.push(new ArrayBuffer(16_384));
}

function recurse(): number {
  return 1 + recurse();
}

/** Through a function of the engine, which takes of its own stack. */
function recurseNatively(): void {
  [1].forEach(recurseNatively);
}
