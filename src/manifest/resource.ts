/** One entry of a manifest → one resource: its kind's rules applied to its fields over the defaults. */
import { isArray, isObject, parsePointer } from "../json.ts";
import type { Kind, Entry as KindEntry, Problem } from "../kinds/kind.ts";
import type { Diagnostic, JsonObject, Lifecycle, Pointer, Resource, Secret, Source } from "../model.ts";
import { located, type Place } from "./codes.ts";
import { type Entry, entryPlace, isWritten, type Run, textOf } from "./context.ts";
import { type DeclaredFields, readFields } from "./fields.ts";
import { plainId, readRelations } from "./references.ts";

/** The defaults of one kind. */
export interface Defaults extends Omit<DeclaredFields, "problems"> {
  readonly at: (pointer: Pointer) => Source;
  /** False where they could not be read: what follows from that is not the entry's fault. */
  readonly usable: boolean;
}

export interface BuiltResource {
  readonly resource: Resource;
  readonly problems: readonly Diagnostic[];
}

/** An entry that has an address, since its form is good. */
export type NamedEntry = Entry & Required<Pick<Entry, "address">>;

/** Builds the resource of an entry whose form was judged good. */
export function buildResource(entry: NamedEntry, defaults: Defaults | undefined, run: Run): BuiltResource {
  const lifecycle = readLifecycle(entry.value);
  const own = readFields(entry, run);
  const { relations, problems } = readRelations(entry, run);
  const names = Object.keys(relations);
  const merged = lifecycle.state === "absent" ? own : underEntry(entry.kind, own, defaults);
  const judged =
    lifecycle.state === "absent" ? { fields: {}, problems: [] } : judge(entry.kind, own, merged, names);
  const readable = own.problems.every((problem) => problem.severity !== "error");
  return {
    resource: {
      address: entry.address,
      kind: entry.kind.kind,
      name: textOf(entry.value, "name") ?? "",
      fields: judged.fields,
      relations,
      lifecycle,
      file: entry.document.file.path,
      secrets: merged.secrets,
      at: (pointer) => entryPlace(entry, pointer),
    },
    problems: [
      ...own.problems,
      ...problems,
      ...(readable && defaults?.usable !== false ? judged.problems : []).map((problem) =>
        located(problem, problemPlace(entry, problem.pointer, defaults)),
      ),
    ],
  };
}

function readLifecycle(value: JsonObject): Lifecycle {
  const lifecycle = isObject(value.lifecycle) ? value.lifecycle : {};
  const { ignore_changes: ignored, renamed_from: former, id } = lifecycle;
  return {
    preventDestroy: lifecycle.prevent_destroy === true,
    ignoreChanges: isArray(ignored) ? [...new Set(ignored.map(String))] : [],
    renamedFrom: former === undefined ? [] : [former].flat().map(String),
    id: id === undefined ? null : plainId(id),
    state: lifecycle.state === "absent" ? "absent" : "present",
  };
}

type Values = Pick<DeclaredFields, "fields" | "secrets">;

/** The entry's fields with those defaults under them that the entry leaves open and that apply to it. */
function underEntry(kind: Kind, own: Values, defaults: Values | undefined): Values {
  if (defaults === undefined) return own;
  const said = sayings(kind, own.fields);
  const beside = { ...defaults.fields, ...own.fields };
  const taken = Object.entries(defaults.fields).filter(
    ([name]) =>
      (!said.includes(name) || kind.fields[name]?.merge === true) && (kind.applies?.(name, beside) ?? true),
  );
  const under = taken.map(([name, value]) => {
    const over = own.fields[name];
    return [name, isObject(value) && isObject(over) ? { ...value, ...over } : (over ?? value)] as const;
  });
  const isUsed = (at: Pointer): boolean => {
    const [name = "", key = ""] = parsePointer(at);
    const over = own.fields[name];
    return (
      taken.some(([n]) => n === name) && (isObject(over) ? !Object.hasOwn(over, key) : over === undefined)
    );
  };
  return {
    fields: { ...own.fields, ...Object.fromEntries(under) },
    secrets: { ...keepSecrets(defaults.secrets, isUsed), ...own.secrets },
  };
}

/** The fields that an entry decides about, aliases under the name of what they mean. */
function sayings(kind: Kind, own: JsonObject): readonly string[] {
  return Object.keys(kind.parse?.(own).fields ?? own);
}

function keepSecrets(
  secrets: Readonly<Record<Pointer, Secret>>,
  wanted: (at: Pointer) => boolean,
): Readonly<Record<Pointer, Secret>> {
  return Object.fromEntries(Object.entries(secrets).filter(([at]) => wanted(at)));
}

interface Judged {
  readonly fields: JsonObject;
  readonly problems: readonly Problem[];
}

/** What the kind makes of the fields, and what it finds wrong, without sensitive values in its words. */
function judge(kind: Kind, own: Values, merged: Values, relations: readonly string[]): Judged {
  const written = sayings(kind, own.fields);
  const judged = applyKind(kind, merged.fields, relations, written);
  const sensitive = new Set(Object.keys(merged.secrets).map((at) => parsePointer(at)[0] ?? ""));
  if (sensitive.size === 0 || judged.problems.length === 0) return judged;
  const open = Object.fromEntries(Object.entries(merged.fields).filter(([name]) => !sensitive.has(name)));
  const without = applyKind(
    kind,
    open,
    relations,
    written.filter((name) => !sensitive.has(name)),
  );
  const harmless = new Set(without.problems.map((problem) => problem.detail));
  const names = [...new Set(Object.values(merged.secrets).flatMap((secret) => secret.names))];
  return {
    ...judged,
    problems: judged.problems.map((problem) =>
      harmless.has(problem.detail) ? problem : mask(problem, names),
    ),
  };
}

function applyKind(
  kind: Kind,
  fields: JsonObject,
  relations: readonly string[],
  own: readonly string[],
): Judged {
  const parsed = kind.parse?.(fields) ?? { fields, problems: [] };
  const entry: KindEntry = { fields: parsed.fields, relations, own };
  return { fields: parsed.fields, problems: [...parsed.problems, ...(kind.check?.(entry) ?? [])] };
}

/** A text that is the same without the sensitive fields cannot tell of them; any other might. */
function mask(problem: Problem, names: readonly string[]): Problem {
  const detail = `A value that comes from the environment (sensitive) takes part in this, so no more is said. Check ${names.join(", ")}.`;
  return { ...problem, detail };
}

/** In the entry where it says it, in the defaults where these do. */
function problemPlace(entry: NamedEntry, at: Pointer, defaults: Defaults | undefined): Place {
  const [name = ""] = parsePointer(at);
  const inDefaults = defaults !== undefined && !isWritten(entry, at) && Object.hasOwn(defaults.fields, name);
  const { address } = entry;
  return inDefaults
    ? { address, pointer: at, source: defaults.at(at), related: [entryPlace(entry, "")] }
    : { address, pointer: at, source: entryPlace(entry, at) };
}
