/** What the inventory says of each resource: before the first create, and after the last operation. */
import { announce, settle } from "../inventory/merge.ts";
import { record } from "../inventory/record.ts";
import { canonicalJson, equal } from "../json.ts";
import { kindNamed } from "../kinds/index.ts";
import type {
  Address,
  Change,
  Id,
  Inventory,
  InventoryEntry,
  Json,
  Plan,
  Recorded,
  Resource,
  Result,
} from "../model.ts";
import { declaredParts } from "./compare.ts";
import { type Planned, recordedLinks } from "./draft.ts";
import { kindOf, type Ownership, replacedAddress } from "./ownership.ts";
import { type PartlyDone, partlyApplied } from "./partly.ts";
import { isSensitive } from "./secrets.ts";
import type { Snapshot } from "./snapshot.ts";

/** The ids of objects that the run created, by address. */
export type CreatedIds = ReadonlyMap<Address, Id>;

/** A run that creates nothing. */
export const NONE: CreatedIds = new Map();

/** The entry for a resource as it is applied; ids of objects not created yet are left open. */
export function entryFor(planned: Planned, ownership: Ownership, created: CreatedIds): InventoryEntry {
  const { resource, live, recorded } = planned;
  if (recorded !== undefined && created.size === 0) return recorded;
  return {
    ...announcedEntry(planned, ownership),
    id: created.get(resource.address) ?? live?.id ?? null,
    fields: recorded?.fields ?? recordedFields(resource, ownership),
    relations: Object.fromEntries(recordedRelations(planned, ownership.inventory.salt, created)),
  };
}

/** A hash of a secret takes 0.1 s. */
function recordedFields(resource: Resource, { inventory }: Ownership): InventoryEntry["fields"] {
  const { salt } = inventory;
  const parts = declaredParts(kindNamed(resource.kind), resource, {});
  return Object.fromEntries(
    parts.map(({ part, pointer, declared }): [string, Recorded] => [
      part,
      record(declared, { salt, sensitive: isSensitive(resource, pointer) }),
    ]),
  );
}

/** The entry for a resource that a run is about to make: nothing of it is applied. */
function announcedEntry({ resource, live }: Planned, ownership: Ownership): InventoryEntry {
  const before = live === undefined ? undefined : ownership.entryOf(resource.kind, live.id);
  const announced = ownership.entryAt(resource.address)?.id === null;
  return {
    address: resource.address,
    id: null,
    file: resource.file,
    fields: {},
    relations: {},
    preventDestroy: resource.lifecycle.preventDestroy,
    adopted: before?.adopted ?? (live !== undefined && !announced),
  };
}

function recordedRelations(
  { resource, relations }: Planned,
  salt: string,
  created: CreatedIds,
): [string, Recorded][] {
  return Object.entries(relations)
    .filter(([name]) => !resource.lifecycle.ignoreChanges.includes(name))
    .map(([name, wanted]) => {
      const links = wanted.map(({ id, address }) => ({ id: created.get(address) ?? id }));
      return [name, record(recordedLinks(links), { salt, sensitive: false })];
    });
}

/** Whether the entry says, or an entry that is gone means, that the object must not exist. */
export function isAbsent({ resource }: Planned): boolean {
  return resource.lifecycle.state === "absent";
}

/**
 * What is written before the first create: whatever this run may bring into being. Undefined where it
 * creates nothing.
 */
export function announced(
  plan: Plan,
  planned: readonly Planned[],
  ownership: Ownership,
): Inventory | undefined {
  const making = new Set(
    plan.changes
      .filter(({ action }) => action === "create" || action === "replace")
      .map(({ address }) => address),
  );
  if (making.size === 0) return undefined;
  const entries = planned.filter(({ resource }) => making.has(resource.address));
  const old = entries.flatMap((entry) => replacedEntry(entry, ownership));
  const { inventory } = ownership;
  const kept = inventory.entries.filter(({ id }) => id === null || !old.some((entry) => entry.id === id));
  const fresh = entries.map((entry) => announcedEntry(entry, ownership));
  return announce({ ...inventory, entries: kept }, [...old, ...fresh]);
}

function replacedEntry(planned: Planned, ownership: Ownership): readonly InventoryEntry[] {
  const { resource, live } = planned;
  if (live === undefined) return [];
  const known = ownership.entryOf(resource.kind, live.id);
  const entry = known ?? entryFor(planned, ownership, NONE);
  const address = replacedAddress(resource.address, live.id);
  const owned = known !== undefined && known.replaced?.owned !== false;
  return [{ ...entry, address, id: live.id, replaced: { name: live.name, owned } }];
}

