import { Atm90e32 } from "hal/drivers/atm90e32/driver";
import { PollSample } from "hal/metering-chip";
import { Atm90e32Chip } from "../host-sim/chips/atm90e32";
import { faultyBus } from "../host-sim/chips/spi-faults";
import { Feed } from "../host-sim/load/feed";
import type { Flow, Load } from "../host-sim/load/load";
import { Truth } from "../host-sim/load/truth";
import { noFaults } from "../host-sim/options";
import { Random } from "../host-sim/random";

export interface ChipSpeed {
  pollsPerSecond: number;
  framesPerPoll: number;
  nsPerFrame: number;
}

const POLL_PERIOD_US = 5e6;
const CHANGE_US = 60e6;

/** Speed, in processor time, of the driver on the simulated chip: a split-phase household, polled each 5 s. */
export function chipSpeed(polls = 200_000, spiNoise = 0): ChipSpeed {
  const random = new Random(1, "bench");
  const time = { now_us: 0 };
  const feed = new Feed(household(random));
  const truth = new Truth(feed);
  const chip = new Atm90e32Chip(time, feed);
  const bus = faultyBus(chip, { ...noFaults, spiNoise }, random).spi;
  let frames = 0;
  const counted = {
    transfer(buffer: Uint8Array): void {
      frames++;
      bus.transfer(buffer);
    },
  };
  const clock = { now_ms: () => time.now_us / 1000, setAlarm() {}, onAlarm() {} };
  const meter = new Atm90e32({ spi: counted, clock, delay_ms() {}, phases: 2, lineFrequency_Hz: 60 });
  meter.initialize();
  const sample = new PollSample();
  const start = process.cpuUsage();
  frames = 0;
  for (let i = 0; i < polls; i++) {
    time.now_us += POLL_PERIOD_US;
    meter.poll(sample);
  }
  const took = process.cpuUsage(start);
  const took_us = took.user + took.system;
  truth.advanceTo(time.now_us);
  return {
    pollsPerSecond: Math.round((polls / took_us) * 1e6),
    framesPerPoll: frames / polls,
    nsPerFrame: (took_us * 1000) / frames,
  };
}

/** Loads of both legs that change each minute. */
function household(random: Random): Load {
  return {
    phases: 2,
    flowAt(at_us: number, flow: Flow): number {
      for (let phase = 0; phase < 2; phase++) {
        flow.activePower_mW[phase] = random.below(3e6) - 500_000;
        flow.reactivePower_mvar[phase] = random.below(400_000);
        flow.voltage_mV[phase] = 120_000;
      }
      return at_us + CHANGE_US;
    },
  };
}
