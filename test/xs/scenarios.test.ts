import * as billing from "./scenarios/billing";
import * as cbor from "./scenarios/cbor";
import * as cipher from "./scenarios/cipher";
import * as coap from "./scenarios/coap";
import * as codec from "./scenarios/codec";
import * as events from "./scenarios/events";
import * as intervalCodec from "./scenarios/interval-codec";
import * as lowpan from "./scenarios/lowpan";
import * as macFrame from "./scenarios/mac-frame";
import * as metering from "./scenarios/metering";
import * as storage from "./scenarios/storage";
import { describeXs, itAgrees } from "./suite";

describeXs("XS and Node", () => {
  itAgrees("agree on cursors and checksums", "test/xs/scenarios/codec.ts", codec);
  itAgrees("agree on CBOR", "test/xs/scenarios/cbor.ts", cbor);
  itAgrees("agree on AES-CCM", "test/xs/scenarios/cipher.ts", cipher);
  itAgrees("agree on blocks of intervals", "test/xs/scenarios/interval-codec.ts", intervalCodec);
  itAgrees("agree on frames of IEEE 802.15.4", "test/xs/scenarios/mac-frame.ts", macFrame);
  itAgrees("agree on 6LoWPAN", "test/xs/scenarios/lowpan.ts", lowpan);
  itAgrees("agree on CoAP messages", "test/xs/scenarios/coap.ts", coap);
  itAgrees("agree on the storage ring", "test/xs/scenarios/storage.ts", storage);
  itAgrees("agree on the event log, its chain and its answer", "test/xs/scenarios/events.ts", events);
  itAgrees("agree on registers and intervals", "test/xs/scenarios/metering.ts", metering);
  itAgrees("agree on demand, tiers and self-reads", "test/xs/scenarios/billing.ts", billing);
});
