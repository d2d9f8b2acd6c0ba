import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { packageRoot } from "../host-sim/package-root";
import type { EmulatedMachine, Memory } from "./machine";

/** `struct heap_object` of heap.h. */
const HEAD_BYTES = 48;
const NAME_AT = 16;
const ROOTS = 0;

interface HeapObject extends Memory {
  /** Of its class; empty for what has none. */
  name: string;
  /** Addresses of the objects that it refers to. */
  references: number[];
}

/**
 * Bytes that each part of a program has in the heap: objects of its classes, with the buffers, lists and functions that are
 * first found through them.
 * @param partOf of a class, by its name; undefined: what it has counts for those that refer to it
 */
export function heapByPart(
  machine: EmulatedMachine,
  partOf: (name: string) => string | undefined,
): Record<string, number> {
  const objects = parse(machine.describe());
  const parts: Record<string, number> = {};
  const seen = new Set([ROOTS]);
  // From the roots on, the nearest first.
  let front: [address: number, part: string][] = [[ROOTS, "program"]];
  while (front.length > 0) {
    const next: typeof front = [];
    for (const [address, ofReferrer] of front) {
      const { name, chunks, slots, references } = objects.get(address)!;
      const part = partOf(name) ?? ofReferrer;
      parts[part] = (parts[part] ?? 0) + chunks + slots;
      for (const reference of references) {
        if (seen.has(reference)) continue;
        seen.add(reference);
        next.push([reference, part]);
      }
    }
    front = next;
  }
  return parts;
}

function parse(bytes: Uint8Array): Map<number, HeapObject> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const u32 = (at: number): number => view.getUint32(at, true);
  const objects = new Map<number, HeapObject>();
  for (let at = 0; at < bytes.length;) {
    const name = bytes.subarray(at + NAME_AT, at + HEAD_BYTES);
    const count = u32(at + 12);
    const first = at + HEAD_BYTES;
    objects.set(u32(at), {
      slots: u32(at + 4),
      chunks: u32(at + 8),
      name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
      references: Array.from({ length: count }, (_, i) => u32(first + 4 * i)),
    });
    at = first + 4 * count;
  }
  return objects;
}

/** Its cursors are everybody's tools: they count for those that hold them. */
const TOOLS = "firmware/codec";

/**
 * Tells the folder of a class from its name, or undefined where it is in none or in several.
 * @param modules paths below the root, without extension
 */
export function foldersOfClasses(modules: Iterable<string>): (name: string) => string | undefined {
  const folders = new Map<string, string | undefined>();
  for (const module of modules) {
    const file = `${packageRoot}${module}.ts`;
    if (!existsSync(file) || dirname(module) === TOOLS) continue;
    for (const [, name] of readFileSync(file, "utf8").matchAll(/^(?:export )?class (\w+)/gm))
      folders.set(name!, folders.has(name!) ? undefined : dirname(module));
  }
  return (name) => folders.get(name);
}
