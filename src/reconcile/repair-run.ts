/** Reads what a repair is made of, and plans it. Sends no request that writes. */
import type { AppliancePort } from "../appliance/port.ts";
import type { InventoryStore } from "../inventory/store.ts";
import type { Diagnostic, InventoryReport, Manifest, Target } from "../model.ts";
import { readAndPlan } from "./read-plan.ts";
import { type Repair, repair } from "./repair.ts";
import { foundOf, notKept, readStore } from "./stored-inventory.ts";

export interface PlannedRepair extends Repair {
  readonly target: Target;
  readonly store: InventoryStore;
  readonly place: InventoryReport["place"];
  readonly found: InventoryReport["found"];
  /** With an error among them there is nothing to write: the manifest and the appliance do not fit. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Rejects where no inventory is kept, and where it is newer than what this version can write. */
export async function planRepair(port: AppliancePort, manifest: Manifest): Promise<PlannedRepair> {
  const { kind: place } = manifest.inventory;
  if (place === "none") throw notKept(manifest.owner);
  const { snapshot, plan, planned } = await readAndPlan(port, manifest, { damagedAsNone: true });
  const { store, ownership } = snapshot.inventory;
  const { inventory, problem } = await readStore(store);
  const repaired = repair(manifest, planned, ownership);
  return {
    ...repaired,
    target: snapshot.target,
    store,
    place,
    found: foundOf(inventory, problem),
    differs: repaired.differs || problem !== undefined,
    diagnostics: [
      ...plan.diagnostics.filter(({ severity }) => severity === "error"),
      ...snapshot.inventory.diagnostics,
      ...repaired.diagnostics,
    ],
  };
}
