import { SingleBar } from "cli-progress";

/**
 * A bar on standard error while a street is simulated; nothing where that is no terminal.
 */
export class Progress {
  readonly #bar: SingleBar | undefined;
  readonly #start_ms = performance.now();

  constructor(
    private readonly meters: number,
    days: number,
  ) {
    if (!process.stderr.isTTY) return;
    this.#bar = new SingleBar({
      format: "{bar} {percentage} %  day {day} {clock}  {speed} meter-days a second  {eta_formatted} left",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
    });
    this.#bar.start(days * 86_400, 0, { day: 1, clock: "00:00", speed: "–" });
  }

  /** To be called now and then with the simulated time since the start. */
  update(simulated_s: number): void {
    if (this.#bar === undefined) return;
    const spent_s = (performance.now() - this.#start_ms) / 1000;
    const minute = Math.floor((simulated_s % 86_400) / 60);
    const clock = [Math.floor(minute / 60), minute % 60]
      .map((part) => String(part).padStart(2, "0"))
      .join(":");
    this.#bar.update(Math.min(simulated_s, this.#bar.getTotal()), {
      day: Math.floor(simulated_s / 86_400) + 1,
      clock,
      speed: Math.round((this.meters * simulated_s) / 86_400 / spent_s),
    });
  }

  stop(): void {
    this.#bar?.stop();
  }
}
