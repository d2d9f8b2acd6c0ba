import type { Flow } from "./load";
import type { NamedLoad } from "./street-loads";

/** A load that is switched off at the end of a run, so that what is then under way can be counted to its end. */
export class EndingLoad implements NamedLoad {
  readonly phases: number;
  readonly kind: string;

  constructor(
    private readonly load: NamedLoad,
    private readonly end_us: number,
  ) {
    this.phases = load.phases;
    this.kind = load.kind;
  }

  flowAt(at_us: number, flow: Flow): number {
    if (at_us < this.end_us) return Math.min(this.load.flowAt(at_us, flow), this.end_us);
    flow.activePower_mW.fill(0);
    flow.reactivePower_mvar.fill(0);
    return Infinity;
  }
}
