/**
 * A validator for CDDL (RFC 8610) over the AST of the package `cddl`, as far as the files in docs/cddl need one. It
 * compiles every rule of a file at once and throws on any construct that it does not know.
 */
import { Decoder } from "cbor-x";
import { parse, type PropertyType } from "cddl";
import { root } from "./tools";

type Matches = (value: unknown) => boolean;

/** Takes as many of the items as it wants, from `at` on, and answers where it stopped; -1: they do not fit. */
type Takes = (items: unknown[], at: number) => number;

/** One member of a group. */
interface Member {
  least: number;
  most: number;
  /** What the key must be, in a map; undefined for a member without one. */
  key: Matches | undefined;
  value: Matches;
  take: Takes;
}

/** The parts of the parser's nodes that are known here; its own types leave half of them open. */
interface Node {
  Type: unknown;
  Name?: string;
  Value?: unknown;
  Operator?: { Type: string; Value: Node };
  Properties?: NodeMember[];
  Values?: NodeMember[];
  PropertyType?: unknown;
  IsChoiceAddition?: boolean;
  Unwrapped?: boolean;
}
interface NodeMember {
  HasCut: boolean;
  Occurrence: { n: number; m: number | null };
  Name: string;
  Type: unknown;
  Operator?: unknown;
}

const decoder = new Decoder({ mapsAsObjects: false });

/** One whole CBOR item by cbor-x; maps as Map, 64-bit integers as numbers. */
export function decodeCbor(bytes: Uint8Array): unknown {
  return plain(decoder.decode(bytes));
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [plain(key), plain(item)]));
  return value;
}

/** Loads `docs/cddl/<name>.cddl`; answers a function that judges whether a value is of a rule. */
export function cddl(name: string): (rule: string, value: unknown) => boolean {
  return compileFile(`${root}docs/cddl/${name}.cddl`);
}

export function compileFile(path: string): (rule: string, value: unknown) => boolean {
  const rules = new Map<string, Rule>();
  for (const node of parse(path) as unknown as Node[]) {
    if (node.IsChoiceAddition === true || rules.has(node.Name!)) unknown(node);
    rules.set(node.Name!, compileRule(node, rules));
  }
  for (const rule of rules.values()) for (const name of rule.references) if (!rules.has(name)) unknown(name);
  return (name, value) => lookUp(rules, name).matches(value);
}

interface Rule {
  matches: Matches;
  /** Set where the rule is a group, which may stand for several items of an array. */
  members: Member[] | undefined;
  references: string[];
}

function compileRule(node: Node, rules: Map<string, Rule>): Rule {
  const references: string[] = [];
  const context = { rules, references };
  if (node.Type === "group") {
    const members = node.Properties!.map((member) => compileMember(member, context));
    return { matches: mapOf(members), members, references };
  }
  if (node.Type === "array") return { matches: compileType(node, context), members: undefined, references };
  if (node.Type === "variable")
    return { matches: compileTypes(node.PropertyType, context), members: undefined, references };
  return unknown(node);
}

interface Context {
  rules: Map<string, Rule>;
  references: string[];
}

function compileMember(node: NodeMember, context: Context): Member {
  if (Array.isArray(node) || node.Operator !== undefined) unknown(node);
  const value = compileTypes(node.Type, context);
  // The parser does not tell braces from parentheses: what has a key is one item, what has none may be a group.
  const reference = node.Name === "" ? groupReference(node.Type) : undefined;
  return {
    least: node.Occurrence.n,
    most: node.Occurrence.m ?? Infinity,
    // A name before a colon is a text key, one before an arrow a type (RFC 8610, section 3.5.1).
    key: node.HasCut ? (key) => key === node.Name : node.Name === "" ? undefined : named(node.Name, context),
    value,
    take: (items, at) => {
      const members = reference === undefined ? undefined : lookUp(context.rules, reference).members;
      if (members !== undefined) return takeAll(members, items, at);
      return at < items.length && value(items[at]) ? at + 1 : -1;
    },
  };
}

