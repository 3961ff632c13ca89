/**
 * Where secrets are and what stands in their place. Plans hold templates only; the real values are
 * filled in when an operation is sent.
 */
import { isArray, isObject, overlap, parsePointer, pointer } from "../json.ts";
import type { Json, JsonObject, Manifest, Operation, Pointer, Resource } from "../model.ts";

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

/** Shorter values would be found everywhere, and are no secrets. */
const MIN_SECRET = 4;

/**
 * Takes every secret of the manifest out of a text, such as an appliance's answer that repeats a request:
 * the value itself and the forms in which it travels stand as their `${env:NAME}`.
 */
export function createMask(
  manifest: Manifest,
  env: Readonly<Record<string, string | undefined>>,
): (text: string) => string {
  const names = new Set(
    manifest.resources.flatMap(({ secrets }) => Object.values(secrets).flatMap((secret) => secret.names)),
  );
  const replacements = [...names].flatMap((name) =>
    formsOf(env[name] ?? "").map((form) => [form, `${"$"}{env:${name}}`] as const),
  );
  const longestFirst = replacements.sort(([a], [b]) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, [form, shown]) => masked.replaceAll(form, shown), text);
}

function formsOf(value: string): readonly string[] {
  if (value.length < MIN_SECRET) return [];
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString("base64"),
    ...value.split(/\r?\n/).filter((line) => line.length >= MIN_SECRET),
  ];
  return [...new Set(forms)];
}
