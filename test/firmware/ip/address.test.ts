import { isIPv6 } from "node:net";
import fc from "fast-check";
import {
  Group,
  groupOf,
  isLinkLocal,
  isMulticast,
  isUnspecified,
  staysOnLink,
  writeAddress,
  writeEui64,
  writeGroup,
} from "firmware/ip/address";
import { formatAddress, parseAddress } from "firmware/ip/address-text";
import { describe, expect, it } from "vitest";
import { address, group, linkLocal, PREFIX } from "./packets";
import { hex, unhex } from "../../support/hex";

describe("addresses of a node", () => {
  // RFC 4291, appendix A: 34-56-78-FF-FE-9A-BC-DE is 3656:78ff:fe9a:bcde.
  const eui64 = unhex("345678fffe9abcde");

  it("are its prefix and its EUI-64 with the universal bit inverted", () => {
    const made = new Uint8Array(16);
    writeAddress(PREFIX, eui64, made);
    expect(formatAddress(made)).toBe("2001:db8::3656:78ff:fe9a:bcde");
    expect(formatAddress(linkLocal(eui64))).toBe("fe80::3656:78ff:fe9a:bcde");
  });

  it("give the EUI-64 back", () => {
    const made = new Uint8Array(8);
    writeEui64(linkLocal(eui64), made);
    expect(hex(made)).toBe(hex(eui64));
  });
});

describe("kinds of address", () => {
  it.each([
    ["::", false, false, false],
    ["fe80::1", false, true, true],
    ["febf::1", false, true, true],
    ["fec0::1", false, false, false],
    ["2001:db8::1", false, false, false],
    ["ff01::1", true, false, true],
    ["ff02::1", true, false, true],
    ["ff32:40::1", true, false, true],
    ["ff03::1", true, false, false],
    ["ff0e::1", true, false, false],
  ])("%s", (text, multicast, local, stays) => {
    const of = address(text);
    expect([isMulticast(of), isLinkLocal(of), staysOnLink(of)]).toEqual([multicast, local, stays]);
    expect(isUnspecified(of)).toBe(text === "::");
  });

  it("groups of a link", () => {
    expect(formatAddress(group(Group.allRplNodes))).toBe("ff02::1a");
    expect(groupOf(group(Group.allRouters))).toBe(2);
    expect(groupOf(address("ff02::1:1"))).toBe(0);
    expect(groupOf(address("ff05::1"))).toBe(0);
    expect(groupOf(address("fe02::1"))).toBe(0);
    const used = address("2001:db8::1");
    writeGroup(Group.allNodes, used);
    expect(formatAddress(used)).toBe("ff02::1");
  });
});

describe("text (RFC 5952, section 4, and its examples)", () => {
  it.each([
    ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"],
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:DB8:aaaa:BBBB:cccc:dddd:eeee:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"],
    ["1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ])("%s", (text, shortest) => expect(formatAddress(address(text))).toBe(shortest));

  it("comes back from every address", () => {
    const anyGroups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(anyGroups, (groups) => {
        const of = Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
        const text = formatAddress(of);
        expect(isIPv6(text)).toBe(true);
        // The URL standard writes addresses in the same way.
        expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
        expect(hex(address(text))).toBe(hex(of));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it("is taken exactly where Node takes it", () => {
    const anyText = fc.string({
      unit: fc.constantFrom(":", "::", "0", "1", "ab", "FFFF", "12345", "g", "1:2:3:"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseAddress(text, new Uint8Array(16))).toBe(isIPv6(text));
      }),
      { seed: 2, numRuns: 20000 },
    );
  });
});
