/** Shows what an inventory is to become, asks, and writes it. Nothing else is written. */
import { EXIT } from "../errors.ts";
import type { InventoryStore } from "../inventory/store.ts";
import type { Document, Inventory, InventoryCommand, InventoryReport, Target } from "../model.ts";
import { toDocument } from "../render/document.ts";
import { renderInventoryQuestion, renderWritten } from "../render/inventory-text.ts";
import type { Style } from "../render/style.ts";
import { VERSION } from "../version.ts";
import { approves } from "./approval.ts";
import type { OutputOptions } from "./options.ts";
import { interruption, type Session, styleFor } from "./session.ts";

/** A new inventory and what it means, in words for people and as a report. */
export interface Proposal {
  readonly command: InventoryCommand;
  readonly target: Target;
  readonly store: InventoryStore;
  readonly inventory: Inventory;
  readonly report: InventoryReport;
  readonly text: (document: Document, style: Style) => string;
}

export interface ApprovalFlags extends OutputOptions {
  readonly autoApprove?: true;
}

/** Returns the exit code. */
export async function writeApproved(
  session: Session,
  proposal: Proposal,
  options: ApprovalFlags,
): Promise<number> {
  const { command, target, store, inventory, report, text } = proposal;
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
  session.startWriting();
  await store.write(inventory);
  const owned = { ...report, written: true };
  return session.finish({ ...parts, owned, exitCode: interruption(io) ?? EXIT.done, text: renderWritten });
}
