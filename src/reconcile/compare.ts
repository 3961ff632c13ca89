/** Declared ⇄ live: which fields and links differ. Pure; both sides are normalised first. */
import { equal, isObject, parsePointer, pointer } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import { normalise } from "../kinds/wire.ts";
import {
  type FieldChange,
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

/** Every difference of the declared fields, at its deepest place; ignored fields are left out. */
export function compareFields(kind: Kind, resource: Resource, live: LiveObject): readonly FieldChange[] {
  return Object.entries(resource.fields)
    .filter(([name]) => !resource.lifecycle.ignoreChanges.includes(name))
    .flatMap(([name, declared]) => {
      const [before, after] = comparable(kind, name, declared, live.fields[name]);
      return differences(before, after, pointer(name)).map((change) => masked(resource, change));
    });
}

/** Both sides in comparable form. Of an object whose keys are managed one by one, only declared keys count. */
function comparable(kind: Kind, name: string, declared: Json, live: Json | undefined): readonly [Json, Json] {
  const after = normalise(kind, name, declared);
  const before = normalise(kind, name, live);
  if (kind.fields[name]?.merge !== true || !isObject(declared) || !isObject(before)) return [before, after];
  const keys = Object.keys(declared).filter((key) => before[key] !== undefined);
  return [Object.fromEntries(keys.map((key) => [key, before[key] as Json])), after];
}

type Difference = Pick<FieldChange, "pointer" | "before" | "after">;

function differences(before: Json | undefined, after: Json | undefined, at: Pointer): readonly Difference[] {
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

/** A change without a record of the last apply has no known cause. */
export function masked(resource: Resource, change: Difference): FieldChange {
  const sensitive = isSensitive(resource, change.pointer);
  const side = (name: "before" | "after"): Partial<Difference> =>
    change[name] === undefined ? {} : { [name]: sensitive ? SENSITIVE : change[name] };
  return { pointer: change.pointer, ...side("before"), ...side("after"), cause: null, sensitive };
}

/** What a create or replace sets, field by field, as sent. */
export function createdFields(
  resource: Resource,
  body: JsonObject,
  nameField: string,
): readonly FieldChange[] {
  return Object.entries(body)
    .filter(([name]) => name !== nameField)
    .map(([name, after]) => masked(resource, { pointer: pointer(name), after }));
}

/** One link that is wanted or live; `id` is null for an object that this run creates. */
export interface RelationDifference {
  readonly relation: string;
  readonly assign: readonly Resolved[];
  readonly unassign: readonly LiveTarget[];
}

/** The links to add and to remove, each list in the order of what people see; undefined where the sets are equal. */
export function compareRelation(
  relation: string,
  wanted: readonly Resolved[],
  live: readonly LiveTarget[],
): RelationDifference | undefined {
  const liveIds = new Set(live.map(({ id }) => id));
  const wantedIds = new Set(wanted.map(({ id }) => id));
  const assign = wanted.filter(({ id }) => id === null || !liveIds.has(id));
  const unassign = live.filter(({ id }) => !wantedIds.has(id));
  if (assign.length === 0 && unassign.length === 0) return undefined;
  return { relation, assign: byLabel(assign), unassign: byLabel(unassign) };
}

/** The difference as the plan shows it: addresses, and labels where addresses do not tell. */
export function relationChange({ relation, assign, unassign }: RelationDifference): RelationChange {
  const labels = [...assign, ...unassign].flatMap(({ address, label }) =>
    label === undefined ? [] : [[address, label]],
  );
  return {
    relation,
    assign: assign.map(({ address }) => address),
    unassign: unassign.map(({ address }) => address),
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
