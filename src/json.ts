/** JSON values: pointers, equality, hashing. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Json, JsonObject, Pointer } from "./model.ts";

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

export function equal(a: Json | undefined, b: Json | undefined): boolean {
  return isDeepStrictEqual(a, b);
}

/** `pointer("a", 0, "b/c")` is `/a/0/b~1c` (RFC 6901). */
export function pointer(...segments: readonly (string | number)[]): Pointer {
  return segments.map((s) => `/${String(s).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
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
  return JSON.stringify(value, (_key, item: Json) =>
    isObject(item)
      ? Object.fromEntries(
          Object.keys(item)
            .sort()
            .map((k) => [k, item[k] as Json]),
        )
      : item,
  );
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

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** The shape of what valid JSON in UTF-8 holds, without making values of it. */
export function shapeOf(json: Uint8Array): Shape {
  let [parts, depth, open, quoted] = [0, 0, 0, false];
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i] ?? 0;
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) i += byte === BACKSLASH ? 1 : 0;
    else if (OPENING.has(byte)) {
      parts += 1;
      open += 1;
      depth = Math.max(depth, open);
    } else if (CLOSING.has(byte)) open -= 1;
  }
  return { parts, depth };
}

/** What a text says; undefined where it is no JSON, or of more parts or deeper than anything that is meant. */
export function parseJson(text: string): Json | undefined {
  const { parts, depth } = shapeOf(Buffer.from(text));
  try {
    return parts > MAX_PARTS || depth > MAX_DEPTH ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
