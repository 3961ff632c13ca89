/** Resources without their secrets: everything that is shown, hashed or stored uses these. */
import { isArray, isObject, parsePointer } from "./json.ts";
import type { Json, JsonObject, Resource } from "./model.ts";

/** The declared fields with each secret replaced by its template. */
export function templatedFields({ fields, secrets }: Pick<Resource, "fields" | "secrets">): JsonObject {
  const templated = Object.entries(secrets).reduce<Json>(
    (value, [at, { template }]) => replaceAt(value, parsePointer(at), template),
    fields,
  );
  return isObject(templated) ? templated : {};
}

/** A value with another one in the place that the path leads to. */
export function replaceAt(value: Json, path: readonly string[], replacement: Json): Json {
  const [head, ...rest] = path;
  if (head === undefined) return replacement;
  if (isArray(value)) {
    return value.map((item, i) => (String(i) === head ? replaceAt(item, rest, replacement) : item));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === head ? replaceAt(item, rest, replacement) : item,
    ]),
  );
}
