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

/** `sha256:<hex>` of the canonical form. */
export function digest(value: Json): string {
  return `sha256:${createHash("sha256").update(canonicalJson(value)).digest("hex")}`;
}
