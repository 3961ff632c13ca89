/**
 * What two states of the manifests say differently, as changes of entries. No appliance is asked, so
 * nothing here tells what an apply would do. Pure.
 */
import { isObject, pointer } from "../json.ts";
import { kindNamed } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import { normalise } from "../kinds/wire.ts";
import type {
  Action,
  Address,
  Change,
  FieldChange,
  Json,
  JsonObject,
  Lifecycle,
  Manifest,
  Reference,
  RelationChange,
  Resource,
  Summary,
} from "../model.ts";
import { templatedFields } from "../secrets.ts";
import { type Difference, differences, shownDifference } from "./compare.ts";
import { isSensitive } from "./secrets.ts";

export interface ManifestDifference {
  /** Without id, cause and operations: those are known of a plan only. */
  readonly changes: readonly Change[];
  readonly summary: Summary;
}

/** What counts for the whole manifest is the change of this address. */
const SETTINGS: Address = "manifest";

/** `base` is undefined where there was no manifest. */
export function diffManifests(base: Manifest | undefined, head: Manifest): ManifestDifference {
  const before = new Map((base?.resources ?? []).map((resource) => [resource.address, resource]));
  const after = new Map(head.resources.map((resource) => [resource.address, resource]));
  const pairs = head.resources.map((resource): Pair => [formerOf(resource, before, after), resource]);
  const kept = new Set(pairs.map(([former]) => former));
  const removed = [...before.values()].filter((resource) => !kept.has(resource));
  const changes = [
    ...(base === undefined ? [] : settingsChange(base, head)),
    ...[...removed.map((resource): Pair => [resource, undefined]), ...pairs].flatMap(entryChange),
  ];
  const changed = changes.filter(({ address, action }) => address !== SETTINGS && action !== "delete");
  return { changes, summary: summarise(changes, head.resources.length - changed.length) };
}

/** An entry before and after; one of the two is there. */
type Pair = readonly [Resource | undefined, Resource | undefined];
type Resources = ReadonlyMap<Address, Resource>;

/** The entry of the same address, or else of a former name that nothing has any more. */
function formerOf(resource: Resource, before: Resources, after: Resources): Resource | undefined {
  const { address, kind, lifecycle } = resource;
  const former = lifecycle.renamedFrom.map((name) => `${kind}/${name}`);
  const found = [address, ...former.filter((one) => !after.has(one))].find((one) => before.has(one));
  return found === undefined ? undefined : before.get(found);
}

function summarise(changes: readonly Change[], unchanged: number): Summary {
  const of = (action: Action): number => changes.filter((change) => change.action === action).length;
  const links = (side: "assign" | "unassign"): number =>
    changes.flatMap(({ relations }) => relations).reduce((sum, relation) => sum + relation[side].length, 0);
  return {
    ...{ create: of("create"), update: of("update"), rename: of("rename"), delete: of("delete") },
    ...{ adopt: 0, replace: 0, release: 0, assign: links("assign"), unassign: links("unassign"), unchanged },
  };
}

function change(address: Address, action: Action, more: Partial<Change>): Change {
  const nothing = { id: null, cause: null, fields: [], relations: [], operations: [] };
  return { address, action, wave: 1, requires: [], ...nothing, ...more };
}

// ---------------------------------------------------------------- settings

function settingsChange(base: Manifest, head: Manifest): readonly Change[] {
  const found = differences(settingsOf(base), settingsOf(head), "");
  const fields = found.map((difference) => shownDifference(difference, false, null));
  return fields.length === 0 ? [] : [change(SETTINGS, "update", { fields })];
}

/** As people write them. */
function settingsOf({ owner, inventory, maxDeletes }: Manifest): JsonObject {
  return {
    owner,
    inventory: inventory.kind === "file" ? { file: inventory.path } : inventory.kind,
    limits: maxDeletes === null ? {} : { deletes: maxDeletes },
  };
}

// ---------------------------------------------------------------- entries

function entryChange(pair: Pair): readonly Change[] {
  const [before, after] = pair;
  const { address, kind } = (after ?? before) as Resource;
  const renamed = before !== undefined && after !== undefined && before.name !== after.name;
  const relations = relationChanges(kindNamed(kind), pair);
  const dropped = droppedRelations(pair);
  const fields = [...fieldChanges(kindNamed(kind), pair), ...emptyRelations(pair), ...lifecycleChanges(pair)];
  if (!renamed && before !== undefined && after !== undefined && fields.length + relations.length === 0)
    return [];
  const action = before === undefined ? "create" : after === undefined ? "delete" : "update";
  const more = {
    ...{ fields, relations },
    ...(renamed ? { previousName: before.name } : {}),
    ...(dropped.length === 0 ? {} : { released: dropped }),
    ...(after === undefined ? {} : { source: after.at("") }),
  };
  return [change(address, renamed ? "rename" : action, more)];
}