/** What changes that failed have done all the same, and the links that were live before. */
export interface FailedChanges {
  readonly partly: ReadonlyMap<Address, PartlyDone>;
  readonly links: Snapshot["links"];
}

/**
 * The entry of an object that a change was made to in place. A replace that has made no successor leaves the
 * old object's entry where it was announced: under the address as well, the object would be taken for its own
 * successor by the next run.
 */
function changedEntry({ resource, live, draft }: Planned, ownership: Ownership): InventoryEntry | undefined {
  if (live === undefined || draft?.action === "replace") return undefined;
  return ownership.entryOf(resource.kind, live.id);
}

/** What is true after the run: applied resources as applied, confirmed deletes gone, all else as announced. */
export function settled(
  before: Inventory,
  planned: readonly Planned[],
  ownership: Ownership,
  results: readonly Result[],
  created: CreatedIds,
  appliedAt: number,
  failed: FailedChanges = { partly: new Map(), links: new Map() },
): Inventory {
  const outcomes = new Map(results.map(({ address, outcome }) => [address, outcome]));
  const done = ({ resource }: Planned): boolean =>
    (outcomes.get(resource.address) ?? "applied") === "applied";
  const present = planned.filter((entry) => !isAbsent(entry));
  const applied = present.filter(done).map((entry) => entryFor(entry, ownership, created));
  const halfDone = before.entries.flatMap((entry) => {
    const id = created.get(entry.address);
    return entry.id === null && id !== undefined ? [{ ...entry, id }] : [];
  });
  const partly = present
    .filter((entry) => !done(entry))
    .flatMap((entry) => {
      const part = failed.partly.get(entry.resource.address);
      const id = created.get(entry.resource.address);
      const old =
        id === undefined
          ? changedEntry(entry, ownership)
          : halfDone.find((e) => e.id === id && e.address === entry.resource.address);
      if (part === undefined || old === undefined) return [];
      const whole = entryFor(entry, ownership, created);
      const { salt } = before;
      return [partlyApplied({ before: old, whole, planned: entry, partly: part, links: failed.links, salt })];
    });
  const gone = planned
    .filter((entry) => isAbsent(entry) && done(entry))
    .flatMap(({ resource, live }) => {
      const known = live === undefined ? undefined : ownership.entryOf(resource.kind, live.id);
      return [resource.address, known?.address ?? resource.address];
    });
  const replaced = present.filter(done).flatMap(({ resource, live }) => {
    return live !== undefined && created.has(resource.address)
      ? [replacedAddress(resource.address, live.id)]
      : [];
  });
  const moved = formerAddresses(before, applied);
  return settle(before, {
    appliedAt,
    applied: [...halfDone, ...partly, ...applied],
    removed: [...gone, ...replaced, ...moved],
  });
}

/** Addresses under which the inventory knows objects that have another address now. */
function formerAddresses(before: Inventory, applied: readonly InventoryEntry[]): readonly Address[] {
  const object = ({ address, id }: InventoryEntry): string => `${kindOf(address)} ${id}`;
  const now = new Map(applied.map((entry) => [object(entry), entry.address]));
  return before.entries
    .filter((entry) => entry.id !== null && (now.get(object(entry)) ?? entry.address) !== entry.address)
    .map(({ address }) => address);
}

/**
 * Whether a run that does all of these changes writes the inventory: it says something else then, or at
 * least when the last change was made.
 */
export function writesInventory(
  changes: readonly Change[],
  planned: readonly Planned[],
  ownership: Ownership,
): boolean {
  const { kept, inventory } = ownership;
  if (!kept) return false;
  if (changes.some(({ operations }) => operations.length > 0)) return true;
  const known = new Set(inventory.entries.map(({ address }) => address));
  // Told without a hash of any secret, which takes 0.1 s each.
  const unknown = planned.some((entry) => !isAbsent(entry) && !known.has(entry.resource.address));
  return unknown || !sameEntries(settled(inventory, planned, ownership, [], NONE, 0), inventory);
}

export function sameEntries(a: Inventory, b: Inventory): boolean {
  const [before, after] = [a.entries as unknown as Json, b.entries as unknown as Json];
  // What was read back has no -0, and no key without a value.
  return equal(before, after) || canonicalJson(before) === canonicalJson(after);
}
