/**
 * Where secrets are and what stands in their place. Plans hold templates only; the real values are
 * filled in when an operation is sent.
 */
import { isArray, isObject, overlap, parsePointer, pointer } from "../json.ts";
import type { Json, JsonObject, Manifest, Operation, Pointer, Resource } from "../model.ts";
import type { Secret } from "../secret-forms.ts";

/** Whether a value at `at` is, holds or is part of a secret. */
export function isSensitive(resource: Resource, at: Pointer): boolean {
  return Object.keys(resource.secrets).some((secret) => overlap(secret, at));
}

/** The secrets of the top-level fields that a body holds, for `Operation.secrets`. */
export function bodySecrets(resource: Resource, body: JsonObject): Pick<Operation, "secrets"> {
  const held = Object.entries(resource.secrets).filter(([at]) =>
    Object.hasOwn(body, parsePointer(at)[0] ?? ""),
  );
  return held.length === 0 ? {} : { secrets: Object.fromEntries(held.map(([at, { names }]) => [at, names])) };
}

/** The body as it is sent: the value of `fields` at each pointer of `operation.secrets`. */
export function fillSecrets(operation: Operation, fields: JsonObject): JsonObject | undefined {
  const { body, secrets = {} } = operation;
  if (body === undefined) return undefined;
  const fill = (value: Json, real: Json | undefined, at: Pointer): Json => {
    if (secrets[at] !== undefined) return real ?? value;
    if (isArray(value))
      return value.map((item, i) => fill(item, isArray(real) ? real[i] : undefined, at + pointer(i)));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [
        k,
        fill(v, isObject(real) ? real[k] : undefined, at + pointer(k)),
      ]),
    );
  };
  return fill(body, fields, "") as JsonObject;
}

/** The secrets of the manifest, each with its `${env:NAME}`. */
export function secretsOf(
  manifest: Manifest,
  env: Readonly<Record<string, string | undefined>>,
): readonly Secret[] {
  const names = manifest.resources.flatMap(({ secrets }) => Object.values(secrets).flatMap((s) => s.names));
  return [...new Set(names)].map((name) => ({ value: env[name] ?? "", shown: `${"$"}{env:${name}}` }));
}
