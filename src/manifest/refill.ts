/**
 * Templates → values, for a manifest that was sealed: each variable is read again, and its value goes the
 * way that it went when the manifest was loaded (number or boolean, friendly form, the kind's own forms).
 */
import { hasErrors, sortDiagnostics } from "../diagnostics.ts";
import { parsePointer, pointer } from "../json.ts";
import { kindNamed } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Diagnostic, Json, JsonObject, Manifest, Pointer, Resource, Secret } from "../model.ts";
import { replaceAt } from "../secrets.ts";
import { failure, report } from "./codes.ts";
import { convertPlaceholders, errorsOf } from "./form.ts";
import { environmentValue, type Outside, withValues } from "./placeholders.ts";

/** The manifest with its secrets, or what keeps them from being filled in. */
export interface Refilled {
  readonly manifest?: Manifest;
  readonly diagnostics: readonly Diagnostic[];
}

/** Fills the secrets of a sealed manifest in again. */
export function refill(manifest: Manifest, env: Outside["env"]): Refilled {
  const filled = manifest.resources.map((resource) => refillResource(resource, env));
  const diagnostics = sortDiagnostics(filled.flatMap(({ problems }) => problems));
  return hasErrors(diagnostics)
    ? { diagnostics }
    : { diagnostics, manifest: { ...manifest, resources: filled.map(({ resource }) => resource) } };
}

interface RefilledResource {
  readonly resource: Resource;
  readonly problems: readonly Diagnostic[];
}

function refillResource(resource: Resource, env: Outside["env"]): RefilledResource {
  const secrets = Object.entries(resource.secrets).filter(([at]) =>
    Object.hasOwn(resource.fields, topOf(at)),
  );
  if (secrets.length === 0) return { resource, problems: [] };
  const missing = secrets.flatMap(([at, { names }]) =>
    names.flatMap((name) => missingValue(resource, at, name, env)),
  );
  if (missing.length > 0) return { resource, problems: missing };
  const texts = secrets.reduce<Json>(
    (fields, [at, secret]) => replaceAt(fields, parsePointer(at), withValues(secret, env)),
    resource.fields,
  );
  return convertFields(resource, texts as JsonObject, secrets);
}

function topOf(at: Pointer): string {
  return parsePointer(at)[0] ?? "";
}

function missingValue(
  resource: Resource,
  at: Pointer,
  name: string,
  env: Outside["env"],
): readonly Diagnostic[] {
  const value = environmentValue(name, env);
  if (typeof value === "string") return [];
  const { address } = resource;
  return [report(value, { address, pointer: at, source: resource.at(at) })];
}

type Secrets = readonly (readonly [Pointer, Secret])[];

/** The fields as the loader would have read them; a value that does not fit is told without showing it. */
function convertFields(resource: Resource, texts: JsonObject, secrets: Secrets): RefilledResource {
  const kind = kindNamed(resource.kind);
  const { fields, wrong } = judgeFields(kind, resource.name, texts, secrets);
  const names = new Set(secrets.map(([at]) => topOf(at)));
  const read = Object.entries(fields).map(([name, value]): [string, Json] => {
    const parse = names.has(name) && value !== null ? kind.fields[name]?.parse : undefined;
    return [name, parse === undefined ? value : parse(value)];
  });
  if (wrong.length > 0)
    return { resource, problems: wrong.map(([at, secret]) => misfit(resource, at, secret)) };
  const parsed = kind.parse?.(Object.fromEntries(read)) ?? { fields: Object.fromEntries(read), problems: [] };
  const entry = { fields: parsed.fields, relations: Object.keys(resource.relations), own: [] };
  const found = [...parsed.problems, ...(kind.check?.(entry) ?? [])].filter((p) => p.severity === "error");
  const blamed = secrets.filter(([at]) => found.some((problem) => topOf(problem.pointer) === topOf(at)));
  const problems = found.length === 0 ? [] : blamed.length > 0 ? blamed : secrets;
  return {
    resource: { ...resource, fields: parsed.fields },
    problems: problems.map(([at, secret]) => misfit(resource, at, secret)),
  };
}

/** Numbers and booleans where the field wants them, and the secrets that the field does not take. */
function judgeFields(
  kind: Kind,
  name: string,
  fields: JsonObject,
  secrets: Secrets,
): { readonly fields: JsonObject; readonly wrong: Secrets } {
  const prefix = pointer(kind.section, 0);
  const value: JsonObject = { version: 1, [kind.section]: [{ name, ...fields }] };
  const whole = new Set(
    secrets.flatMap(([at, { template, names }]) => (template === `\${env:${names[0]}}` ? [prefix + at] : [])),
  );
  const converted = convertPlaceholders({ value, whole }, errorsOf(value)) as typeof value;
  const wrong = new Set(errorsOf(converted).map((error) => parsePointer(error.pointer)[2]));
  const [entry] = converted[kind.section] as readonly JsonObject[];
  const { name: _, ...rest } = entry ?? {};
  return { fields: rest, wrong: secrets.filter(([at]) => wrong.has(topOf(at))) };
}

function misfit(resource: Resource, at: Pointer, { names }: Secret): Diagnostic {
  const plural = names.length > 1;
  const detail = `${names.join(", ")} ${plural ? "fill" : "fills"} a field that does not take ${plural ? "their values" : "its value"} (sensitive, so no more is said). Set ${plural ? "them" : "it"} as when the plan was made.`;
  const { address } = resource;
  return report(failure("bad-value", detail), { address, pointer: at, source: resource.at(at) });
}
