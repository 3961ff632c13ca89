/**
 * The inventory that a manifest and what is found live make, in place of one that is damaged or lost. Pure.
 * It says only what is known: an object that exists is owned as declared, and nothing else is.
 */
import { announce } from "../inventory/merge.ts";
import { canonicalJson } from "../json.ts";
import type { Diagnostic, Inventory, InventoryEntry, Json, Manifest } from "../model.ts";
import type { Planned } from "./draft.ts";
import { kindOf, type Ownership } from "./ownership.ts";
import { entryFor, isAbsent, NONE } from "./record.ts";

export interface Repair {
  readonly inventory: Inventory;
  /** Entries of the new inventory whose objects the old one does not have. */
  readonly gained: readonly InventoryEntry[];
  /** Entries of the old inventory whose objects the new one does not have. */
  readonly givenUp: readonly InventoryEntry[];
  /** Whether the new one says anything else than the old one. */
  readonly differs: boolean;
  /** What another owner has and this manifest declares. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * `planned` are the entries of the manifest as a plan matches them with live objects. `ownership` is of the
 * old inventory, or of an empty one where that cannot be read.
 */
export function repair(manifest: Manifest, planned: readonly Planned[], ownership: Ownership): Repair {
  const declared = new Set(manifest.resources.map(({ address }) => address));
  const found = planned.filter(({ resource, live }) => live !== undefined && declared.has(resource.address));
  const foreign = found.filter((entry) => ownerOf(entry, ownership) !== undefined);
  const ours = found.filter((entry) => !foreign.includes(entry));
  const present = ours.filter((entry) => !isAbsent(entry)).map((entry) => entryFor(entry, ownership, NONE));
  // What must not exist is owned until it is gone, if it was: its protection would be lost with the entry.
  const ending = ours.filter(isAbsent).flatMap((entry) => ownedBefore(entry, ownership));
  const before = ownership.inventory;
  const inventory = announce({ ...before, entries: [] }, [...present, ...ending]);
  return {
    inventory,
    gained: missingFrom(before.entries, inventory.entries),
    givenUp: missingFrom(inventory.entries, before.entries),
    differs: text(inventory) !== text(before),
    diagnostics: foreign.filter((entry) => !isAbsent(entry)).map((entry) => otherOwner(entry, ownership)),
  };
}

function ownerOf({ resource, live }: Planned, ownership: Ownership): string | undefined {
  return live === undefined ? undefined : ownership.otherOwner(resource.kind, live.id);
}

function ownedBefore({ resource, live }: Planned, ownership: Ownership): readonly InventoryEntry[] {
  const entry = live === undefined ? undefined : ownership.entryOf(resource.kind, live.id);
  return entry === undefined ? [] : [entry];
}

/** Entries whose objects are not among the others'; one without an id is known by its address. */
function missingFrom(
  others: readonly InventoryEntry[],
  entries: readonly InventoryEntry[],
): readonly InventoryEntry[] {
  const addresses = new Set(others.map(({ address }) => address));
  const objects = new Set(others.map(objectKey));
  return entries.filter((entry) =>
    entry.id === null ? !addresses.has(entry.address) : !objects.has(objectKey(entry)),
  );
}

function objectKey({ address, id }: InventoryEntry): string {
  return `${kindOf(address)} ${id}`;
}

function text({ entries }: Inventory): string {
  return canonicalJson(entries as unknown as Json);
}

function otherOwner(planned: Planned, ownership: Ownership): Diagnostic {
  const { resource, live } = planned;
  const owner = JSON.stringify(ownerOf(planned, ownership));
  const forget = `hopsync forget --owner ${owner} ${JSON.stringify(resource.address)}`;
  return {
    severity: "warning",
    code: "owned-by-other",
    summary: "The object belongs to another owner",
    detail: `${resource.address} (id ${live?.id}) is in the inventory of owner ${owner} and is not taken from it. Remove the entry here, or have that owner give it up: ${forget}.`,
    address: resource.address,
    source: resource.at("/name"),
  };
}
