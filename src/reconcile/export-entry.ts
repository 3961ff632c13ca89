/** One live object → one manifest entry, with what a manifest cannot say of it as warnings. Pure. */
import { canonicalJson, equal, parsePointer, pointer } from "../json.ts";
import { lacksOf } from "../kinds/dialect.ts";
import type { Field, Kind } from "../kinds/kind.ts";
import { missingOnCreate, normalise } from "../kinds/wire.ts";
import type { Diagnostic, ExportedEntry, Json, JsonObject, LiveObject, LiveTarget } from "../model.ts";
import type { ReferenceWriter, WrittenReference } from "./export-references.ts";
import { linkKey } from "./snapshot.ts";

/** An object that is exported. */
export interface Chosen {
  readonly kind: Kind;
  readonly live: LiveObject;
  /** Others have its name: only its id tells it from them. */
  readonly pinned: boolean;
}

export interface ExportResult {
  readonly entry: ExportedEntry;
  readonly diagnostics: readonly Diagnostic[];
}

/** The entry of an object whose links were read. */
export function exportEntry(
  { kind, live, pinned }: Chosen,
  links: ReadonlyMap<string, readonly LiveTarget[]>,
  write: ReferenceWriter,
  firmware: string,
): ExportResult {
  const address = `${kind.kind}/${live.name}`;
  const warn = (code: string, summary: string, detail: string): Diagnostic => {
    return { severity: "warning", code, summary, detail, address };
  };
  const relations = exportRelations(kind, live, links, write, warn);
  const fields = exportFields(kind, live, Object.keys(relations.lists), firmware, warn);
  return {
    entry: {
      kind: kind.kind,
      address,
      value: {
        name: live.name,
        ...fields.fields,
        ...relations.lists,
        ...(pinned ? { lifecycle: { id: Number(live.id) } } : {}),
      },
      comments: relations.comments,
    },
    diagnostics: [...fields.diagnostics, ...relations.diagnostics],
  };
}

type Warn = (code: string, summary: string, detail: string) => Diagnostic;

// ---------------------------------------------------------------- fields

interface ExportedFields {
  readonly fields: JsonObject;
  readonly diagnostics: readonly Diagnostic[];
}

function exportFields(
  kind: Kind,
  live: LiveObject,
  relations: readonly string[],
  firmware: string,
  warn: Warn,
): ExportedFields {
  const said = Object.entries(kind.fields).flatMap(([name, field]): [string, Json][] => {
    const value = live.fields[name];
    if (value === undefined || !isWorthSaying(kind, name, field, live)) return [];
    return [[name, normalise(kind, name, value) === null ? (field.empty ?? null) : value]];
  });
  const known = withoutLacks(kind, Object.fromEntries(said), firmware, warn);
  const further = withoutErrors(kind, known.fields, relations, warn);
  const checked = { ...further, diagnostics: [...known.diagnostics, ...further.diagnostics] };
  const missing = missingOnCreate(kind, checked.fields).join(", ");
  return {
    fields: friendlyFields(kind, checked.fields),
    diagnostics: [
      ...checked.diagnostics,
      ...(missing === "" ? [] : [warn(...incomplete(kind, live.name, missing))]),
    ],
  };
}

/** Fields in the API's form as people write them. */
export function friendlyFields(kind: Kind, fields: JsonObject): JsonObject {
  const printed = kind.print?.(fields) ?? fields;
  const friendly = Object.entries(printed).map(([name, value]): [string, Json] => {
    return [name, kind.fields[name]?.print?.(value) ?? value];
  });
  return Object.fromEntries(friendly);
}

function incomplete(kind: Kind, name: string, missing: string): Parameters<Warn> {
  return [
    "missing-on-create",
    "A new object lacks a field that it needs",
    `${JSON.stringify(name)} has no ${missing} on the appliance, and ${kind.noun} cannot be made without. The entry matches this object, but creates none elsewhere.`,
  ];
}

/**
 * Whether a live value tells anything: it is not empty, not what every new object has, and the kind can
 * declare it of this object.
 */
function isWorthSaying(kind: Kind, name: string, field: Field, live: LiveObject): boolean {
  const value = normalise(kind, name, live.fields[name]);
  const isApplicable = field.alias !== true && (kind.applies?.(name, live.fields) ?? true);
  if (!isApplicable || !isManageable(kind, live, { field: name })) return false;
  if (live.builtIn && makesBuiltIn(kind, name, live)) return false;
  if (field.chosenOnCreate === true) return true;
  if (value === null) return false;
  if (field.requiredOnCreate === true) return true;
  return (
    !equal(value, normalise(kind, name, null)) && !equal(value, normalise(kind, name, field.initial ?? null))
  );
}

/** A created object with this value would pass for a built-in one, and could never be deleted. */
function makesBuiltIn(kind: Kind, name: string, live: LiveObject): boolean {
  const { [name]: _, ...rest } = live.fields;
  return !kind.builtIn(rest);
}

