/** JSON values: pointers, equality, hashing. */
import { createHash } from "node:crypto";
import type { Json, JsonObject, Pointer } from "./model.ts";

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return Object.is(a, b);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
  );
}

/** `pointer("a", 0, "b/c")` is `/a/0/b~1c` (RFC 6901). */
export function pointer(...segments: readonly (string | number)[]): Pointer {
  return segments.map((segment) => `/${escapeSegment(String(segment))}`).join("");
}

function escapeSegment(segment: string): string {
  return /[~/]/.test(segment) ? segment.replaceAll("~", "~0").replaceAll("/", "~1") : segment;
}

/** The segments of a pointer; `parsePointer("")` is empty. */
export function parsePointer(text: Pointer): readonly string[] {
  return text === ""
    ? []
    : text
        .slice(1)
        .split("/")
        .map((s) => s.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Whether one place is the other or within it. */
export function overlap(a: Pointer, b: Pointer): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** The value that the path leads to; undefined where there is none. */
export function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => {
    if (isArray(at)) return at[Number(key)];
    return isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }, value);
}

/** JSON with sorted keys: equal values give equal text on every machine. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(isSorted(value) ? (value ?? null) : withSortedKeys(value));
}

/** Whether all keys come in their order already, as those of most values that are made here do. */
function isSorted(value: Json): boolean {
  if (isArray(value)) return value.every(isSorted);
  if (!isObject(value)) return true;
  let before = "";
  for (const key in value) {
    if (key < before || !isSorted(value[key] as Json)) return false;
    before = key;
  }
  return true;
}

/** A copy whose keys are sorted, as far as objects let them: keys that are numbers come first in any. */
function withSortedKeys(value: Json): Json {
  if (isArray(value)) return value.map(withSortedKeys);
  if (!isObject(value)) return value;
  const sorted: { [key: string]: Json } = {};
  for (const key of Object.keys(value).sort()) {
    // Without a value in a draft, and then in no JSON.
    setOwn(sorted, key, withSortedKeys(value[key] as Json));
  }
  return sorted;
}

/** Gives an object a key that somebody else chose: an assignment of `__proto__` would change the prototype. */
export function setOwn(object: { [key: string]: Json }, key: string, value: Json): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

/** The same function, computed once for each object: a manifest asks for the keys of the same values again and again. */
export function computedOnce<T extends object, R>(compute: (value: T) => R): (value: T) => R {
  const known = new WeakMap<T, R>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before;
    const result = compute(value);
    known.set(value, result);
    return result;
  };
}

/** The same function, which computes its result when it is asked for the first time. */
export function once<T>(compute: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: compute() };
    return result.value;
  };
}

/** A text of any value; `String` throws at an object whose `toString` is none. */
export function plainText(value: Json): string {
  return typeof value === "object" ? canonicalJson(value) : String(value);
}

/** `sha256:<hex>` of the canonical form. */
export function digest(value: Json): string {
  return `sha256:${createHash("sha256").update(canonicalJson(value)).digest("hex")}`;
}

// ---------------------------------------------------------------- shape

/** Of objects and lists in each other. What comes after the parser recurses over values. */
export const MAX_DEPTH = 100;
/** Objects and lists, also those within others: each takes memory, however few bytes it has. */
export const MAX_PARTS = 2_000_000;

export interface Shape {
  /** Objects and lists. */
  readonly parts: number;
  readonly depth: number;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c] as const;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const;

/** The shape of what valid JSON in UTF-8 holds, without making values of it. */
export function shapeOf(json: Uint8Array): Shape {
  let parts = 0;
  let depth = 0;
  let open = 0;
  const { length } = json;
  for (let i = 0; i < length; i += 1) {
    const byte = json[i];
    if (byte === QUOTE) i = endOfString(json, i + 1);
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      parts += 1;
      open += 1;
      if (open > depth) depth = open;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) open -= 1;
  }
  return { parts, depth };
}

/** Where the string ends whose contents begin here. */
function endOfString(json: Uint8Array, start: number): number {
  const { length } = json;
  let i = start;
  while (i < length && json[i] !== QUOTE) i += json[i] === BACKSLASH ? 2 : 1;
  return i;
}

/** What is wrong with the shape of JSON in UTF-8, where it would not do to make values of it to find out. */
export function excessOf(json: Uint8Array): "parts" | "depth" | undefined {
  // Each object and list takes two brackets. The depth can be seen of the values as well.
  if (json.length <= 2 * MAX_PARTS) return undefined;
  const { parts, depth } = shapeOf(json);
  if (parts > MAX_PARTS) return "parts";
  return depth > MAX_DEPTH ? "depth" : undefined;
}

/** Whether a value nests deeper than MAX_DEPTH. */
export function isTooDeep(value: Json): boolean {
  return isNested(value) && isDeeper(value, MAX_DEPTH);
}

/** How many objects and lists a value is made of. */
export function partsOf(value: unknown): number {
  if (!isNested(value)) return 0;
  let parts = 1;
  someWithin(value, (item) => {
    parts += partsOf(item);
    return false;
  });
  return parts;
}

function isDeeper(value: object, levels: number): boolean {
  return levels === 0 || someWithin(value, (item) => isNested(item) && isDeeper(item, levels - 1));
}

/** Whether a value is a list or an object. */
export function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Whether some item is so. Makes no list of the items. */
function someWithin(value: object, test: (item: unknown) => boolean): boolean {
  if (Array.isArray(value)) return value.some(test);
  for (const key in value) if (test(value[key as keyof typeof value])) return true;
  return false;
}

/** What a text or its UTF-8 says; undefined where it is no JSON, or of more parts or deeper than anything that is meant. */
export function parseJson(json: string | Uint8Array): Json | undefined {
  const bytes = typeof json === "string" ? Buffer.from(json) : json;
  if (excessOf(bytes) !== undefined) return undefined;
  try {
    const value: Json = JSON.parse(typeof json === "string" ? json : Buffer.from(json).toString());
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}
