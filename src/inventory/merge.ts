/**
 * What the inventory says before and after a run's writes. Pure. It grows before the first create and
 * shrinks only by what is confirmed, so that an interrupted run never loses track of an object.
 */
import type { Address, Inventory, InventoryEntry } from "../model.ts";

/**
 * The union with what a run is about to create or take over. An entry that is there stays as it was
 * last applied; only an id that it lacks is filled in.
 */
export function announce(inventory: Inventory, entries: readonly InventoryEntry[]): Inventory {
  const known = byAddress(inventory.entries);
  for (const entry of entries) {
    const before = known.get(entry.address);
    known.set(entry.address, before === undefined ? entry : { ...before, id: before.id ?? entry.id });
  }
  return { ...inventory, entries: sorted(known) };
}

/** What a run has confirmed. What failed, was blocked or not tried is in neither list. */
export interface Settlement {
  /** Milliseconds since the epoch. */
  readonly appliedAt: number;
  /** The entries of changes that were applied, as they are now; they win over `removed`. */
  readonly applied: readonly InventoryEntry[];
  /** Addresses of what is deleted, released, or known under another address since a rename. */
  readonly removed: readonly Address[];
}

/** What is true after a run: confirmed changes as they are now, everything else as it was. */
export function settle(inventory: Inventory, { appliedAt, applied, removed }: Settlement): Inventory {
  const gone = new Set(removed);
  const kept = inventory.entries.filter(({ address }) => !gone.has(address));
  return { ...inventory, appliedAt, entries: sorted(byAddress([...kept, ...applied])) };
}

function byAddress(entries: readonly InventoryEntry[]): Map<Address, InventoryEntry> {
  return new Map(entries.map((entry) => [entry.address, entry]));
}

function sorted(entries: ReadonlyMap<Address, InventoryEntry>): readonly InventoryEntry[] {
  return [...entries.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}
