/** Where an inventory is kept, behind one interface. */
import type { Inventory, JsonObject } from "../model.ts";
import { newSalt } from "./record.ts";

/** The inventory of one owner on one target. */
export interface InventoryStore {
  readonly kind: "appliance" | "file" | "none";
  /** Undefined where nothing was ever applied. Rejects with a HopsyncError when it is damaged or newer. */
  read(): Promise<Inventory | undefined>;
  /** Replaces it. When it rejects, what is stored is the old inventory or the new one, whole. */
  write(inventory: Inventory): Promise<void>;
  /**
   * Whether another run may have written since this store read or wrote last: `listed` is what the list of
   * INVENTORY_PATH has now. True where that cannot be told.
   */
  isStale(listed: readonly JsonObject[]): Promise<boolean>;
}

/** Keeps nothing: every run is a first run. */
export function createNoStore(): InventoryStore {
  return { kind: "none", read: async () => undefined, write: async () => {}, isStale: async () => true };
}

/** What an owner starts with. */
export function newInventory(owner: string): Inventory {
  return { owner, salt: newSalt(), appliedAt: null, entries: [] };
}
