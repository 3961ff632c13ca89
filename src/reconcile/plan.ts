/** Manifest + snapshot → plan: a pure function. */
import { hasErrors, sortDiagnostics } from "../diagnostics.ts";
import { once } from "../json.ts";
import { kindNamed, kinds } from "../kinds/index.ts";
import type { Address, Change, Diagnostic, Manifest, Plan, Summary } from "../model.ts";
import { draftChange } from "./change.ts";
import { checkFirmware, checkPlanned } from "./checks.ts";
import { planDigest } from "./digest.ts";
import type { EntryOf, Planned, PreparedEntry } from "./draft.ts";
import { breakRings } from "./exchange.ts";
import { planWaves, sortChanges } from "./graph.ts";
import { type Groundwork, layGroundwork } from "./groundwork.ts";
import { checkLookalikes } from "./lookalikes.ts";
import { checkLostNames } from "./lost-names.ts";
import { inDialect } from "./operations.ts";
import { orderOf } from "./order.ts";
import { kindOf } from "./ownership.ts";
import { matchAll } from "./prune.ts";
import { writesInventory } from "./record.ts";
import { checkNamedReferences } from "./resolve.ts";
import { atOnce } from "./slices.ts";
import type { Snapshot } from "./snapshot.ts";

/** A plan, and the entries that it was made from. */
export interface PlannedManifest {
  readonly plan: Plan;
  /** Declared entries, and owned ones that are declared no more as if they were absent. */
  readonly planned: readonly Planned[];
}

/**
 * Compares and orders. The plan is complete and sorted also when it has errors, but then it must not be
 * applied: entries with an error are missing from it. `groundwork` is that of this manifest and snapshot.
 */
export function planManifest(
  manifest: Manifest,
  snapshot: Snapshot,
  groundwork: Groundwork = layAtOnce(manifest, snapshot),
): PlannedManifest {
  const { ownership } = snapshot.inventory;
  const { entries } = groundwork;
  const planned = breakRings(planEntries(entries, snapshot), snapshot.objects);
  const { changes, cycles } = order(planned);
  const diagnostics = [
    ...groundwork.diagnostics,
    ...cycles,
    ...checkPlanned(planned, snapshot),
    ...checkLookalikes(planned, ownership),
    ...checkLostNames(planned, snapshot),
    ...checkNamedReferences(manifest, entries, snapshot),
    ...checkFirmware(snapshot.target),
  ];
  const digest = once(() => planDigest(manifest.owner, changes));
  const plan: Plan = {
    target: snapshot.target,
    owner: manifest.owner,
    get manifestDigest() {
      return manifest.digest();
    },
    get digest() {
      return digest();
    },
    summary: summarise(changes, manifest.resources.length - changes.filter(isDeclared(manifest)).length),
    changes,
    inventory: writesInventory(changes, planned, ownership),
    diagnostics: sortDiagnostics(diagnostics),
  };
  return { plan, planned };
}

function layAtOnce(manifest: Manifest, snapshot: Snapshot): Groundwork {
  const matching = matchAll(manifest, snapshot.objects, snapshot.inventory.ownership);
  return atOnce(layGroundwork(manifest, { state: snapshot, matching }));
}

function isDeclared({ resources }: Manifest): (change: Change) => boolean {
  const addresses = new Set(resources.map(({ address }) => address));
  return ({ address }) => addresses.has(address);
}

function planEntries(entries: readonly PreparedEntry[], snapshot: Snapshot): readonly Planned[] {
  const { ownership } = snapshot.inventory;
  const byObject = new Map(entries.map((entry) => [`${entry.resource.kind} ${entry.live?.id}`, entry]));
  const entryOf: EntryOf = (kind, id) => byObject.get(`${kind} ${id}`);
  return entries.map((entry): Planned => {
    const draft = draftChange(entry, { snapshot, ownership, entryOf });
    if (draft === undefined) return entry;
    const kind = kindNamed(entry.resource.kind);
    const operations = draft.operations.map((call) => inDialect(call, kind, snapshot.target.firmware));
    return { ...entry, draft: { ...draft, operations } };
  });
}

/** Whether the plan is free of errors, so that it may be applied. */
export function isApplicable(plan: Plan): boolean {
  return !hasErrors(plan.diagnostics);
}

function order(planned: readonly Planned[]): {
  readonly changes: readonly Change[];
  readonly cycles: readonly Diagnostic[];
} {
  const { requirements, barriers } = orderOf(planned);
  const result = planWaves(requirements, barriers);
  const waves = "waves" in result ? result.waves : new Map<Address, number>();
  const changes = planned.flatMap(({ draft }): Change[] => {
    if (draft === undefined) return [];
    const { address, action, id, cause, ...rest } = draft;
    const requires = [...(requirements.get(address) ?? [])].filter((other) => !barriers.has(other)).sort();
    return [{ address, action, id, wave: waves.get(address) ?? 1, requires, cause, ...rest }];
  });
  const ranks = new Map(kinds.map(({ kind }, i) => [kind, i]));
  const rank = (address: Address): number => ranks.get(kindOf(address)) ?? 0;
  return {
    changes: sortChanges(changes, rank),
    cycles: "cycle" in result ? [cycleProblem(result.cycle, planned)] : [],
  };
}

function cycleProblem(cycle: readonly Address[], planned: readonly Planned[]): Diagnostic {
  const first = planned.find(({ resource }) => resource.address === cycle[0])?.resource;
  return {
    severity: "error",
    code: "order-cycle",
    summary: "The changes wait for each other",
    detail: `No order is possible: ${[...cycle, cycle[0]].join(" waits for ")}. Give one of them a third name in this run, and its own in the next.`,
    ...(first === undefined ? {} : { address: first.address, source: first.at("/name") }),
  };
}

/** Counts the changes, and the links in them. */
export function summarise(changes: readonly Change[], unchanged: number): Summary {
  const count = (action: Change["action"]): number =>
    changes.filter((change) => change.action === action).length;
  const links = (side: "assign" | "unassign"): number =>
    changes.reduce(
      (sum, { relations }) => sum + relations.reduce((n, relation) => n + relation[side].length, 0),
      0,
    );
  return {
    create: count("create"),
    adopt: count("adopt"),
    update: count("update"),
    rename: count("rename"),
    replace: count("replace"),
    delete: count("delete"),
    release: count("release"),
    assign: links("assign"),
    unassign: links("unassign"),
    unchanged,
  };
}
