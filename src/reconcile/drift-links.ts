/** Links: live ⇄ last applied. The inventory knows them as ids; names come from whatever was read. */
import { matches } from "../inventory/record.ts";
import { equal, isArray, parsePointer } from "../json.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Id, LiveTarget, Manifest, Recorded, RelationChange, Resource } from "../model.ts";
import { type AppliedEntry, since } from "./applied.ts";
import { compareRelation, relationChange } from "./compare.ts";
import { recordedLinks } from "./draft.ts";
import { matchResources } from "./match.ts";
import { createResolver } from "./resolve.ts";
import { linkKey, type Snapshot } from "./snapshot.ts";
import { targetNames } from "./target-names.ts";

/** What links are told from. */
export interface LinkContext {
  readonly snapshot: Snapshot;
  readonly salt: string;
  /** The links that the manifest wants, as ids; undefined where that cannot be told. */
  readonly wanted: (resource: Resource, relation: string) => readonly Id[] | undefined;
  /** What a recorded id stands for. */
  readonly named: (kind: string, id: Id) => LiveTarget;
}

/** Resolves what the manifest wants; what it cannot resolve is for plan to report. */
export function linkContext(manifest: Manifest, snapshot: Snapshot): LinkContext {
  const { ownership } = snapshot.inventory;
  const found = matchResources(manifest, snapshot.objects, ownership).matches;
  const resolve = createResolver(manifest, found, snapshot);
  const resolved = found.map(({ resource }) => [resource.address, resolve(resource)] as const);
  const relations = new Map(resolved.map(([address, resolution]) => [address, resolution.relations]));
  const unresolved = resolved.flatMap(([, resolution]) => resolution.diagnostics);
  const unknown = new Set(unresolved.map((d) => `${d.address} ${parsePointer(d.pointer ?? "")[0]}`));
  return {
    snapshot,
    salt: ownership.inventory.salt,
    wanted: ({ address }, relation) => {
      const links = relations.get(address)?.[relation];
      if (links === undefined || unknown.has(`${address} ${relation}`)) return undefined;
      // What is ours is meant by the id it was applied with, also where it is gone or made anew.
      return links.map((link) => ownership.entryAt(link.address)?.id ?? link.id ?? "").sort();
    },
    named: targetNames(snapshot, [...relations.values()]),
  };
}

/** Every recorded relation whose links are not those that were applied. */
export function relationDrift(
  kind: Kind,
  applied: AppliedEntry,
  context: LinkContext,
): readonly RelationChange[] {
  return comparedRelations(kind, applied).flatMap((name) => {
    const recorded = applied.entry.relations[name];
    return recorded === undefined ? [] : linkDrift(kind, name, recorded, applied, context);
  });
}

/** The recorded relations that are still managed; their links must be read where the object is live. */
export function comparedRelations(kind: Kind, { entry, resource }: AppliedEntry): readonly string[] {
  return Object.keys(kind.relations).filter((name) => {
    const declared =
      resource === undefined ||
      (resource.relations[name] !== undefined && !resource.lifecycle.ignoreChanges.includes(name));
    return entry.relations[name] !== undefined && declared;
  });
}

function linkDrift(
  kind: Kind,
  relation: string,
  recorded: Recorded,
  { resource, live }: AppliedEntry,
  { snapshot, salt, wanted, named }: LinkContext,
): readonly RelationChange[] {
  const linked = live === undefined ? [] : (snapshot.links.get(linkKey(kind.kind, live.id, relation)) ?? []);
  const liveIds = recordedLinks(linked);
  if (matches(recorded, liveIds, salt)) return [];
  const declared = resource === undefined ? undefined : wanted(resource, relation);
  const unchanged = declared !== undefined && matches(recorded, declared, salt);
  // What cannot be told is no sign of a changed manifest: the name may be gone with what it named.
  const untold = resource !== undefined && declared === undefined;
  const cause = since(untold || unchanged || equal(declared, liveIds));
  const ids = recordedIds(recorded) ?? (unchanged ? declared : undefined);
  if (ids === undefined) return [{ relation, assign: [], unassign: [], cause, hashed: true }];
  const to = kind.relations[relation]?.to ?? relation;
  const before = ids.map((id) => ({ ...named(to, id), pending: false }));
  const difference = compareRelation(relation, before, linked);
  return difference === undefined ? [] : [relationChange(difference, cause)];
}

function recordedIds(recorded: Recorded): readonly Id[] | undefined {
  return "value" in recorded && isArray(recorded.value) ? recorded.value.map(String) : undefined;
}
