/** What counts for the whole run and may be stated once: owner, inventory, limits, the kinds' defaults. */
import { resolve } from "node:path";
import { equal, isObject, pointer } from "../json.ts";
import { kinds } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Diagnostic, InventoryPlace, Json, Source } from "../model.ts";
import { templatedFields } from "../secrets.ts";
import { failure, report } from "./codes.ts";
import type { Entry, Run } from "./context.ts";
import { type DeclaredFields, readFields } from "./fields.ts";
import type { JudgedDocument } from "./form.ts";
import type { Defaults } from "./resource.ts";
import { isInside } from "./text-file.ts";

const DEFAULT_OWNER = "default";

export interface Settings {
  readonly owner: string;
  readonly inventory: InventoryPlace;
  readonly maxDeletes: number | null;
  /** By kind. */
  readonly defaults: ReadonlyMap<string, Defaults>;
  readonly problems: readonly Diagnostic[];
}

/** A setting where a document states it. `meaning` is what must be equal everywhere. */
interface Statement<T> {
  readonly value: T;
  readonly meaning: Json;
  readonly source: Source;
}

/** The settings of all documents. */
export function readSettings(documents: readonly JudgedDocument[], run: Run): Settings {
  const owners = documents.flatMap(ownerOf);
  const defaults = documents.flatMap((judged) => defaultsOf(judged, run));
  const inventories = documents.flatMap(inventoryOf);
  const limits = documents.flatMap(limitsOf);
  return {
    owner: owners[0]?.value ?? DEFAULT_OWNER,
    inventory: inventories[0]?.value.place ?? { kind: "appliance" },
    maxDeletes: limits[0]?.value ?? null,
    defaults: new Map((defaults[0]?.value.defaults ?? []).map(([kind, value]) => [kind.kind, value])),
    problems: [
      ...differences("owner", owners),
      ...differences("defaults", defaults),
      ...differences("inventory", inventories),
      ...differences("limits", limits),
      ...inventories.flatMap(({ value }) => value.problems),
      ...defaults.flatMap(({ value }) => value.problems),
    ],
  };
}

function ownerOf({ document, value }: JudgedDocument): readonly Statement<string>[] {
  const owner = value.owner;
  return typeof owner === "string" && owner !== ""
    ? [{ value: owner, meaning: owner, source: document.valueAt("/owner") }]
    : [];
}

interface DocumentInventory {
  readonly place: InventoryPlace;
  readonly problems: readonly Diagnostic[];
}

/** A file is relative to the root and stays inside it; links are judged when it is opened. */
function inventoryOf({ document, value }: JudgedDocument): readonly Statement<DocumentInventory>[] {
  const { inventory } = value;
  const source = document.valueAt("/inventory");
  if (inventory === "appliance" || inventory === "none") {
    return [{ value: { place: { kind: inventory }, problems: [] }, meaning: inventory, source }];
  }
  if (!isObject(inventory) || typeof inventory.file !== "string") return [];
  const [root = ""] = document.file.roots;
  const path = resolve(root, inventory.file);
  const detail = `${JSON.stringify(inventory.file)} leads outside the root (the folder of the path given, or of the project file). Keep the inventory inside it.`;
  const problems = isInside(path, [root]) ? [] : [report(failure("outside-root", detail), { source })];
  const place: InventoryPlace = { kind: "file", path: inventory.file, root };
  return [{ value: { place, problems }, meaning: path, source }];
}

function limitsOf({ document, value }: JudgedDocument): readonly Statement<number>[] {
  const deletes = isObject(value.limits) ? value.limits.deletes : undefined;
  return typeof deletes === "number"
    ? [{ value: deletes, meaning: deletes, source: document.valueAt("/limits/deletes") }]
    : [];
}

interface DocumentDefaults {
  readonly defaults: readonly (readonly [Kind, Defaults])[];
  readonly problems: readonly Diagnostic[];
}

function defaultsOf(judged: JudgedDocument, run: Run): readonly Statement<DocumentDefaults>[] {
  const stated = judged.value.defaults;
  if (!isObject(stated)) return [];
  const read = kinds
    .filter((kind) => isObject(stated[kind.section]))
    .map((kind) => ({ kind, ...readDefaults(judged, kind, stated[kind.section] as Entry["value"], run) }));
  return [
    {
      value: {
        defaults: read.map(({ kind, defaults }) => [kind, defaults] as const),
        problems: read.flatMap(({ declared }) => declared.problems),
      },
      meaning: Object.fromEntries(
        read.map(({ kind, declared }) => [kind.section, templatedFields(declared)]),
      ),
      source: judged.document.keyAt("/defaults"),
    },
  ];
}

function readDefaults(
  { document, unusable }: JudgedDocument,
  kind: Kind,
  value: Entry["value"],
  run: Run,
): { readonly declared: DeclaredFields; readonly defaults: Defaults } {
  const prefix = pointer("defaults", kind.section);
  const usable = !unusable.has(prefix);
  const declared = usable
    ? readFields({ kind, document, prefix, value }, run)
    : { fields: {}, secrets: {}, problems: [] };
  const { fields, secrets, problems } = declared;
  const good = usable && problems.every((problem) => problem.severity !== "error");
  return { declared, defaults: { fields, secrets, usable: good, at: (at) => document.valueAt(prefix + at) } };
}

function differences<T>(key: string, statements: readonly Statement<T>[]): readonly Diagnostic[] {
  const [first, ...others] = statements;
  if (first === undefined) return [];
  const detail = `${key} counts for the whole run, and another place states it differently. Keep one of the two.`;
  return others
    .filter(({ meaning }) => !equal(meaning, first.meaning))
    .map(({ source }) => report(failure("stated-twice", detail), { source, related: [first.source] }));
}
