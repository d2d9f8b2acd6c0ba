import { describeXs, itAgrees } from "./suite";
import * as codec from "./scenarios/codec";

describeXs("codecs in XS", () => {
  itAgrees("write and read the same bytes as in Node", "test/xs/scenarios/codec.ts", codec);
});
