import { CHANNELS } from "hal/channel-plan";
import { Draw, type Draws } from "./draws";

/** Of the channels, those that heavy interference hits: every third. */
const HIT = 3;

/**
 * Share of frames that others who use the band destroy, by channel: drawn up to `most` for each, and `heavy` on a third
 * of the channels, spread over the band.
 */
export function outsideLoss(draws: Draws, most: number, heavy: number): Float64Array {
  return Float64Array.from({ length: CHANNELS }, (_, channel) => {
    const loss = most * draws.uniform(Draw.outside, channel);
    return channel % HIT === 0 ? Math.max(loss, heavy) : loss;
  });
}