function groupReference(type: unknown): string | undefined {
  const node = Array.isArray(type) && type.length === 1 ? (type[0] as Node) : (type as Node);
  return node.Type === "group" && typeof node.Value === "string" ? node.Value : undefined;
}

function compileTypes(types: unknown, context: Context): Matches {
  const choices = (Array.isArray(types) ? types : [types]).map((type: Node | string) =>
    compileType(type, context),
  );
  return (value) => choices.some((matches) => matches(value));
}

function compileType(type: Node | string | PropertyType, context: Context): Matches {
  if (typeof type === "string") return native(type);
  const node = type as Node;
  if (node.Unwrapped === true) unknown(node);
  if (node.Operator !== undefined) return size(node);
  if (node.Type === "literal") return (value) => value === node.Value;
  if (node.Type === "range") return range(node);
  if (node.Type === "group" && typeof node.Value === "string") return named(node.Value, context);
  if (node.Type === "group" && node.Properties !== undefined)
    return mapOf(node.Properties.map((member) => compileMember(member, context)));
  if (node.Type === "array" && node.Values !== undefined) {
    const members = node.Values.map((member) => compileMember(member, context));
    return (value) => Array.isArray(value) && takeAll(members, value, 0) === value.length;
  }
  return unknown(node);
}

function named(name: string, context: Context): Matches {
  context.references.push(name);
  return (value) => lookUp(context.rules, name).matches(value);
}

function native(name: string): Matches {
  switch (name) {
    case "uint":
      return (value) => Number.isSafeInteger(value) && Number(value) >= 0;
    case "int":
      return (value) => Number.isSafeInteger(value);
    case "bstr":
      return (value) => value instanceof Uint8Array;
    case "null":
      return (value) => value === null;
    default:
      return unknown(name);
  }
}

/** `.size`: bytes of a string, or the least number of bytes that hold an integer (RFC 8610, section 3.8.1). */
function size(node: Node): Matches {
  const { Type: operator, Value: argument } = node.Operator!;
  if (operator !== "size" || argument.Type !== "literal") return unknown(node);
  const bytes = argument.Value as number;
  const base = native(node.Type as string);
  if (node.Type === "bstr") return (value) => base(value) && (value as Uint8Array).length === bytes;
  if (node.Type === "uint") return (value) => base(value) && (value as number) < 256 ** bytes;
  return unknown(node);
}

function range(node: Node): Matches {
  const { Min, Max, Inclusive } = node.Value as { Min: Node; Max: Node; Inclusive: boolean };
  if (!Inclusive || Min.Type !== "literal" || Max.Type !== "literal") return unknown(node);
  const [least, most] = [Min.Value as number, Max.Value as number];
  return (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function mapOf(members: Member[]): Matches {
  return (value) => {
    if (!(value instanceof Map)) return false;
    const left = new Map(value);
    for (const { least, most, key: keyMatches, value: valueMatches } of members) {
      if (keyMatches === undefined) return unknown("a member of a map without a key");
      let count = 0;
      for (const [key, item] of left) {
        if (!keyMatches(key) || !valueMatches(item)) continue;
        left.delete(key);
        count++;
      }
      if (count < least || count > most) return false;
    }
    return left.size === 0;
  };
}

/** Greedy and without a way back, as RFC 8610, appendix A, has it. */
function takeAll(members: Member[], items: unknown[], from: number): number {
  let at = from;
  for (const { least, most, take } of members) {
    let count = 0;
    for (; count < most; count++) {
      const next = take(items, at);
      if (next < 0) break;
      at = next;
    }
    if (count < least) return -1;
  }
  return at;
}

function lookUp(rules: Map<string, Rule>, name: string): Rule {
  return rules.get(name) ?? unknown(name);
}

function unknown(construct: unknown): never {
  throw new Error(`CDDL not supported: ${JSON.stringify(construct)}`);
}
