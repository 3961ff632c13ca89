/** Declared ⇄ live: which fields and links differ. Pure; both sides are normalised first. */
import { wasSensitive } from "../inventory/record.ts";
import { equal, isObject, parsePointer, pointer } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import { normalise } from "../kinds/wire.ts";
import {
  type Address,
  type Cause,
  type FieldChange,
  type InventoryEntry,
  type Json,
  type JsonObject,
  type LiveObject,
  type LiveTarget,
  type Pointer,
  type RelationChange,
  type Resource,
  SENSITIVE,
} from "../model.ts";
import type { Resolved } from "./resolve.ts";
import { isSensitive } from "./secrets.ts";

/**
 * One value that is managed as a whole: a field, or a key of a field whose keys are managed one by one.
 * Both sides are in comparable form; `part` is how the inventory calls it.
 */
export interface Part {
  readonly part: string;
  readonly pointer: Pointer;
  readonly live: Json;
  readonly declared: Json;
}

/** The declared parts of a resource beside their live values; ignored fields are left out. */
export function declaredParts(kind: Kind, resource: Resource, live: JsonObject): readonly Part[] {
  return Object.entries(resource.fields)
    .filter(([name]) => !resource.lifecycle.ignoreChanges.includes(name))
    .flatMap(([name, value]): readonly Part[] => {
      const whole: Part = {
        part: name,
        pointer: pointer(name),
        live: normalise(kind, name, live[name]),
        declared: normalise(kind, name, value),
      };
      return kind.fields[name]?.merge === true && isObject(value) ? keyParts(whole, value) : [whole];
    });
}

/** Live keys that are not declared are not managed. */
function keyParts({ part, pointer: at, live, declared }: Part, keys: JsonObject): readonly Part[] {
  const value = (side: Json, key: string): Json => (isObject(side) ? (side[key] ?? null) : null);
  return Object.keys(keys).map((key) => ({
    part: `${part}/${key}`,
    pointer: at + pointer(key),
    live: value(live, key),
    declared: value(declared, key),
  }));
}

/**
 * Every difference of the declared parts, at its deepest place. What was applied as a secret is still
 * shown as one where the manifest now has a plain value: the old one may be in use elsewhere.
 */
export function compareFields(
  kind: Kind,
  resource: Resource,
  live: LiveObject,
  record: InventoryEntry | undefined,
  explain: (part: Part) => Cause,
): readonly FieldChange[] {
  return declaredParts(kind, resource, live.fields).flatMap((part) => {
    const found = differences(part.live, part.declared, part.pointer);
    const cause = found.length === 0 ? null : explain(part);
    const recorded = record?.fields[part.part];
    const secret = recorded !== undefined && wasSensitive(recorded);
    return found.map((change) =>
      shownDifference(change, secret || isSensitive(resource, change.pointer), cause),
    );
  });
}

export type Difference = Pick<FieldChange, "pointer" | "before" | "after">;

/** Where two comparable values differ, at the deepest places. */
export function differences(
  before: Json | undefined,
  after: Json | undefined,
  at: Pointer,
): readonly Difference[] {
  if (equal(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => differences(before[key], after[key], at + pointer(key)));
  }
  return [{ pointer: at, ...present("before", before), ...present("after", after) }];
}

/** An absent or cleared value is left out, so that a renderer shows one thing for both. */
function present(side: "before" | "after", value: Json | undefined): Partial<Difference> {
  return value === undefined || value === null ? {} : { [side]: value };
}

/** The difference as a plan shows it: a secret on neither side. */
export function masked(resource: Resource, change: Difference, cause: Cause): FieldChange {
  return shownDifference(change, isSensitive(resource, change.pointer), cause);
}

/** The difference with both values masked where they are sensitive. */
export function shownDifference(change: Difference, sensitive: boolean, cause: Cause): FieldChange {
  const side = (name: "before" | "after"): Partial<Difference> =>
    change[name] === undefined ? {} : { [name]: sensitive ? SENSITIVE : change[name] };
  return { pointer: change.pointer, ...side("before"), ...side("after"), cause, sensitive };
}

/** What a create or replace sets, field by field, as sent. */
export function createdFields(
  resource: Resource,
  body: JsonObject,
  nameField: string,
  cause: Cause,
): readonly FieldChange[] {
  return Object.entries(body)
    .filter(([name]) => name !== nameField)
    .map(([name, after]) => masked(resource, { pointer: pointer(name), after }, cause));
}

/** A live link. What the run replaces passes it on, so that it is the successor's to take away, by this address. */
export interface LiveLink extends LiveTarget {
  readonly successor?: Address;
}

/** The links of one relation to add and to remove; `id` is null for an object that this run creates. */
export interface RelationDifference {
  readonly relation: string;
  readonly assign: readonly Resolved[];
  readonly unassign: readonly LiveLink[];
}

/** The links to add and to remove, each list in the order of what people see; undefined where the sets are equal. */
export function compareRelation(
  relation: string,
  wanted: readonly Resolved[],
  live: readonly LiveLink[],
): RelationDifference | undefined {
  const liveIds = new Set(live.map(({ id }) => id));
  const wantedIds = new Set(wanted.map(({ id }) => id));
  const assign = wanted.filter(({ id }) => id === null || !liveIds.has(id));
  const unassign = live.filter(({ id }) => !wantedIds.has(id));
  if (assign.length === 0 && unassign.length === 0) return undefined;
  return { relation, assign: byLabel(assign), unassign: byLabel(unassign) };
}

/** The difference as the plan shows it: addresses, and labels where addresses do not tell. */
export function relationChange(
  { relation, assign, unassign }: RelationDifference,
  cause: Cause,
): RelationChange {
  const labels = [...assign, ...unassign].flatMap(({ address, label }) =>
    label === undefined ? [] : [[address, label]],
  );
  return {
    relation,
    assign: assign.map(({ address }) => address),
    unassign: unassign.map(({ address }) => address),
    cause,
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
  };
}

function byLabel<T extends Pick<LiveTarget, "address" | "label"> & { readonly id: string | null }>(
  list: readonly T[],
): readonly T[] {
  const key = ({ address, label, id }: T): string => `${label ?? address} ${address} ${id}`;
  return [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The field that a difference belongs to. */
export function topField({ pointer }: Pick<FieldChange, "pointer">): string {
  return parsePointer(pointer)[0] ?? "";
}
