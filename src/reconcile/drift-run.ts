/** One look at one appliance: manifest and inventory → drift → who caused it. */
import type { AppliancePort } from "../appliance/port.ts";
import { HopsyncError } from "../errors.ts";
import { kinds } from "../kinds/index.ts";
import type { Diagnostic, Manifest, Plan } from "../model.ts";
import { appliedEntries } from "./applied.ts";
import { attribute } from "./attribution.ts";
import { readAuditLog } from "./audit-log.ts";
import { findDrift } from "./drift.ts";
import { comparedRelations } from "./drift-links.ts";
import { kindOf } from "./ownership.ts";
import { type LinkRead, readLinks, type Snapshot, takeSnapshot } from "./snapshot.ts";

export interface DriftRun {
  /** What changed on the appliance, in the shape of a plan; see `findDrift`. */
  readonly plan: Plan;
  /** What could not be found out about it. */
  readonly diagnostics: readonly Diagnostic[];
  /** What it was found in. */
  readonly snapshot: Snapshot;
}

/** Reads the appliance and compares it with what was last applied. Sends no request that writes. */
export async function driftRun(port: AppliancePort, manifest: Manifest): Promise<DriftRun> {
  if (manifest.inventory.kind === "none") throw needsInventory();
  const unlinked = await takeSnapshot(port, manifest, { linksOf: new Set() });
  const { appliedAt } = unlinked.inventory.ownership.inventory;
  if (appliedAt === null) throw neverApplied(manifest, unlinked);
  const reads = recordedLinkReads(manifest, unlinked);
  const links = await readLinks(port, reads, unlinked.objects, unlinked.targets);
  const snapshot = { ...unlinked, links };
  const plan = findDrift(manifest, snapshot);
  if (plan.changes.length === 0) return { plan, diagnostics: [], snapshot };
  const { log, diagnostics } = await readAuditLog(port, manifest, appliedAt);
  return { plan: { ...plan, changes: attribute(plan.changes, snapshot, log) }, diagnostics, snapshot };
}

function needsInventory(): HopsyncError {
  return new HopsyncError(
    "needs-inventory",
    "Drift is told from what was last applied, and the manifest says inventory: none.",
    {
      hint: "Remove it to keep an inventory on the appliance, or write inventory: {file: path}. Without one, plan shows every difference.",
    },
  );
}

function neverApplied({ owner }: Manifest, { target }: Snapshot): HopsyncError {
  return new HopsyncError(
    "never-applied",
    `The owner ${JSON.stringify(owner)} has no inventory on ${target.host}, so nothing tells what was applied.`,
    { hint: "Run hopsync apply first. If something was applied before, check the owner and the host." },
  );
}

/** The links of every recorded relation; those of the manifest's own are not enough. */
function recordedLinkReads(manifest: Manifest, snapshot: Snapshot): readonly LinkRead[] {
  const { compared } = appliedEntries(manifest, snapshot);
  return kinds.flatMap((kind) => {
    const ours = compared.filter(({ entry }) => kindOf(entry.address) === kind.kind);
    return Object.entries(kind.relations).flatMap(([name, relation]): LinkRead[] => {
      const objects = ours
        .filter((applied) => comparedRelations(kind, applied).includes(name))
        .flatMap(({ live }) => {
          const listed = kind.variant?.({ fields: {}, relations: [name] });
          return live === undefined || (listed !== undefined && listed !== kind.liveVariant?.(live.fields))
            ? []
            : [live];
        });
      return objects.length === 0 ? [] : [{ kind, name, relation, objects }];
    });
  });
}
