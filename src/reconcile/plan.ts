/** Manifest + snapshot → plan: a pure function. */
import { hasErrors, sortDiagnostics } from "../diagnostics.ts";
import { digest } from "../json.ts";
import { kindNamed, kinds } from "../kinds/index.ts";
import { missingOnCreate } from "../kinds/wire.ts";
import type { Address, Change, Diagnostic, Json, Manifest, Plan, Summary, Target } from "../model.ts";
import { draftChange } from "./change.ts";
import type { Planned } from "./draft.ts";
import { planWaves, sortChanges } from "./graph.ts";
import { matchResources } from "./match.ts";
import { requirements } from "./order.ts";
import { checkNamedReferences, resolveRelations } from "./resolve.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Compares and orders. The plan is complete and sorted also when it has errors, but then it must not be
 * applied: entries with an error are missing from it.
 */
export function planChanges(manifest: Manifest, snapshot: Snapshot): Plan {
  const { matches, diagnostics: unmatched } = matchResources(manifest, snapshot.objects);
  const { relations, diagnostics: unresolved } = resolveRelations(manifest, matches, snapshot);
  const entries = matches.map((match) => ({
    ...match,
    relations: relations.get(match.resource.address) ?? {},
  }));
  const byObject = new Map(entries.map((entry) => [`${entry.resource.kind} ${entry.live?.id}`, entry]));
  const planned = entries.map((entry): Planned => {
    const draft = draftChange(entry, snapshot, (kind, id) => byObject.get(`${kind} ${id}`));
    return draft === undefined ? entry : { ...entry, draft };
  });
  const incomplete = planned.flatMap((entry) => [...missingFields(entry), ...pinnedReplace(entry)]);
  const { changes, cycles } = order(planned);
  const diagnostics = [
    ...unmatched,
    ...unresolved,
    ...incomplete,
    ...cycles,
    ...checkNamedReferences(manifest, snapshot),
    ...checkFirmware(snapshot.target),
  ];
  return {
    target: snapshot.target,
    owner: manifest.owner,
    manifestDigest: manifest.digest,
    digest: planDigest(manifest.owner, changes),
    summary: summarise(changes, planned.length - changes.length),
    changes,
    diagnostics: sortDiagnostics(diagnostics),
  };
}

/** Whether the plan is free of errors, so that it may be applied. */
export function isApplicable(plan: Plan): boolean {
  return !hasErrors(plan.diagnostics);
}

/** The generation that the kinds describe. */
const KNOWN_FIRMWARE = 8;

/** Numbers are compared as numbers: 10 comes after 9 (facts §3). */
function checkFirmware({ host, firmware }: Target): readonly Diagnostic[] {
  if (Number.parseInt(firmware, 10) === KNOWN_FIRMWARE) return [];
  return [
    {
      severity: "warning",
      code: "unknown-firmware",
      summary: "The appliance's firmware is not one that hopsync knows",
      detail: `${host} runs ${firmware}; this version of hopsync describes firmware ${KNOWN_FIRMWARE}. What another firmware does not understand it refuses. Read the plan with care.`,
    },
  ];
}

function missingFields({ resource, draft }: Planned): readonly Diagnostic[] {
  const kind = kindNamed(resource.kind);
  const missing = draft?.action === "create" ? missingOnCreate(kind, resource.fields).join(", ") : "";
  if (missing === "") return [];
  return [
    {
      severity: "error",
      code: "missing-on-create",
      summary: "A new object lacks a field that it needs",
      detail: `${resource.address} does not exist yet, and ${kind.noun} cannot be made without: ${missing}. Add what is missing; if the object should exist already, check its name.`,
      address: resource.address,
      pointer: "/name",
      source: resource.at("/name"),
    },
  ];
}

/** The successor has another id, so the pin would point nowhere from the next run on. */
function pinnedReplace({ resource, draft }: Planned): readonly Diagnostic[] {
  if (draft?.action !== "replace" || resource.lifecycle.id === null) return [];
  return [
    {
      severity: "error",
      code: "replace-of-pinned",
      summary: "A pinned object cannot be replaced",
      detail: `${resource.address} must be made anew, since the API cannot turn it into what is declared, and would lose the id ${resource.lifecycle.id} that lifecycle.id pins. Remove lifecycle.id, or declare the new object under another name.`,
      address: resource.address,
      pointer: "/lifecycle/id",
      source: resource.at("/lifecycle/id"),
    },
  ];
}

function order(planned: readonly Planned[]): {
  readonly changes: readonly Change[];
  readonly cycles: readonly Diagnostic[];
} {
  const required = requirements(planned);
  const result = planWaves(required);
  const waves = "waves" in result ? result.waves : new Map<Address, number>();
  const changes = planned.flatMap(({ draft }): Change[] => {
    if (draft === undefined) return [];
    const { address, action, id, cause, ...rest } = draft;
    const requires = [...(required.get(address) ?? [])].sort();
    return [{ address, action, id, wave: waves.get(address) ?? 1, requires, cause, ...rest }];
  });
  const ranks = new Map(kinds.map(({ kind }, i) => [kind, i]));
  const rank = (address: Address): number => ranks.get(address.slice(0, address.indexOf("/"))) ?? 0;
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
    detail: `No order is possible: ${[...cycle, cycle[0]].join(" waits for ")}. Names that are exchanged need a run in between with a third name.`,
    ...(first === undefined ? {} : { address: first.address, source: first.at("/name") }),
  };
}

function summarise(changes: readonly Change[], unchanged: number): Summary {
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

/** The place in a file is no part of what would be done. */
function planDigest(owner: string, changes: readonly Change[]): string {
  const done = changes.map(({ source: _, ...change }) => change);
  return digest({ owner, changes: JSON.parse(JSON.stringify(done)) as Json });
}
