import config from "mc/config";

/** The network that the manifest's `config` puts a node into, in the shape of `Network` of `firmware/app/network`. */
export function siteNetwork() {
  return {
    pans: [{ id: config["panId"] as number }],
    channel: config["channel"] as number,
    prefix: Uint8Array.fromHex(config["prefix"] as string),
    headEnd: Uint8Array.fromHex(config["headEnd"] as string),
  };
}
