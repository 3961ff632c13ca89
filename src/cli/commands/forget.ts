/** `hopsync forget`: lets go of objects without deleting them. */
import { EXIT } from "../../errors.ts";
import type { Address } from "../../model.ts";
import { forgetEntries } from "../../reconcile/forget.ts";
import { neverApplied, readStored } from "../../reconcile/stored-inventory.ts";
import { renderForget } from "../../render/inventory-text.ts";
import { chooseOwner, type InventoryFlags } from "../inventory-owner.ts";
import { type ApprovalFlags, writeApproved } from "../inventory-write.ts";
import type { Io } from "../io.ts";
import { runSession } from "../session.ts";

export interface ForgetFlags extends ApprovalFlags, InventoryFlags {
  /** Manifests that say owner and inventory. */
  readonly path?: readonly string[];
}

export async function forget(addresses: readonly Address[], options: ForgetFlags, io: Io): Promise<number> {
  return runSession("forget", options, io, async (session) => {
    const chosen = await chooseOwner(session, options.path ?? [], options);
    if (chosen === undefined) return session.finish({ exitCode: EXIT.error });
    const { owner } = chosen;
    const port = await session.connect(options);
    const stored = await readStored(port, owner, chosen.inventory);
    const { target, store, report } = stored;
    session.note(stored.diagnostics);
    if (stored.problem !== undefined) throw stored.problem;
    if (stored.inventory === undefined) throw neverApplied(owner, report);
    const { inventory, givenUp, diagnostics } = forgetEntries(stored.inventory, addresses);
    session.note(diagnostics);
    if (diagnostics.length > 0) return session.finish({ exitCode: EXIT.error, target, owner });
    const { keptIn: _before, ...kept } = report;
    const after = { ...kept, entries: inventory.entries, givenUp };
    return writeApproved(
      session,
      { command: "forget", port, target, store, inventory, report: after, text: renderForget },
      options,
    );
  });
}
