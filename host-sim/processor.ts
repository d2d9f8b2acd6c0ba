import type { DigitalInput } from "hal/digital-pin";
import type { OneShot } from "hal/one-shot";
import type { Handle, World } from "./world";

/** From an edge to its callback, as a JavaScript engine's event queue has it. */
const INTERRUPT_LATENCY_US = 200;
/** What a look at a pin, and a transfer without its bytes, takes a driver in JavaScript. */
const PIN_LOOK_US = 1;
const TRANSFER_US = 10;

/**
 * What a node's processor spends on its chips: while it waits for a pin or moves bytes its own time runs ahead of the
 * world's, and interrupts wait. The rest of the world, the air included, is seen as it was when the callback began.
 */
export class Processor {
  readonly #world: World;
  #free_us = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get now_us(): number {
    return Math.max(this.#world.now_us, this.#free_us);
  }

  /** Blocks for a while. */
  spend(duration_us: number): void {
    this.#free_us = this.now_us + duration_us;
  }

  /** A transfer of `bytes` at 8 Mbit/s. */
  transfer(bytes: number): void {
    this.spend(TRANSFER_US + bytes);
  }

  readonly delay_ms = (delay_ms: number): void => this.spend(delay_ms * 1000);

  /** Runs `run` for an edge at `at_us`, once the processor has time. */
  interrupt(at_us: number, run: () => void): void {
    this.#world.at(at_us + INTERRUPT_LATENCY_US, () => this.#whenFree(run));
  }

  #whenFree(run: () => void): void {
    if (this.#free_us <= this.#world.now_us) run();
    else this.#world.at(this.#free_us, () => this.#whenFree(run));
  }

  oneShot(): OneShot {
    let handle: Handle | undefined;
    const timer: OneShot = {
      onExpired: () => {},
      start: (delay_ms) => {
        if (handle !== undefined) this.#world.cancel(handle);
        handle = this.#world.at(this.now_us + delay_ms * 1000, () => this.#whenFree(() => timer.onExpired()));
      },
    };
    return timer;
  }

  /** A pin whose level the chip tells when it is asked. */
  input(level: () => number): SimulatedInput {
    return new SimulatedInput(this, level);
  }

  /** @internal */
  lookAtPin(): void {
    this.spend(PIN_LOOK_US);
  }
}

/** An input pin with edges that can be lost. */
export class SimulatedInput implements DigitalInput {
  onReadable: () => void = () => {};
  /** How many of the edges to come are lost. */
  lost = 0;

  constructor(
    private readonly processor: Processor,
    private readonly level: () => number,
  ) {}

  read(): number {
    this.processor.lookAtPin();
    return this.level();
  }

  /** The chip says that the level has changed, at its time `at_us`. */
  edge(at_us: number): void {
    if (this.lost > 0) this.lost--;
    else this.processor.interrupt(at_us, () => this.onReadable());
  }
}