/** Whether declaring the field or relation leaves the object the variant that it is. */
export function isManageable(
  kind: Kind,
  live: LiveObject,
  part: { readonly field: string } | { readonly relation: string },
): boolean {
  const variant = variantOf(kind, live, part);
  return variant === undefined || variant === kind.liveVariant?.(live.fields);
}

function variantOf(
  kind: Kind,
  live: LiveObject,
  part: { readonly field: string } | { readonly relation: string },
): string | undefined {
  return "field" in part
    ? kind.variant?.({ fields: { [part.field]: live.fields[part.field] ?? null }, relations: [] })
    : kind.variant?.({ fields: {}, relations: [part.relation] });
}

/** Fields that nobody can declare for this firmware, though it shows them. */
function withoutLacks(kind: Kind, fields: JsonObject, firmware: string, warn: Warn): ExportedFields {
  const lacks = new Map(
    lacksOf(kind, firmware, fields, []).map((lack) => [parsePointer(lack.pointer)[0] ?? "", lack]),
  );
  return {
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => !lacks.has(name))),
    diagnostics: [...lacks].map(([name, { lacks }]) =>
      warn(
        "not-on-firmware",
        "The appliance's firmware does not have this",
        `${name} is left out: it is of firmware ${firmware}, ${lacks}.`,
      ),
    ),
  };
}

/** Fields that the kind's own rules refuse beside the others are left out, until nothing is wrong. */
function withoutErrors(
  kind: Kind,
  fields: JsonObject,
  relations: readonly string[],
  warn: Warn,
): ExportedFields {
  const found = kind.check?.({ fields, relations, own: Object.keys(fields) }) ?? [];
  const problems = found.flatMap(({ severity, pointer: at, ...text }) => {
    const [name = ""] = parsePointer(at);
    return severity === "error" && Object.hasOwn(fields, name) ? [{ name, ...text }] : [];
  });
  if (problems.length === 0) return { fields, diagnostics: [] };
  const wrong = new Set(problems.map(({ name }) => name));
  const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !wrong.has(name)));
  const further = withoutErrors(kind, rest, relations, warn);
  const told = problems.map(({ name, code, summary, detail }) =>
    warn(code, summary, `${name} is left out, since a manifest cannot hold it as it is: ${detail}`),
  );
  return { fields: further.fields, diagnostics: [...told, ...further.diagnostics] };
}

// ---------------------------------------------------------------- relations

interface ExportedRelations {
  readonly lists: JsonObject;
  readonly comments: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The relations that hold something. Empty ones are left out: an export is read by people, and six empty
 * lists would bury what an alert does have. A list that makes the object the variant that it is stays.
 */
function exportRelations(
  kind: Kind,
  live: LiveObject,
  links: ReadonlyMap<string, readonly LiveTarget[]>,
  write: ReferenceWriter,
  warn: Warn,
): ExportedRelations {
  const written = Object.entries(kind.relations).flatMap(([name, { to }]) => {
    const read = links.get(linkKey(kind.kind, live.id, name));
    if (read === undefined || (read.length === 0 && variantOf(kind, live, { relation: name }) === undefined))
      return [];
    return [{ name, to, references: read.map((link) => write(to, link)) }];
  });
  const clear = written.flatMap(({ name, references }) => {
    const items = references.flatMap((reference) => ("item" in reference ? [reference] : []));
    return items.length === references.length ? [{ name, items: items.toSorted(byText) }] : [];
  });
  const comments = clear.flatMap(({ name, items }) =>
    items.flatMap(({ comment }, i): [string, string][] =>
      comment === undefined ? [] : [[pointer(name, i), comment]],
    ),
  );
  return {
    lists: Object.fromEntries(clear.map(({ name, items }) => [name, items.map(({ item }) => item)])),
    comments: Object.fromEntries(comments),
    diagnostics: written.flatMap(({ name, to, references }) =>
      references.flatMap((r) => ("item" in r ? [] : [warn(...ambiguousReference(live, name, to, r))])),
    ),
  };
}

/** Identifiers, not labels, decide the order: a device that is renamed moves no line. */
function byText(a: { readonly item: Json }, b: { readonly item: Json }): number {
  const key = (item: Json): string => (typeof item === "string" ? item : canonicalJson(item));
  return key(a.item) < key(b.item) ? -1 : 1;
}

function ambiguousReference(
  live: LiveObject,
  relation: string,
  to: string,
  { name, ambiguous }: Exclude<WrittenReference, { item: Json }>,
): Parameters<Warn> {
  return [
    "ambiguous-reference",
    "The name refers to several objects",
    `${JSON.stringify(live.name)} refers to ${to}/${name}, which is the name of ids ${ambiguous.join(", ")}, so its ${relation} are left out and not managed. Rename one on the appliance and export again.`,
  ];
}
