/**
 * Sealed plans (design §4): a plan with all that is needed to make it again later, and only that plan.
 * Sealing keeps secrets as their templates; unsealing compares with a plan made anew and narrows that to
 * the changes that were approved. Pure.
 */
import { EXIT } from "../errors.ts";
import type { Address, Manifest, Plan, Resource, Source } from "../model.ts";
import { templatedFields } from "../secrets.ts";
import { refusals } from "./guards.ts";
import { type PreImages, preImages } from "./pre-image.ts";
import { writesInventory } from "./record.ts";
import type { PlannedRun } from "./run.ts";
import { type Staleness, staleness } from "./stale.ts";

export interface SealedPlan {
  readonly plan: Plan;
  /** What the plan was made from, each sensitive value as its template. */
  readonly manifest: Manifest;
  readonly preImages: PreImages;
}

/** The plan of a run that may be applied. */
export function seal(manifest: Manifest, { plan, planned, snapshot }: PlannedRun): SealedPlan {
  return {
    plan: {
      ...plan,
      changes: plan.changes.map(({ source, ...change }) => ({ ...change, ...placed(source) })),
      diagnostics: plan.diagnostics.map(({ source, related, ...diagnostic }) => ({
        ...diagnostic,
        ...placed(source),
        ...(related === undefined ? {} : { related: related.map(place) }),
      })),
    },
    manifest: { ...manifest, resources: manifest.resources.map(sealedResource) },
    preImages: preImages(plan.changes, planned, snapshot, plan.digest),
  };
}

/** A place without the line that stands there. */
function place({ file, line, column }: Source): Source {
  return { file, line, column };
}

function placed(source: Source | undefined): { readonly source?: Source } {
  return source === undefined ? {} : { source: place(source) };
}

function sealedResource(resource: Resource): Resource {
  const source = place(resource.at(""));
  const relations = Object.entries(resource.relations).map(([name, references]) => [
    name,
    references.map((reference) =>
      reference.to === "device" && reference.source !== undefined
        ? { ...reference, source: place(reference.source) }
        : reference,
    ),
  ]);
  return {
    ...resource,
    fields: templatedFields(resource),
    relations: Object.fromEntries(relations),
    at: () => source,
  };
}

export interface UnsealOptions {
  /** `--max-deletes`; without it, what was sealed is what is allowed. */
  readonly maxDeletes?: number;
  readonly adopt?: boolean;
}

/** What became of a sealed plan since; `run` may be applied where nothing is stale. */
export interface Unsealed extends Staleness {
  /** The sealed changes alone, in their order, over what is live now. */
  readonly run: PlannedRun;
}

/** Compares with a run of the same manifest, its secrets filled in again, that was planned just now. */
export function unseal(
  sealed: SealedPlan,
  manifest: Manifest,
  now: PlannedRun,
  options: UnsealOptions = {},
): Unsealed {
  const { snapshot } = now;
  const addresses = new Set<Address>(sealed.plan.changes.map(({ address }) => address));
  const planned = now.planned.filter(({ resource }) => addresses.has(resource.address));
  const inventory = writesInventory(sealed.plan.changes, planned, snapshot.inventory.ownership);
  const plan: Plan = { ...sealed.plan, target: now.plan.target, inventory };
  const destroyed = plan.changes.filter(({ action }) => action === "delete" || action === "replace").length;
  const guards = { maxDeletes: destroyed, ...options };
  const refused = refusals({ plan, planned, manifest, snapshot }, guards);
  return {
    ...staleness(sealed.plan, sealed.preImages, now),
    run: {
      plan,
      planned,
      snapshot,
      refusals: refused,
      exitCode: refused.length > 0 ? EXIT.refused : EXIT.done,
    },
  };
}
