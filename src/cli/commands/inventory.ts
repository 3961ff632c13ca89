/** `hopsync inventory show` and `repair`: the record of what was applied, seen and made anew. */
import { hasErrors } from "../../diagnostics.ts";
import { EXIT, errorDiagnostic } from "../../errors.ts";
import type { InventoryReport } from "../../model.ts";
import { type PlannedRepair, planRepair } from "../../reconcile/repair-run.ts";
import { neverApplied, readStored } from "../../reconcile/stored-inventory.ts";
import { renderInventory, renderRepair } from "../../render/inventory-text.ts";
import { runTargets } from "../fleet.ts";
import { chooseOwner, type InventoryFlags } from "../inventory-owner.ts";
import { type ApprovalFlags, writeApproved } from "../inventory-write.ts";
import type { Io } from "../io.ts";
import type { ConnectionFlags, ManifestOptions } from "../options.ts";
import { runSession } from "../session.ts";

export async function showInventory(
  paths: readonly string[],
  options: InventoryFlags,
  io: Io,
): Promise<number> {
  return runTargets("inventory show", options, io, async (session) => {
    const chosen = await chooseOwner(session, paths, options);
    if (chosen === undefined) return session.finish({ exitCode: EXIT.error });
    const { owner } = chosen;
    const port = await session.connect(options);
    const { target, inventory, report, diagnostics, ...stored } = await readStored(
      port,
      owner,
      chosen.inventory,
    );
    const problem = stored.problem ?? (inventory === undefined ? neverApplied(owner, report) : undefined);
    session.note([...diagnostics, ...(problem === undefined ? [] : [errorDiagnostic(problem)])]);
    const exitCode = problem === undefined ? EXIT.done : EXIT.error;
    return session.finish({ exitCode, target, owner, owned: report, text: renderInventory });
  });
}

export interface RepairFlags extends ApprovalFlags, ManifestOptions, ConnectionFlags {}

export async function repairInventory(
  paths: readonly string[],
  options: RepairFlags,
  io: Io,
): Promise<number> {
  return runSession("inventory repair", options, io, async (session) => {
    const manifest = await session.load(paths, options);
    if (manifest === undefined) return session.finish({ exitCode: EXIT.error });
    const port = await session.connect(options);
    const planned = await planRepair(port, manifest);
    const { target, store, inventory, differs, diagnostics } = planned;
    session.note(diagnostics);
    if (hasErrors(diagnostics)) return session.finish({ exitCode: EXIT.error, target });
    const report = reportOf(planned);
    if (!differs) {
      const text = (): string =>
        "Nothing to repair: the inventory is what the manifest and the appliance say.\n";
      return session.finish({ exitCode: EXIT.done, target, owned: report, text });
    }
    const proposal = { port, target, store, inventory, report, text: renderRepair };
    return writeApproved(session, { command: "inventory repair", ...proposal }, options);
  });
}

function reportOf({ place, inventory, found, gained, givenUp }: PlannedRepair): InventoryReport {
  const { appliedAt, entries } = inventory;
  return { place, found, written: false, appliedAt, entries, gained, givenUp };
}
