/** What becomes of one entry: its action, differences and operations. Pure. */
import { kindNamed } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { LiveObject, Resource } from "../model.ts";
import { compareFields, compareRelation, createdFields, relationChange, topField } from "./compare.ts";
import { base, type Draft, type EntryOf, newLinks, type Planned } from "./draft.ts";
import {
  assignOperations,
  createOperation,
  deleteOperation,
  patchOperation,
  placeholder,
} from "./operations.ts";
import { draftReplace, movedLinks } from "./replace.ts";
import type { ResolvedRelations } from "./resolve.ts";
import { linkKey, mustReplace, type Snapshot } from "./snapshot.ts";

/** The change that this entry needs; undefined when live and declared are equal. */
export function draftChange(
  { resource, live, relations }: Omit<Planned, "draft">,
  snapshot: Snapshot,
  entryOf: EntryOf,
): Draft | undefined {
  const kind = kindNamed(resource.kind);
  if (resource.lifecycle.state === "absent")
    return live === undefined ? undefined : draftDelete(kind, resource, live);
  if (live === undefined) return draftCreate(kind, resource, relations);
  return mustReplace(kind, resource, live)
    ? draftReplace(kind, resource, live, relations, movedLinks(kind, resource, live, snapshot, entryOf))
    : draftUpdate(kind, resource, live, relations, snapshot);
}

function draftDelete(kind: Kind, resource: Resource, live: LiveObject): Draft {
  const operations = [deleteOperation(kind, live.id)];
  return { ...base(resource), action: "delete", id: live.id, fields: [], relations: [], operations };
}

function draftCreate(kind: Kind, resource: Resource, relations: ResolvedRelations): Draft {
  const create = createOperation(kind, resource);
  const differences = newLinks(relations);
  return {
    ...base(resource),
    action: "create",
    id: null,
    fields: createdFields(resource, create.body ?? {}, kind.nameField),
    relations: differences.map(relationChange),
    operations: [create, ...assignOperations(kind, placeholder(resource.address), differences)],
  };
}

function draftUpdate(
  kind: Kind,
  resource: Resource,
  live: LiveObject,
  relations: ResolvedRelations,
  snapshot: Snapshot,
): Draft | undefined {
  const fields = compareFields(kind, resource, live);
  const differences = Object.entries(relations).flatMap(([name, wanted]) => {
    if (resource.lifecycle.ignoreChanges.includes(name)) return [];
    return compareRelation(name, wanted, snapshot.links.get(linkKey(kind.kind, live.id, name)) ?? []) ?? [];
  });
  const patch = patchOperation(kind, resource, live, [...new Set(fields.map(topField))]);
  if (patch === undefined && differences.length === 0) return undefined;
  const renamed = live.name !== resource.name;
  return {
    ...base(resource),
    action: renamed ? "rename" : "update",
    id: live.id,
    ...(renamed ? { previousName: live.name } : {}),
    fields,
    relations: differences.map(relationChange),
    operations: [...(patch === undefined ? [] : [patch]), ...assignOperations(kind, live.id, differences)],
  };
}
