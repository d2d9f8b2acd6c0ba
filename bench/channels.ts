import { CHANNELS } from "hal/channel-plan";
import { Random } from "../host-sim/random";
import { macStreet, send } from "../test/support/mac-street";

const NODES = 4;
const FRAMES = 7_500;
const INTERVAL_us = 0.3e6;
const SETTLE_us = 60e6;
const PAYLOAD = new Uint8Array(40);

export interface ChannelUse {
  frames: number;
  /** Greatest time on a channel, of the mean. */
  maxOverMean: number;
  /** Greatest time on one channel in any 20 s. */
  dwellMax_ms: number;
}

/** What nodes that hop, each with frames for random others, make of the channels, by node. */
export function channelUse(): ChannelUse[] {
  const { world, medium, macs } = macStreet(NODES, 1, {}, undefined, { hopping: true, security: true });
  const random = new Random(1, "channel use");
  macs.forEach((mac, n) => {
    for (let round = 0; round < 2; round++)
      world.at((round * NODES + n + 1) * 5e6, () => send(mac, undefined, PAYLOAD));
    for (let k = 0; k < FRAMES; k++) {
      const other = (n + 1 + random.below(NODES - 1)) % NODES;
      const at_us = SETTLE_us + Math.round((k + random.below(1000) / 1000) * INTERVAL_us);
      world.at(at_us, () => send(mac, macs[other].eui64, PAYLOAD));
    }
  });
  world.runUntil(SETTLE_us + (FRAMES + 100) * INTERVAL_us);
  return medium.radios.map(({ airtime: { frames, total_us, byChannel_us, channelDwellMax_us } }) => ({
    frames,
    maxOverMean: Math.round((100 * Math.max(...byChannel_us)) / (total_us / CHANNELS)) / 100,
    dwellMax_ms: channelDwellMax_us / 1000,
  }));
}
