/** Opens the inventory that the manifest chooses, over the lists that the snapshot has read. */
import type { AppliancePort } from "../appliance/port.ts";
import { HopsyncError } from "../errors.ts";
import {
  createApplianceStore,
  type LocatedInventories,
  locateInventories,
} from "../inventory/appliance-store.ts";
import { createFileStore } from "../inventory/file-store.ts";
import { createNoStore, type InventoryStore, newInventory } from "../inventory/store.ts";
import { INVENTORY_KIND } from "../kinds/inventory-object.ts";
import type { Diagnostic, Id, Inventory, JsonObject, Manifest } from "../model.ts";
import type { LiveObjects } from "./match.ts";
import { createOwnership, type Ownership, UNRECORDED } from "./ownership.ts";

export interface OpenedInventory {
  readonly store: InventoryStore;
  readonly ownership: Ownership;
  /** The live objects without those that hold inventories: they are nobody's to plan with. */
  readonly objects: LiveObjects;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Other owners count wherever this one's inventory is kept. Rejects when the inventory is newer, and when it
 * is damaged: but for a repair, it is never taken for an empty one.
 */
export async function openInventory(
  port: AppliancePort,
  manifest: Manifest,
  objects: LiveObjects,
  { damagedAsNone = false }: { readonly damagedAsNone?: boolean } = {},
): Promise<OpenedInventory> {
  const { owner, inventory: place } = manifest;
  const listed = objects.get(INVENTORY_KIND) ?? [];
  const located = locateInventories(listed.map(({ fields }) => fields));
  const own = listed.filter(({ id }) => !located.ids.has(id));
  const store = openStore(port, manifest, located);
  const inventory = (await readStored(store, damagedAsNone)) ?? newInventory(owner);
  return {
    store,
    ownership: createOwnership(inventory, located.others(owner), place.kind !== "none"),
    objects: new Map([...objects, ...(objects.has(INVENTORY_KIND) ? [[INVENTORY_KIND, own] as const] : [])]),
    diagnostics: located.warnings(owner),
  };
}

function openStore(
  port: AppliancePort,
  { owner, inventory: place }: Manifest,
  located: LocatedInventories,
): InventoryStore {
  switch (place.kind) {
    case "appliance":
      return createApplianceStore(port, owner, located.own(owner));
    case "file":
      return createFileStore({ path: place.path, root: place.root, owner, target: port.host });
    case "none":
      return createNoStore();
  }
}

async function readStored(store: InventoryStore, damagedAsNone: boolean): Promise<Inventory | undefined> {
  return store.read().catch((error: unknown) => {
    if (damagedAsNone && error instanceof HopsyncError && error.code === "inventory-damaged")
      return undefined;
    throw error;
  });
}

/**
 * What an export leaves out: the objects that hold inventories, and with an owner given what all other
 * owners have.
 */
export function notExported(
  inventoryObjects: readonly JsonObject[],
  owner: string | undefined,
): (kind: string, id: Id) => boolean {
  const located = locateInventories(inventoryObjects);
  const foreign =
    owner === undefined ? UNRECORDED : createOwnership(newInventory(owner), located.others(owner), true);
  return (kind, id) =>
    (kind === INVENTORY_KIND && located.ids.has(id)) || foreign.otherOwner(kind, id) !== undefined;
}
