/**
 * Replacing what the API cannot change in place: a successor takes over everything, then the old object
 * goes. The successor has a new id.
 */
import { isObject } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Address, FieldChange, Json, JsonObject, LiveObject, LiveTarget, Resource } from "../model.ts";
import { compareFields, masked, relationChange } from "./compare.ts";
import { base, type Draft, type EntryOf, newLinks } from "./draft.ts";
import {
  assignOperations,
  createOperation,
  deleteOperation,
  moveOperations,
  placeholder,
} from "./operations.ts";
import type { ResolvedRelations } from "./resolve.ts";
import { incomingRelations, linkKey, type Snapshot } from "./snapshot.ts";

export interface MovedLinks {
  readonly reverse: string;
  readonly linked: readonly LiveTarget[];
}

/**
 * The successor first, then its links, then everybody who was linked to the old object, and only then
 * the old object goes: at no moment does an alert watch nothing.
 */
export function draftReplace(
  kind: Kind,
  resource: Resource,
  live: LiveObject,
  relations: ResolvedRelations,
  moved: readonly MovedLinks[],
): Draft {
  const create = createOperation(kind, resource, inheritedFields(kind, resource, live));
  const differences = newLinks(relations);
  return {
    ...base(resource),
    action: "replace",
    id: live.id,
    ...(live.name === resource.name ? {} : { previousName: live.name }),
    fields: [
      ...variantChange(kind, resource, live, create.body ?? {}),
      ...compareFields(kind, resource, live),
    ],
    relations: differences.map(relationChange),
    operations: [
      create,
      ...assignOperations(kind, placeholder(resource.address), differences),
      ...moved.flatMap(({ reverse, linked }) =>
        moveOperations(kind, resource.address, live.id, reverse, linked),
      ),
      deleteOperation(kind, live.id),
    ],
  };
}

/** Live values of fields that the manifest does not manage and that do not make the old variant. */
function inheritedFields(kind: Kind, resource: Resource, live: LiveObject): JsonObject {
  const kept = Object.keys(kind.fields).filter((name) => {
    const value = live.fields[name];
    const blank =
      value === undefined ||
      value === null ||
      value === "" ||
      (isObject(value) && Object.keys(value).length === 0);
    return (
      !blank &&
      resource.fields[name] === undefined &&
      kind.variant?.({ fields: { [name]: value }, relations: [] }) === undefined
    );
  });
  return Object.fromEntries(kept.map((name) => [name, live.fields[name] as Json]));
}

function variantChange(
  kind: Kind,
  resource: Resource,
  live: LiveObject,
  body: JsonObject,
): readonly FieldChange[] {
  return Object.keys(kind.variantFields?.(undefined) ?? {}).map((name) =>
    masked(resource, { pointer: `/${name}`, before: live.fields[name] ?? null, after: body[name] ?? null }),
  );
}

/**
 * Links from others to the old object, without those that go in this run anyway: the manifest takes them
 * away, or deletes the object that has them.
 */
export function movedLinks(
  kind: Kind,
  resource: Resource,
  live: LiveObject,
  snapshot: Snapshot,
  entryOf: EntryOf,
): readonly MovedLinks[] {
  return incomingRelations(kind).flatMap(({ from, name, reverse }) => {
    const linked = snapshot.incoming.get(linkKey(kind.kind, live.id, reverse)) ?? [];
    const kept = linked.filter(({ id }) => keepsLink(entryOf(from.kind, id), name, resource.address));
    return kept.length === 0 ? [] : [{ reverse, linked: kept }];
  });
}

function keepsLink(entry: ReturnType<EntryOf>, relation: string, to: Address): boolean {
  if (entry === undefined) return true;
  const { state, ignoreChanges } = entry.resource.lifecycle;
  if (state === "absent") return false;
  const declared = entry.relations[relation];
  return (
    declared === undefined ||
    ignoreChanges.includes(relation) ||
    declared.some(({ address }) => address === to)
  );
}
