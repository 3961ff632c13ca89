/** What the owner has applied, beside what is live now. */
import type { Cause, Id, InventoryEntry, LiveObject, Manifest, Resource } from "../model.ts";
import { type Match, matchResources } from "./match.ts";
import { kindOf, nameOf, successorAddress } from "./ownership.ts";
import { pruneUndeclared } from "./prune.ts";
import type { Snapshot } from "./snapshot.ts";

/** One entry of the inventory. */
export interface AppliedEntry {
  readonly entry: InventoryEntry;
  /** What declares it; absent where the manifest has it no more. */
  readonly resource?: Resource;
  /** The object that was applied; absent where it is gone. */
  readonly live?: LiveObject;
  /** `live` is another object, made under the same name since. */
  readonly anew: boolean;
}

export interface AppliedEntries {
  /** Those that this run answers for: their files are read and their kinds listed. */
  readonly compared: readonly AppliedEntry[];
  readonly elsewhere: readonly InventoryEntry[];
}

const key = (kind: string, id: Id | undefined): string => `${kind} ${id}`;

/** What was announced and never confirmed, and what an interrupted replace left behind, was not applied. */
export function appliedEntries(manifest: Manifest, snapshot: Snapshot): AppliedEntries {
  const { objects, inventory } = snapshot;
  const { matches } = matchResources(manifest, objects, inventory.ownership);
  const pruned = pruneUndeclared(manifest, inventory.ownership, matches, objects).matches;
  const undeclared = new Set(pruned.map(({ resource }) => resource.address));
  const live = new Map(
    [...objects].flatMap(([kind, list]) => list.map((object) => [key(kind, object.id), object] as const)),
  );
  const declared = declarations(manifest, matches);
  const entries = inventory.ownership.inventory.entries.filter(
    (entry) => entry.id !== null && successorAddress(entry) === undefined,
  );
  const answers = (entry: InventoryEntry): boolean =>
    declared(entry) !== undefined || undeclared.has(entry.address);
  return {
    compared: entries.filter(answers).map((entry) => {
      const resource = declared(entry);
      const found = live.get(key(kindOf(entry.address), entry.id ?? undefined));
      const successor = found ?? madeAnew(entry, matches, snapshot);
      return {
        entry,
        ...(resource?.lifecycle.state === "present" ? { resource } : {}),
        ...(successor === undefined ? {} : { live: successor }),
        anew: found === undefined && successor !== undefined,
      };
    }),
    elsewhere: entries.filter((entry) => !answers(entry)),
  };
}

/** By address, or by the object where the manifest renames it. */
function declarations(
  { resources }: Manifest,
  matches: readonly Match[],
): (entry: InventoryEntry) => Resource | undefined {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const byObject = new Map(matches.map(({ resource, live }) => [key(resource.kind, live?.id), resource]));
  return ({ address, id }) => byAddress.get(address) ?? byObject.get(key(kindOf(address), id ?? undefined));
}

/** An object of the same name that nobody owns: apply would adopt it. */
function madeAnew(
  { address }: InventoryEntry,
  matches: readonly Match[],
  { inventory: { ownership } }: Snapshot,
): LiveObject | undefined {
  const kind = kindOf(address);
  const live = matches.find(({ resource }) => resource.address === address)?.live;
  if (live === undefined || live.name !== nameOf(address)) return undefined;
  const owned =
    ownership.entryOf(kind, live.id) !== undefined || ownership.otherOwner(kind, live.id) !== undefined;
  return owned ? undefined : live;
}

/** Drift where the manifest is still what was applied, or has come to agree with the appliance. */
export function since(unchanged: boolean): Cause {
  return unchanged ? "drift" : "conflict";
}
