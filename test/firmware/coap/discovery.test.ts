import { Code, type Resource } from "firmware/coap/resource";
import { describe, expect, it } from "vitest";
import { option, readAll, Stock } from "./street";

describe("discovery (RFC 6690)", () => {
  // The resources and the answers of section 5.
  const link = (path: string, attributes: string): Resource => ({
    path,
    attributes,
    get: () => Code.content,
  });
  const section5 = [
    link("sensors", 'ct=40;title="Sensor Index"'),
    link("sensors/temp", 'rt="temperature-c";if="sensor"'),
    link("sensors/light", 'rt="light-lux core.sen-light";if="sensor"'),
    link("t", 'anchor="/sensors/temp";rel="alternate"'),
    link("plain", ""),
  ];
  const asked = (path: string): string => {
    const { body } = readAll(new Stock({ resources: section5 }), path, 128);
    return body;
  };
  const temp = '</sensors/temp>;rt="temperature-c";if="sensor"';
  const light = '</sensors/light>;rt="light-lux core.sen-light";if="sensor"';

  it("lists all resources in link format", () => {
    const index = '</sensors>;ct=40;title="Sensor Index"';
    const alternate = '</t>;anchor="/sensors/temp";rel="alternate"';
    expect(asked(".well-known/core")).toBe([index, temp, light, alternate, "</plain>"].join(","));
    const stock = new Stock();
    expect(option(stock.get(".well-known/core"), "Content-Format")).toBe(40);
    expect(stock.get(".well-known/core").payload.toString()).toBe(
      '</small>;rt="test.small";ct=0,</large>;rt="test.large";ct=0;sz=700,</inst>,</a/b>',
    );
  });

  it.each([
    ["rt=temperature-c", temp],
    ["rt=light-lux", light],
    ["rt=core.sen-light", light],
    ["rt=light", ""],
    ["rt=light*", light],
    ["if=sensor", `${temp},${light}`],
    ["href=/sensors/temp", temp],
    ["href=/sensors/*", `${temp},${light}`],
    ["href=*", undefined],
    ["title=Sensor Index", '</sensors>;ct=40;title="Sensor Index"'],
    ["title=Index", ""],
    ["ct=40", '</sensors>;ct=40;title="Sensor Index"'],
    ["nothing=x", ""],
    ["nonsense", undefined],
  ])("filters by %s (section 4.1)", (query, links) => {
    expect(asked(`.well-known/core?${query}`)).toBe(links ?? asked(".well-known/core"));
  });
});
