import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader, Writer } from "firmware/codec/cursor";
import { Dao, DaoAck, Dio, writeDis } from "firmware/mesh/rpl/messages";
import { FIRST_SEQUENCE, nextSequence } from "firmware/mesh/rpl/sequence";
import { hex, unhex } from "../../../support/hex";

const prefix = "20010db8000000000000000000000000";
const root = "20010db8000000000257004dc0000001";
const node = "20010db8000000000257004d00000007";

interface Message {
  read(reader: Reader): boolean;
  write(writer: Writer): void;
}

const bytesOf = (message: { write(writer: Writer): void }) => {
  const writer = new Writer(new Uint8Array(200));
  message.write(writer);
  return writer.bytes.slice(0, writer.length);
};
const read = (message: Message, bytes: Uint8Array) => message.read(new Reader(bytes, 0, bytes.length));

// Worked by hand after the figures of RFC 6550: 14 (DIO), 24 (configuration), 29 (prefix), 16 (DAO), 25 (target),
// 26 (transit), 17 (DAO-ACK).
const dioBytes = unhex(`1e f0 0100 88 2a 0000 ${root}
  04 0e 00 09 0b 00 0000 0100 0000 00 78 003c
  08 1e 40 40 ffffffff 00015180 00000000 ${prefix}`);
// With the descriptor (figure 30) between target and transit, and a second transit of another path control.
const daoBytes = unhex(
  `1e 80 00 f1 05 12 00 80 ${node} 09 04 00010203 06 14 00c0 f2 78 ${root} 06 14 0030 f2 78 ${prefix}`,
);
const ackBytes = unhex("1e 00 f1 80");

function someDio(): Dio {
  const dio = new Dio();
  Object.assign(dio, { instance: 30, version: 240, rank: 256, grounded: true, dtsn: 42 });
  dio.dodagId.set(unhex(root));
  Object.assign(dio, {
    hasConfiguration: true,
    intervalDoublings: 9,
    intervalMin: 11,
    minHopRankIncrease: 256,
  });
  Object.assign(dio, { defaultLifetime: 120, lifetimeUnit_s: 60 });
  Object.assign(dio, { hasPrefix: true, autonomous: true, prefixBits: 64 });
  Object.assign(dio, { validLifetime_s: 0xffffffff, preferredLifetime_s: 86_400 });
  dio.prefix.set(unhex(prefix));
  return dio;
}

function someDao(): Dao {
  const dao = new Dao();
  Object.assign(dao, {
    instance: 30,
    ackRequested: true,
    sequence: 241,
    pathSequence: 242,
    moves: 0x010203,
    hasAlternate: true,
    pathLifetime: 120,
  });
  dao.target.set(unhex(node));
  dao.parent.set(unhex(root));
  dao.alternate.set(unhex(prefix));
  return dao;
}

function someAck(): DaoAck {
  return Object.assign(new DaoAck(), { instance: 30, sequence: 241, status: 128 });
}

describe("messages of RPL", () => {
  const kinds = [
    ["DIO", dioBytes, someDio, () => new Dio(), [24, 40]],
    ["DAO", daoBytes, someDao, () => new Dao(), [52]],
    ["DAO-ACK", ackBytes, someAck, () => new DaoAck(), []],
  ] as const;

  for (const [name, bytes, some, empty, ends] of kinds) {
    describe(name, () => {
      it("is written as RFC 6550 has it", () => expect(bytesOf(some())).toEqual(bytes));

      it("is read back", () => {
        const message = empty();
        expect(read(message, bytes)).toBe(true);
        expect(message).toEqual(some());
      });

      it("is refused wherever it is cut, but between options that are not required", () => {
        for (let length = 0; length < bytes.length; length++) {
          const whole = (ends as readonly number[]).includes(length);
          expect(read(empty(), bytes.slice(0, length)), `cut at ${length}`).toBe(whole);
        }
      });

      it("survives any change of any byte", () => {
        for (let at = 0; at < bytes.length; at++) {
          for (let value = 0; value < 256; value++) read(empty(), bytes.with(at, value));
        }
      });

      it("survives any bytes", () => {
        fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (any) => void read(empty(), any)));
      });
    });
  }

  it("DIS is flags and a reserved byte", () => {
    expect(bytesOf({ write: writeDis })).toEqual(unhex("0000"));
  });

  it("skips padding and options that are unknown, and a DODAGID where it is said to be", () => {
    const dio = new Dio();
    expect(read(dio, unhex(`${hex(dioBytes)} 00 01020000 00 2203aabbcc`))).toBe(true);
    expect(dio).toEqual(someDio());
    const dao = new Dao();
    const options = hex(daoBytes.slice(4));
    expect(read(dao, unhex(`1e c0 00 f1 ${root} 00 ${options}`))).toBe(true);
    expect(dao).toEqual(someDao());
    const ack = new DaoAck();
    expect(read(ack, unhex(`1e 80 f1 80 ${root}`))).toBe(true);
    expect(ack).toEqual(someAck());
  });

  it("refuses a DAO with two targets, with none, or with a prefix for a target", () => {
    const [base, target, transit] = [daoBytes.slice(0, 4), daoBytes.slice(4, 24), daoBytes.slice(24)];
    expect(read(new Dao(), Uint8Array.of(...base, ...target, ...target, ...transit))).toBe(false);
    expect(read(new Dao(), Uint8Array.of(...base, ...transit))).toBe(false);
    expect(read(new Dao(), daoBytes.with(7, 64))).toBe(false);
  });

  it("counts as section 7.2 says: from 240 to 255 once, then around below 128", () => {
    let sequence = FIRST_SEQUENCE;
    const steps = Array.from({ length: 16 + 128 + 1 }, () => (sequence = nextSequence(sequence)));
    expect(steps.slice(0, 17)).toEqual([...Array.from({ length: 15 }, (_, k) => 241 + k), 0, 1]);
    expect(steps.slice(-3)).toEqual([127, 0, 1]);
  });
});
