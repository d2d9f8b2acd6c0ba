import { Reader } from "firmware/codec/cursor";
import { Message } from "firmware/coap/message";

/** 1,000 bytes of its own, 2,000 in a tool, 3,000 through a function; and an object of another folder. */
export class Holder {
  readonly bytes = new Uint8Array(1000);
  readonly reader = new Reader(new Uint8Array(2000));
  readonly message = new Message();
  readonly run: () => number;

  constructor() {
    const enclosed = new Uint8Array(3000);
    this.run = () => enclosed.length;
  }
}

export function start(): () => number {
  const holder = new Holder();
  return () => holder.run();
}
