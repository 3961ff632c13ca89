/**
 * What apply refuses although the plan is right (design §4). Each guard is a pure function of the plan
 * and the manifest; a refusal is a diagnostic that says number, limit and the way out.
 */
import { findKind } from "../kinds/index.ts";
import type { Change, Diagnostic, Manifest, Plan } from "../model.ts";
import type { Planned } from "./draft.ts";
import { kindOf } from "./ownership.ts";
import { listed, problem } from "./problem.ts";
import type { Snapshot } from "./snapshot.ts";

export interface GuardOptions {
  /** `--max-deletes`; it comes before the manifest's limit, and that before the default. */
  readonly maxDeletes?: number;
  /** `--no-adopt` is `adopt: false`. */
  readonly adopt?: boolean;
}

/** What the guards look at. */
export interface Guarded {
  readonly plan: Plan;
  readonly planned: readonly Planned[];
  readonly manifest: Manifest;
  readonly snapshot: Snapshot;
}

/** Everything that stands against applying this plan. */
export function refusals(guarded: Guarded, options: GuardOptions = {}): readonly Diagnostic[] {
  const entries = new Map(guarded.planned.map((entry) => [entry.resource.address, entry]));
  const changes = guarded.plan.changes.flatMap((change): Guard[] => {
    const entry = entries.get(change.address);
    return entry === undefined ? [] : [{ change, ...entry }];
  });
  const destroyed = changes.filter(({ change }) => destroys(change));
  return [
    ...otherOwner(changes, guarded.snapshot),
    ...(options.adopt === false ? noAdopt(changes) : []),
    ...preventDestroy(destroyed, guarded.snapshot),
    ...builtIn(destroyed),
    ...tooManyDeletes(guarded, destroyed.length, options.maxDeletes),
    ...(options.maxDeletes === undefined ? otherManifest(guarded) : []),
  ];
}

type Guard = Planned & { readonly change: Change };

/** Two owners that both manage an object would undo each other for ever. */
function otherOwner(changes: readonly Guard[], { inventory }: Snapshot): readonly Diagnostic[] {
  return changes.flatMap(({ change, resource, live }) => {
    const owner = live === undefined ? undefined : inventory.ownership.otherOwner(resource.kind, live.id);
    if (owner === undefined || change.action === "release") return [];
    const detail = `The plan would ${change.action} ${change.address} (id ${live?.id}), which owner ${JSON.stringify(owner)} manages. Remove the entry here, or have that owner give it up: hopsync forget --owner ${JSON.stringify(owner)} ${JSON.stringify(change.address)}.`;
    return [
      problem(resource, "/name", {
        code: "guard-other-owner",
        summary: "The object belongs to another owner",
        detail,
      }),
    ];
  });
}

function noAdopt(changes: readonly Guard[]): readonly Diagnostic[] {
  return changes
    .filter(({ change }) => change.adopts === true)
    .map(({ change, resource }) => {
      const detail = `${change.address} (id ${change.id}) exists and no inventory has it, and --no-adopt forbids to take it over. Rename one of the two, or run without --no-adopt.`;
      return problem(resource, "/name", {
        code: "guard-no-adopt",
        summary: "The object exists and is not owned",
        detail,
      });
    });
}

/** A replace gives the object a new id, so whatever knows the old one loses it. */
function destroys({ action }: Change): boolean {
  return action === "delete" || action === "replace";
}

/** The protection that was applied counts as well: it does not go with the entry, or by one edit. */
function preventDestroy(destroyed: readonly Guard[], { inventory }: Snapshot): readonly Diagnostic[] {
  const { ownership } = inventory;
  return destroyed.flatMap(({ change, resource, live }) => {
    const record = live === undefined ? undefined : ownership.entryOf(resource.kind, live.id);
    if (!resource.lifecycle.preventDestroy && record?.preventDestroy !== true) return [];
    const detail = `The plan would ${change.action} ${change.address} (id ${change.id}), and lifecycle.prevent_destroy forbids that. If it is meant, apply the entry without prevent_destroy first, and ${change.action} in a change after that.`;
    return [
      problem(resource, "/lifecycle/prevent_destroy", {
        code: "guard-prevent-destroy",
        summary: "The object is protected",
        detail,
      }),
    ];
  });
}

