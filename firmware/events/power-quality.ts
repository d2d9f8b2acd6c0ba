import { Condition } from "firmware/events/condition";
import { EventCode, type EventLog } from "firmware/events/log";
import { phasesIn, PollStatus, Supply, type PollSample } from "hal/metering-chip";

/** Records what the chip tells of the supply's quality, as each poll finds it. */
export class PowerQuality {
  readonly #sample: PollSample;
  readonly #allPhases: number;
  readonly #loss: Condition;
  readonly #sag: Condition;
  readonly #swell: Condition;
  readonly #wrongSequence: Condition;

  /** @param sample where each poll leaves what it found, of a chip with `phases` */
  constructor(sample: PollSample, phases: number, events: EventLog) {
    this.#sample = sample;
    this.#allPhases = (1 << phases) - 1;
    this.#loss = new Condition(events, EventCode.phaseLost);
    this.#sag = new Condition(events, EventCode.sagBegan);
    this.#swell = new Condition(events, EventCode.swellBegan);
    this.#wrongSequence = new Condition(events, EventCode.phaseSequenceWrong);
  }

  /** A poll was made. @param status its {@link PollStatus} */
  polled(status: number): void {
    const { supply } = this.#sample;
    const lost = phasesIn(supply, Supply.phaseLoss);
    // The loss of all is an outage, which is recorded as such.
    if ((status & PollStatus.noAnswer) !== 0 || lost === this.#allPhases) return;
    const sags = phasesIn(supply, Supply.sag) & ~lost;
    const swells = phasesIn(supply, Supply.swell);
    this.#loss.see(lost !== 0, lost);
    this.#sag.see(sags !== 0, sags);
    this.#swell.see(swells !== 0, swells);
    this.#wrongSequence.see(((supply >> Supply.sequence) & 1) !== 0);
  }

  clockSet(status: number): void {
    this.polled(status);
  }
}
