/**
 * What an appliance has and this version's manifests cannot hold: another firmware's values, an empty
 * name. An export leaves it out and says so, so that the manifest that it writes can be read.
 */
import { isArray, isObject, parsePointer, pointer } from "../json.ts";
import { kindNamed, kinds } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Diagnostic, ExportedEntry, Json, JsonObject, Pointer } from "../model.ts";
import { caution, report } from "./codes.ts";
import { isExactNumber } from "./exact-number.ts";
import { errorsOf } from "./form.ts";

export interface Fitted {
  readonly entries: readonly ExportedEntry[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The entries without what a manifest cannot hold, each with a warning. */
export function fitEntries(entries: readonly ExportedEntry[]): Fitted {
  const fitted = kinds.map((kind) => fitSection(kind, entries));
  return {
    entries: fitted.flatMap((section) => section.entries),
    diagnostics: fitted.flatMap((section) => section.diagnostics),
  };
}

function fitSection({ kind, section, fields }: Kind, all: readonly ExportedEntry[]): Fitted {
  const entries = all.filter((entry) => entry.kind === kind);
  const errors = errorsOf({ version: 1, [section]: entries.map(({ value }) => value) });
  const wrong = new Map<number, Set<Pointer>>();
  for (const error of errors) {
    const [, index, name = "name", key] = parsePointer(error.pointer);
    const isPart = fields[name]?.merge === true && key !== undefined;
    const parts = wrong.get(Number(index)) ?? new Set();
    wrong.set(Number(index), parts.add(isPart ? pointer(name, key) : pointer(name)));
  }
  const results = entries.map((entry, i) => {
    const inexact = Object.keys(entry.value).filter((name) => holdsInexact(entry.value[name] ?? null));
    const parts = new Set([...(wrong.get(i) ?? []), ...inexact.map((name) => pointer(name))]);
    return fitEntry(entry, [...parts]);
  });
  return {
    entries: results.flatMap((result) => result.entries),
    diagnostics: results.flatMap((result) => result.diagnostics),
  };
}

/** Numbers that the loader refuses, since their text has more digits than a number keeps. */
function holdsInexact(value: Json): boolean {
  if (typeof value === "number") return !isExactNumber(value, String(value));
  return typeof value === "object" && value !== null && Object.values(value).some(holdsInexact);
}

/** `wrong` are the fields, relations and single options that are to go. */
function fitEntry(entry: ExportedEntry, wrong: readonly Pointer[]): Fitted {
  if (wrong.length === 0) return { entries: [entry], diagnostics: [] };
  const { address } = entry;
  if (wrong.includes(pointer("name"))) {
    const detail = `An object of ${kindNamed(entry.kind).path} has the name ${JSON.stringify(entry.value.name)} and is left out. Give it another name on the appliance.`;
    return { entries: [], diagnostics: [report(caution("not-declarable", detail), { address })] };
  }
  const value = wrong.reduce(without, entry.value);
  const diagnostics = wrong.map((part) => {
    const path = parsePointer(part);
    const shown = JSON.stringify(path.reduce(child, entry.value));
    const detail = `${path.join(".")} is ${shown.length > 100 ? `${shown.slice(0, 100)}…` : shown}, which a manifest of this version cannot hold; it is left out and not managed.`;
    return report(caution("not-declarable", detail), { address });
  });
  return { entries: [{ ...entry, value }], diagnostics };
}

function child(value: Json, name: string): Json {
  return isObject(value) ? (value[name] ?? null) : null;
}

/** Lists are whole sets, so that a part of one would mean another set. */
function without(value: JsonObject, part: Pointer): JsonObject {
  const [name = "", key] = parsePointer(part);
  const { [name]: old = null, ...rest } = value;
  if (key === undefined || !isObject(old) || isArray(old)) return rest;
  const { [key]: _, ...kept } = old;
  return Object.keys(kept).length === 0 ? rest : { ...value, [name]: kept };
}
