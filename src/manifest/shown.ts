/** Declared values as they may be shown and hashed: sensitive ones as their templates. */
import { digest, isArray, isObject, parsePointer } from "../json.ts";
import type { Json, JsonObject, Resource } from "../model.ts";
import { referenceKey } from "./references.ts";

/** The fields with templates in place of sensitive values. */
export function shownFields({ fields, secrets }: Pick<Resource, "fields" | "secrets">): JsonObject {
  const shown = Object.entries(secrets).reduce<Json>(
    (value, [at, secret]) => replaceAt(value, parsePointer(at), secret.template),
    fields,
  );
  return isObject(shown) ? shown : {};
}

/** A value with another one in the place that the path leads to. */
export function replaceAt(value: Json, path: readonly string[], replacement: Json): Json {
  const [head, ...rest] = path;
  if (head === undefined) return replacement;
  if (isArray(value))
    return value.map((item, i) => (String(i) === head ? replaceAt(item, rest, replacement) : item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === head ? replaceAt(item, rest, replacement) : item,
    ]),
  );
}

/** sha256 over everything declared. The order of files, entries, keys and references does not count. */
export function manifestDigest(
  owner: string,
  kinds: readonly string[],
  resources: readonly Resource[],
): string {
  return digest({ owner, kinds, resources: resources.map(declaration) });
}

function declaration(resource: Resource): JsonObject {
  const { address, relations, lifecycle, secrets } = resource;
  const sets = Object.entries(relations).map(
    ([name, list]) => [name, list.map(referenceKey).sort()] as const,
  );
  return {
    address,
    fields: shownFields(resource),
    secrets: Object.fromEntries(Object.entries(secrets).map(([at, { names }]) => [at, [...names].sort()])),
    relations: Object.fromEntries(sets),
    lifecycle: { ...lifecycle, ignoreChanges: [...lifecycle.ignoreChanges].sort() },
  };
}
