/**
 * What apply refuses although the plan is right (design §4). Each guard is a pure function of the plan
 * and the manifest; a refusal is a diagnostic that says number, limit and the way out.
 */
import { kindNamed } from "../kinds/index.ts";
import type { Change, Diagnostic, Manifest, Plan, Resource } from "../model.ts";
import type { LiveObjects } from "./match.ts";

export interface GuardOptions {
  /** `--max-deletes`; the default depends on how much is managed. */
  readonly maxDeletes?: number;
}

/** Everything that stands against applying this plan. */
export function refusals(
  plan: Plan,
  manifest: Manifest,
  objects: LiveObjects,
  options: GuardOptions = {},
): readonly Diagnostic[] {
  const resources = new Map(manifest.resources.map((resource) => [resource.address, resource]));
  const destroyed = plan.changes.filter(destroys).flatMap((change): Destroyed[] => {
    const resource = resources.get(change.address);
    return resource === undefined ? [] : [{ change, resource }];
  });
  return [
    ...preventDestroy(destroyed),
    ...builtIn(destroyed, objects),
    ...tooManyDeletes(plan, destroyed.length, options.maxDeletes),
  ];
}

interface Destroyed {
  readonly change: Change;
  readonly resource: Resource;
}

/** A replace gives the object a new id, so whatever knows the old one loses it. */
function destroys({ action }: Change): boolean {
  return action === "delete" || action === "replace";
}

function preventDestroy(destroyed: readonly Destroyed[]): readonly Diagnostic[] {
  return destroyed
    .filter(({ resource }) => resource.lifecycle.preventDestroy)
    .map(({ change, resource }) => ({
      severity: "error",
      code: "guard-prevent-destroy",
      summary: "The object is protected",
      detail: `The plan would ${change.action} ${change.address} (id ${change.id}), and lifecycle.prevent_destroy forbids that. If it is meant, remove prevent_destroy in a change of its own.`,
      address: change.address,
      pointer: "/lifecycle/prevent_destroy",
      source: resource.at("/lifecycle/prevent_destroy"),
    }));
}

function builtIn(destroyed: readonly Destroyed[], objects: LiveObjects): readonly Diagnostic[] {
  return destroyed
    .filter(({ change, resource }) =>
      objects.get(resource.kind)?.some(({ id, builtIn }) => builtIn && id === change.id),
    )
    .map(({ change, resource }) => ({
      severity: "error",
      code: "guard-built-in",
      summary: "Built-in objects are never deleted",
      detail: `${change.address} (id ${change.id}) ships with the appliance. ${
        kindNamed(resource.kind).fields.disabled === undefined
          ? "Remove the entry."
          : "To silence it, declare it with disabled: true."
      }`,
      address: change.address,
      pointer: "/lifecycle/state",
      source: resource.at("/lifecycle/state"),
    }));
}

const SHARE = 0.2;
const AT_LEAST = 3;
const AT_MOST = 25;

/** A fifth of what is managed and live, but never fewer than 3 nor more than 25. */
export function defaultMaxDeletes(managed: number): number {
  return Math.min(AT_MOST, Math.max(AT_LEAST, Math.floor(managed * SHARE)));
}

function tooManyDeletes(plan: Plan, deletes: number, option: number | undefined): readonly Diagnostic[] {
  const { summary } = plan;
  const managed = summary.unchanged + plan.changes.length - summary.create;
  const limit = option ?? defaultMaxDeletes(managed);
  if (deletes <= limit) return [];
  const why =
    option === undefined
      ? `the default for ${managed} managed objects is ${limit}`
      : `--max-deletes allows ${limit}`;
  return [
    {
      severity: "error",
      code: "guard-max-deletes",
      summary: "Too many objects would be deleted",
      detail: `The plan deletes or replaces ${deletes} objects, and ${why}. Read the plan; if every one is meant, run with --max-deletes ${deletes}.`,
    },
  ];
}
