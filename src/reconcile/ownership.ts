/** Who manages which live object, and what was last applied to it. Pure lookups over inventories. */
import { matches } from "../inventory/record.ts";
import type { Address, Cause, Id, Inventory, InventoryEntry, Json, Recorded } from "../model.ts";

export interface Ownership {
  /** Whether there is a record of this owner at all; with `inventory: none` nothing is owned, adopted or pruned. */
  readonly kept: boolean;
  readonly inventory: Inventory;
  /** The entry of this owner for an address. */
  entryAt(address: Address): InventoryEntry | undefined;
  /** The entry of this owner for a live object. */
  entryOf(kind: string, id: Id): InventoryEntry | undefined;
  /** Another owner that has the object. */
  otherOwner(kind: string, id: Id): string | undefined;
}

const key = (kind: string, id: Id): string => `${kind} ${id}`;

export function kindOf(address: Address): string {
  return address.slice(0, address.indexOf("/"));
}

export function nameOf(address: Address): string {
  return address.slice(address.indexOf("/") + 1);
}

/** A successor takes the address; until the old object is gone, its entry stays under this one. */
export function replacedAddress(address: Address, id: Id): Address {
  return `${address}${replacedMark(id)}`;
}

/** The address that a successor has taken, where the entry is of an object that an interrupted run was about to replace. */
export function successorAddress({
  address,
  id,
}: Pick<InventoryEntry, "address" | "id">): Address | undefined {
  const mark = replacedMark(id ?? "");
  return id !== null && address.endsWith(mark) ? address.slice(0, -mark.length) : undefined;
}

function replacedMark(id: Id): string {
  return ` (replaced ${id})`;
}

/** `others` are the inventories of other owners on the same appliance, as far as they can be seen. */
export function createOwnership(
  inventory: Inventory,
  others: readonly Inventory[],
  kept: boolean,
): Ownership {
  const byAddress = new Map(inventory.entries.map((entry) => [entry.address, entry]));
  const byObject = new Map(inventory.entries.flatMap((entry) => objectKeys(entry).map((k) => [k, entry])));
  const foreign = new Map(
    others.flatMap(({ owner, entries }) =>
      entries.flatMap((entry) => objectKeys(entry).map((k) => [k, owner])),
    ),
  );
  return {
    kept,
    inventory,
    entryAt: (address) => byAddress.get(address),
    entryOf: (kind, id) => byObject.get(key(kind, id)),
    otherOwner: (kind, id) => foreign.get(key(kind, id)),
  };
}

function objectKeys({ address, id }: InventoryEntry): readonly string[] {
  return id === null ? [] : [key(kindOf(address), id)];
}

/** No record is kept: everything that is declared counts as ours, and nothing else is known. */
export const UNRECORDED: Ownership = createOwnership(
  { owner: "", salt: "", appliedAt: null, entries: [] },
  [],
  false,
);

/**
 * Why live and declared differ, from what was last applied. A field that was never applied can only have
 * been changed in the manifest.
 */
export function causeOf(
  { kept, inventory }: Ownership,
  recorded: Recorded | undefined,
  live: Json,
  declared: Json | null,
): Cause {
  if (!kept) return null;
  if (recorded === undefined || matches(recorded, live, inventory.salt)) return "manifest";
  return declared !== null && matches(recorded, declared, inventory.salt) ? "drift" : "conflict";
}

/** One word for several differences: both sides changed something where the words differ. */
export function combineCauses(causes: readonly Cause[]): Cause {
  const [first = null, ...others] = [...new Set(causes)];
  return others.length === 0 ? first : "conflict";
}
