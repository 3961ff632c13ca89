/** One owner's inventory as it is stored, apart from any plan. Reads the one list that inventories are in. */
import type { AppliancePort } from "../appliance/port.ts";
import { HopsyncError } from "../errors.ts";
import { createApplianceStore, locateInventories } from "../inventory/appliance-store.ts";
import { createFileStore } from "../inventory/file-store.ts";
import type { Located } from "../inventory/parts.ts";
import type { InventoryStore } from "../inventory/store.ts";
import { INVENTORY_PATH } from "../kinds/inventory-object.ts";
import type { Diagnostic, Id, Inventory, InventoryPlace, InventoryReport, Target } from "../model.ts";

export interface StoredInventory {
  readonly target: Target;
  readonly store: InventoryStore;
  /** Undefined where nothing is stored, or nothing that can be read. */
  readonly inventory: Inventory | undefined;
  /** Why it cannot be read: damaged, or newer. */
  readonly problem: HopsyncError | undefined;
  readonly report: InventoryReport;
  /** Other owners' inventories that cannot be read. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Rejects where no inventory is kept at all; one that cannot be read is a `problem`. */
export async function readStored(
  port: AppliancePort,
  owner: string,
  place: InventoryPlace,
): Promise<StoredInventory> {
  if (place.kind === "none") throw notKept(owner);
  const target = await port.target();
  const located = locateInventories(await port.list(INVENTORY_PATH));
  const own = located.own(owner);
  const store =
    place.kind === "file"
      ? createFileStore({ path: place.path, root: place.root, owner, target: port.host })
      : createApplianceStore(port, owner, own);
  const { inventory, problem } = await readStore(store);
  return {
    target,
    store,
    inventory,
    problem,
    report: {
      place: place.kind,
      keptIn: place.kind === "file" ? [place.path] : idsOf(own),
      found: foundOf(inventory, problem),
      written: false,
      appliedAt: inventory?.appliedAt ?? null,
      entries: inventory?.entries ?? [],
      others: located.others(owner).map((other) => ({ owner: other.owner, objects: other.entries.length })),
    },
    diagnostics: located.warnings(owner),
  };
}

function idsOf(located: Located | undefined): readonly Id[] {
  return [...(located?.heads ?? []), ...(located?.parts ?? [])].map(({ id }) => id);
}

/** What a store holds, or why that cannot be read; any other failure rejects. */
export async function readStore(
  store: InventoryStore,
): Promise<Pick<StoredInventory, "inventory" | "problem">> {
  try {
    return { inventory: await store.read(), problem: undefined };
  } catch (error) {
    if (!(error instanceof HopsyncError) || !UNREADABLE.has(error.code)) throw error;
    return { inventory: undefined, problem: error };
  }
}

const NEWER = "inventory-newer";
const UNREADABLE: ReadonlySet<string> = new Set(["inventory-damaged", NEWER]);

/** In one word, what was found. */
export function foundOf(
  inventory: Inventory | undefined,
  problem: HopsyncError | undefined,
): InventoryReport["found"] {
  if (problem !== undefined) return problem.code === NEWER ? "newer" : "damaged";
  return inventory === undefined ? "none" : "whole";
}

/** With `inventory: none` there is nothing to show, repair or forget. */
export function notKept(owner: string): HopsyncError {
  return new HopsyncError(
    "no-inventory",
    `For owner ${JSON.stringify(owner)} the manifest says \`inventory: none\`.`,
    {
      hint: "Nothing is recorded of what was applied, so nothing is owned. Leave `inventory` out to keep one on the appliance.",
    },
  );
}

/** An owner that is not on this appliance, or not under this name. */
export function neverApplied(owner: string, { others = [] }: InventoryReport): HopsyncError {
  const names = others.map((other) => JSON.stringify(other.owner)).join(", ");
  const seen = others.length === 0 ? "" : ` Owners that have: ${names}.`;
  return new HopsyncError(
    "never-applied",
    `Owner ${JSON.stringify(owner)} has no inventory here: nothing was applied yet.${seen}`,
    {
      hint: "hopsync apply writes it. If it was deleted, the next apply adopts what the manifest declares and deletes nothing.",
    },
  );
}
