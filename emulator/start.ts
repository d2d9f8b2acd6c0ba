import { writeAddress } from "firmware/ip/address";
import type { Load } from "../host-sim/load/load";
import { NETWORK } from "../test/xs/programs/meter";
import { ServedStreet } from "../test/xs/street";
import { bootMeter } from "./meter";
import { Questioner } from "./questioner";

const HOUR_US = 3600e6;
const STEP_US = 1_000;
const LIMIT_US = 60e6;
const CLOCK_HZ = 240e6;
const NEIGHBOURS = 2;

/** A read frame of the ATM90E32's first energy register (DS46003): the address with the read bit, then the value. */
const READ_ENERGY = Uint8Array.of(0x80, 0x80);

const ONE_KILOWATT: Load = {
  phases: 1,
  flowAt: (_at_us, flow) => {
    flow.activePower_mW[0] = 1e6;
    flow.voltage_mV[0] = 240e3;
    return Infinity;
  },
};

/** From the end of module loading to something that a meter does. */
export interface Since {
  /** What the meter computed. */
  instructions: number;
  /** What went by meanwhile in the simulation, and in waits of the driver. */
  waited_ms: number;
  /** Both, one after the other, at 240 MHz and an instruction a cycle. */
  total_ms: number;
}

export interface StartBudget {
  /** To the first energy that it has counted, of a load of 1 kW. */
  firstCount: Since;
  /** To its registration with a collector that has been running for an hour. */
  registered: Since;
  /** To the answer of a `/reg` that the head end asks for when it has registered. */
  firstRead: Since;
}

export async function measureStart(): Promise<StartBudget> {
  const street = new ServedStreet(NEIGHBOURS, ONE_KILOWATT);
  const { world, headEnd, hal } = street;
  world.runUntil(HOUR_US);

  let hasCounted = false;
  const spi = {
    transfer: (frame: Uint8Array) => {
      const readsEnergy = frame[0] === READ_ENERGY[0] && frame[1] === READ_ENERGY[1];
      hal.spi.transfer(frame);
      if (readsEnergy && (frame[2] !== 0 || frame[3] !== 0)) hasCounted = true;
    },
  };
  const meter = await bootMeter({ ...hal, spi });
  const { instructions: booted, loadInstructions } = meter.machine.boot;
  let instructions = booted - loadInstructions;
  meter.onReply = (_callback, _calls, reply) => (instructions += reply.instructions);

  const until = (happened: () => boolean): Since => {
    while (!happened()) {
      if (world.now_us > HOUR_US + LIMIT_US) throw new Error("meter does not start");
      world.runUntil(world.now_us + STEP_US);
    }
    const waited_ms = Math.round((world.now_us - HOUR_US) / 1000) + meter.server.delayed_ms;
    const total_ms = Math.round(waited_ms + (instructions / CLOCK_HZ) * 1000);
    return { instructions, waited_ms, total_ms };
  };
  const firstCount = until(() => hasCounted);
  const address = new Uint8Array(16);
  writeAddress(NETWORK.prefix, hal.identity.eui64, address);
  const registered = until(() => headEnd.store.meter(address) !== undefined);
  let isAnswered = false;
  new Questioner(headEnd.openPort(), address).ask("reg", "", () => (isAnswered = true));
  const firstRead = until(() => isAnswered);
  meter.machine.close();
  return { firstCount, registered, firstRead };
}
