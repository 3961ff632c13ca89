/** Shows what an inventory is to become, asks, and writes it. Nothing else is written. */

import type { AppliancePort } from "../appliance/port.ts";
import { EXIT } from "../errors.ts";
import type { InventoryStore } from "../inventory/store.ts";
import type { Diagnostic, Document, Inventory, InventoryCommand, InventoryReport, Target } from "../model.ts";
import { toDocument } from "../render/document.ts";
import { renderInventoryQuestion, renderWritten } from "../render/inventory-text.ts";
import type { Style } from "../render/style.ts";
import { VERSION } from "../version.ts";
import { approves } from "./approval.ts";
import { type LeaseFlags, withLease } from "./lease.ts";
import type { OutputOptions } from "./options.ts";
import { interruption, type Session, styleFor } from "./session.ts";

/** A new inventory and what it means, in words for people and as a report. */
export interface Proposal {
  readonly command: InventoryCommand;
  readonly port: AppliancePort;
  readonly target: Target;
  readonly store: InventoryStore;
  readonly inventory: Inventory;
  readonly report: InventoryReport;
  readonly text: (document: Document, style: Style) => string;
}

export interface ApprovalFlags extends OutputOptions, LeaseFlags {
  readonly autoApprove?: true;
}

/** Returns the exit code. */
export async function writeApproved(
  session: Session,
  proposal: Proposal,
  options: ApprovalFlags,
): Promise<number> {
  const { command, port, target, store, inventory, report, text } = proposal;
  const { io, progress } = session;
  const parts = { target, owner: inventory.owner, owned: report };
  const document = toDocument({ command, exitCode: EXIT.done, version: VERSION, ...parts });
  const asks = options.autoApprove !== true;
  if (asks || !options.quiet) {
    // On stderr when stdout is for the document of another format.
    const stream = options.format === "text" ? io.stdout : io.stderr;
    progress.done();
    stream.write(`${text(document, styleFor(stream, options, io))}\n`);
  }
  session.tell([]);
  if (asks && !(await approves(session, "The inventory would change", renderInventoryQuestion(document)))) {
    return session.finish({ ...parts, exitCode: interruption(io) ?? EXIT.error, text: renderWritten });
  }
  const written = await withLease(session, port, inventory.owner, options, async ({ listed }) => {
    const stale = await store.isStale(listed);
    if (stale) session.note([inventoryMoved(inventory.owner)]);
    else await store.write(inventory);
    return !stale;
  });
  const owned = { ...report, written: written === true };
  const exitCode = written === undefined ? EXIT.refused : written ? EXIT.done : EXIT.stale;
  return session.finish({ ...parts, owned, exitCode: interruption(io) ?? exitCode, text: renderWritten });
}

/** What was shown is not what would be replaced. */
function inventoryMoved(owner: string): Diagnostic {
  return {
    severity: "error",
    code: "plan-moved",
    summary: "The inventory is not the one that was shown any more",
    detail: `Another run of owner ${JSON.stringify(owner)} has written it since. Nothing was written. Run again.`,
  };
}
