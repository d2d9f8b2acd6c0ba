import { describe, expect, it } from "vitest";
import { RplCode } from "firmware/mesh/rpl/messages";
import { countMessages, countQuestions, joinedStreet } from "../../../support/mesh-street";

const HOUR_us = 3600e6;

describe("a meter that has joined", () => {
  it("asks its parent where it stands every 11 to 21 minutes, which measures the link, and sends no message for it", () => {
    const street = joinedStreet(1);
    const [{ join, mac }] = street.meters;
    street.world.runUntil(2 * HOUR_us);
    const count = countQuestions(street.collector);
    const messages = countMessages(street.collector);
    const before = join.preference.parents.samples[join.preference.preferred];
    const { onAnswered } = mac;
    let answers = 0;
    mac.onAnswered = (...answer) => {
      answers++;
      onAnswered(...answer);
    };
    street.world.runUntil(12 * HOUR_us);
    expect(count.asked).toBeGreaterThanOrEqual((10 * 60) / 22 - 1);
    expect(count.asked).toBeLessThanOrEqual((10 * 60) / 10 + 1);
    expect(answers).toBe(count.asked);
    expect(join.preference.parents.samples[join.preference.preferred] - before).toBeGreaterThanOrEqual(
      answers,
    );
    expect(messages[RplCode.dis]).toBe(0);
  });

  it("learns by asking that its parent's rank, DTSN or version has changed", () => {
    const street = joinedStreet(1);
    const { world, collector } = street;
    const [{ join }] = street.meters;
    const { parents, preferred } = join.preference;
    const { onAsked } = collector.mac;
    let asked = 0;
    const answer = (version: number, rank: number, dtsn: number) => {
      collector.mac.onAsked = (writer) => {
        asked++;
        writer.u8(version);
        writer.u16(rank);
        writer.u8(dtsn);
      };
    };
    const ask = () => {
      const before = asked;
      while (asked === before) world.runUntil(world.now_us + 1e6);
      world.runUntil(world.now_us + 1e6);
    };
    let told: number[] = [];
    collector.mac.onAsked = (writer) => {
      const start = writer.at;
      onAsked(writer);
      told = [...writer.bytes.slice(start, writer.at)];
    };
    world.runUntil(HOUR_us);
    expect(told.length).toBe(4);
    const [version, , , dtsn] = told;
    answer(version, 300, dtsn);
    ask();
    expect(parents.rank[preferred]).toBe(300);
    const messages = countMessages(collector);
    answer(version, 300, (dtsn + 1) & 0xff);
    ask();
    expect(parents.dtsn[preferred]).toBe((dtsn + 1) & 0xff);
    world.runUntil(world.now_us + 120e6);
    expect(messages[RplCode.dao]).toBe(1);
    // What is of another version says nothing of this one: the whole announcement is asked for.
    answer((version + 1) & 0xff, 400, dtsn);
    expect(messages[RplCode.dis]).toBe(0);
    ask();
    expect(messages[RplCode.dis]).toBe(1);
    // Cut off, it says nothing.
    collector.mac.onAsked = (writer) => {
      asked++;
      writer.u16(0);
    };
    const rank = parents.rank[preferred];
    ask();
    expect(parents.rank[preferred]).toBe(rank);
    answer(version, 0xffff, dtsn);
    ask();
    expect(join.joined).toBe(false);
  });
});