/** Secrets stand in the values as their templates, and are shown on neither side. */
function fieldChanges(kind: Kind, pair: Pair): readonly FieldChange[] {
  const [before, after] = pair.map((resource) => (resource === undefined ? {} : templatedFields(resource)));
  const sensitive = (at: string): boolean => pair.some((one) => one !== undefined && isSensitive(one, at));
  const names = Object.keys({ ...before, ...after }).sort();
  const found = names.flatMap((name) => {
    const whole = sensitive(pointer(name));
    const value = (side: Json): Json => (whole ? side : normalise(kind, name, side));
    return fieldDifferences(pointer(name), before?.[name], after?.[name], value);
  });
  return found.map((difference) => shownDifference(difference, sensitive(difference.pointer), null));
}

/** A field that only one side declares is shown as it is declared there: null says that it is cleared. */
function fieldDifferences(
  at: string,
  before: Json | undefined,
  after: Json | undefined,
  comparable: (value: Json) => Json,
): readonly Difference[] {
  if (before !== undefined && after !== undefined)
    return differences(comparable(before), comparable(after), at);
  return [
    { pointer: at, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) },
  ];
}

function lifecycleChanges([before, after]: Pair): readonly FieldChange[] {
  const found = differences(writtenLifecycle(before), writtenLifecycle(after), pointer("lifecycle"));
  return found.map((difference) => shownDifference(difference, false, null));
}

/** Only what is not the default, under the names that people write. */
function writtenLifecycle(resource: Resource | undefined): JsonObject {
  const none: Partial<Lifecycle> = {};
  const { preventDestroy, ignoreChanges = [], renamedFrom = [], id, state } = resource?.lifecycle ?? none;
  return {
    ...(preventDestroy === true ? { prevent_destroy: true } : {}),
    ...(ignoreChanges.length === 0 ? {} : { ignore_changes: [...ignoreChanges].sort() }),
    ...(renamedFrom.length === 0 ? {} : { renamed_from: renamedFrom }),
    ...(id === undefined || id === null ? {} : { id }),
    ...(state === "absent" ? { state } : {}),
  };
}

// ---------------------------------------------------------------- relations

function relationNames(pair: Pair): readonly string[] {
  return [...new Set(pair.flatMap((resource) => Object.keys(resource?.relations ?? {})))].sort();
}

/** What is listed: names, and selectors as they are written. What they find, only the appliance knows. */
function relationChanges(kind: Kind, pair: Pair): readonly RelationChange[] {
  return relationNames(pair).flatMap((relation) => {
    const to = kind.relations[relation]?.to ?? relation;
    const [before, after] = pair.map((resource) => listedItems(resource, relation, to));
    const assign = [...(after ?? [])].filter((item) => before?.has(item) !== true).sort();
    const unassign = [...(before ?? [])].filter((item) => after?.has(item) !== true).sort();
    return assign.length + unassign.length === 0 ? [] : [{ relation, assign, unassign, cause: null }];
  });
}

function listedItems(resource: Resource | undefined, relation: string, to: string): ReadonlySet<Address> {
  return new Set((resource?.relations[relation] ?? []).map((reference) => written(reference, to)));
}

/** An empty list unassigns all, and none at all leaves links as they are: only that differs. */
function emptyRelations(pair: Pair): readonly FieldChange[] {
  const [before, after] = pair.map((resource) => resource?.relations ?? {});
  const isEmpty = (relation: string): boolean =>
    (before?.[relation]?.length ?? 0) + (after?.[relation]?.length ?? 0) === 0;
  return relationNames(pair)
    .filter(
      (relation) =>
        isEmpty(relation) && (before?.[relation] === undefined) !== (after?.[relation] === undefined),
    )
    .map((relation): FieldChange => {
      const side = before?.[relation] === undefined ? { after: [] } : { before: [] };
      return { pointer: pointer(relation), ...side, cause: null, sensitive: false };
    });
}

/** Relations with links that are no longer declared, in an entry that still is. */
function droppedRelations([before, after]: Pair): readonly string[] {
  if (before === undefined || after === undefined) return [];
  const declared = Object.entries(before.relations).filter(([, references]) => references.length > 0);
  return declared.map(([relation]) => relation).filter((relation) => after.relations[relation] === undefined);
}

function written(reference: Reference, to: string): Address {
  if (reference.to !== "device") {
    const { node } = reference;
    if (reference.to === "name" && node === undefined) return `${to}/${reference.name}`;
    const meant =
      reference.to === "name" ? { name: reference.name } : { discovery_id: reference.discoveryId };
    return `${to}/${inBraces({ ...meant, ...(node === undefined ? {} : { node }) })}`;
  }
  const { selector, optional, all } = reference;
  const flags = { ...(optional ? { optional } : {}), ...(all ? { all } : {}) };
  if (selector.by === "filter") return `${to}/${inBraces({ filter: selector.filter, ...flags })}`;
  const { by, value } = selector;
  const sought = by === "search" ? { search: { type: selector.type, value } } : { [by]: value };
  return `${to}/${inBraces({ ...sought, ...flags })}`;
}

/** `{name: "web", all: true}`. */
function inBraces(value: JsonObject): string {
  const entries = Object.entries(value).map(
    ([key, item]) => `${key}: ${isObject(item) ? inBraces(item) : JSON.stringify(item)}`,
  );
  return `{${entries.join(", ")}}`;
}