function builtIn(destroyed: readonly Guard[]): readonly Diagnostic[] {
  return destroyed
    .filter(({ live }) => live?.builtIn === true)
    .map(({ change, resource }) => {
      const silence =
        findKind(resource.kind)?.fields.disabled === undefined
          ? "Remove the entry."
          : "To silence it, declare it with disabled: true.";
      const detail = `${change.address} (id ${change.id}) ships with the appliance. ${silence}`;
      return problem(resource, "/lifecycle/state", {
        code: "guard-built-in",
        summary: "Built-in objects are never deleted",
        detail,
      });
    });
}

/**
 * Two projects that both go without `owner`, with folders of the same name, look to each other as if
 * everything had been removed.
 */
function otherManifest({ plan, planned, manifest, snapshot }: Guarded): readonly Diagnostic[] {
  const { ownership } = snapshot.inventory;
  const declared = new Set(manifest.resources.map(({ address }) => address));
  const pruned = plan.changes.filter(({ action, address }) => action === "delete" && !declared.has(address));
  const isOurs = ({ resource, live }: Planned): boolean =>
    ownership.entryAt(resource.address) !== undefined ||
    (live !== undefined && ownership.entryOf(resource.kind, live.id) !== undefined);
  const known = planned.some((entry) => declared.has(entry.resource.address) && isOurs(entry));
  if (!ownership.kept || pruned.length === 0 || declared.size === 0 || known) return [];
  const owner = JSON.stringify(manifest.owner);
  const addresses = pruned.map(({ address }) => address);
  return [
    {
      severity: "error",
      code: "guard-other-manifest",
      summary: "The manifest has nothing of what its owner has on the appliance",
      detail: `Owner ${owner} has ${ownership.inventory.entries.length} on the appliance and none of them is declared here, so this may be the manifest of another project. The plan would delete ${listed(addresses, SHOWN)}. Give this project an owner of its own; if it is meant, run with --max-deletes ${pruned.length}.`,
    },
  ];
}

const SHARE = 0.2;
const AT_LEAST = 3;
const AT_MOST = 25;
/** Objects named in a refusal. */
const SHOWN = 10;

/** A fifth of what is managed and live, but never fewer than 3 nor more than 25. */
export function defaultMaxDeletes(managed: number): number {
  return Math.min(AT_MOST, Math.max(AT_LEAST, Math.floor(managed * SHARE)));
}

/** What the owner has on the appliance; of kinds that were not listed, what was applied counts. */
function countManaged(planned: readonly Planned[], { inventory, objects }: Snapshot): number {
  const { kept, inventory: applied } = inventory.ownership;
  if (!kept) return planned.filter(({ live }) => live !== undefined).length;
  const live = new Set([...objects].flatMap(([kind, list]) => list.map(({ id }) => `${kind} ${id}`)));
  return applied.entries.filter(({ address, id }) => {
    const kind = kindOf(address);
    return !objects.has(kind) || live.has(`${kind} ${id}`);
  }).length;
}

function tooManyDeletes(
  { plan, planned, manifest, snapshot }: Guarded,
  deletes: number,
  option: number | undefined,
): readonly Diagnostic[] {
  const managed = countManaged(planned, snapshot);
  const limit = option ?? manifest.maxDeletes ?? defaultMaxDeletes(managed);
  if (deletes <= limit) return [];
  const why =
    option !== undefined
      ? `--max-deletes allows ${limit}`
      : manifest.maxDeletes !== null
        ? `limits.deletes of the manifest allows ${limit}`
        : `the default for ${managed} managed ${managed === 1 ? "object" : "objects"} is ${limit}`;
  const addresses = plan.changes.filter(destroys).map(({ address }) => address);
  return [
    {
      severity: "error",
      code: "guard-max-deletes",
      summary: "Too many objects would be deleted",
      detail: `The plan deletes or replaces ${deletes} ${deletes === 1 ? "object" : "objects"}, and ${why}: ${listed(addresses, SHOWN)}. Read the plan; if every one is meant, run with --max-deletes ${deletes}.`,
    },
  ];
}
