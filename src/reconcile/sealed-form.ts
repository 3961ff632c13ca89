/**
 * Sealed plan ⇄ JSON of format 1, as schemas/sealed-plan.schema.json describes it. Whoever reads it back has
 * checked it against the schema; what a schema cannot say is checked here.
 */
import { HopsyncError } from "../errors.ts";
import { findKind } from "../kinds/index.ts";
import type {
  Change,
  InventoryPlace,
  JsonObject,
  Lifecycle,
  Plan,
  Reference,
  Resource,
  Scope,
  Secret,
  Source,
} from "../model.ts";
import { kindOf, nameOf } from "./ownership.ts";
import type { PreImages } from "./pre-image.ts";
import type { SealedPlan } from "./sealed.ts";

interface PlanForm extends Omit<Plan, "manifestDigest" | "changes"> {
  readonly manifest_digest: string;
  readonly changes: readonly ChangeForm[];
}

interface ChangeForm extends Omit<Change, "previousName"> {
  readonly previous_name?: string;
}

interface ResourceForm extends Pick<Resource, "address" | "fields" | "file"> {
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly relations: Readonly<Record<string, readonly ReferenceForm[]>>;
  readonly lifecycle: LifecycleForm;
  readonly source: Source;
}

interface LifecycleForm {
  readonly prevent_destroy: boolean;
  readonly ignore_changes: readonly string[];
  readonly renamed_from: readonly string[];
  readonly id: string | null;
  readonly state: Lifecycle["state"];
}

type ReferenceForm =
  | Exclude<Reference, { to: "discovery_id" }>
  | {
      readonly to: "discovery_id";
      readonly discovery_id: string;
      readonly node?: string;
      readonly pointer: string;
    };

interface ManifestForm {
  readonly owner: string;
  readonly inventory: InventoryPlace;
  readonly max_deletes: number | null;
  readonly scope: Scope;
  readonly kinds: readonly string[];
  readonly resources: readonly ResourceForm[];
  readonly digest: string;
}

interface SealedForm {
  readonly plan: PlanForm;
  readonly manifest: ManifestForm;
  readonly pre_images: PreImages;
}

/** The JSON form, without what belongs to the file. */
export function sealedForm({ plan, manifest, preImages }: SealedPlan): JsonObject {
  const form: SealedForm = {
    plan: planForm(plan),
    manifest: {
      owner: manifest.owner,
      inventory: manifest.inventory,
      max_deletes: manifest.maxDeletes,
      scope: manifest.scope,
      kinds: manifest.kinds,
      resources: manifest.resources.map(resourceForm),
      digest: manifest.digest(),
    },
    pre_images: preImages,
  };
  return JSON.parse(JSON.stringify(form));
}

function planForm({ manifestDigest, changes, ...plan }: Plan): PlanForm {
  return {
    ...plan,
    manifest_digest: manifestDigest,
    changes: changes.map(({ previousName, ...change }) => ({
      ...change,
      ...(previousName === undefined ? {} : { previous_name: previousName }),
    })),
  };
}

function resourceForm({ address, fields, file, secrets, relations, lifecycle, at }: Resource): ResourceForm {
  const references = Object.entries(relations).map(
    ([name, list]) => [name, list.map(referenceForm)] as const,
  );
  return {
    address,
    fields,
    secrets,
    relations: Object.fromEntries(references),
    lifecycle: {
      prevent_destroy: lifecycle.preventDestroy,
      ignore_changes: lifecycle.ignoreChanges,
      renamed_from: lifecycle.renamedFrom,
      id: lifecycle.id,
      state: lifecycle.state,
    },
    file,
    source: at(""),
  };
}

function referenceForm(reference: Reference): ReferenceForm {
  if (reference.to !== "discovery_id") return reference;
  const { discoveryId, ...rest } = reference;
  return { ...rest, discovery_id: discoveryId };
}

/** Reads back what fits the schema. Throws where it names a kind that this version does not know. */
export function parseSealed(form: JsonObject): SealedPlan {
  const { plan, manifest, pre_images: preImages } = form as unknown as SealedForm;
  const { max_deletes: maxDeletes, resources, digest, ...rest } = manifest;
  return {
    plan: parsePlan(plan),
    manifest: { ...rest, maxDeletes, resources: resources.map(parseResource), digest: () => digest },
    preImages,
  };
}

function parsePlan({ manifest_digest: manifestDigest, changes, ...plan }: PlanForm): Plan {
  return {
    ...plan,
    manifestDigest,
    changes: changes.map(({ previous_name: previousName, ...change }) => ({
      ...change,
      ...(previousName === undefined ? {} : { previousName }),
    })),
  };
}

function parseResource({ source, relations, lifecycle, ...resource }: ResourceForm): Resource {
  const kind = kindOf(resource.address);
  if (findKind(kind) === undefined) {
    throw new HopsyncError(
      "plan-newer",
      `The plan holds ${JSON.stringify(kind)}, a kind that this hopsync does not know.`,
      {
        hint: "Apply it with the hopsync that made it.",
      },
    );
  }
  const references = Object.entries(relations).map(
    ([name, list]) => [name, list.map(parseReference)] as const,
  );
  return {
    ...resource,
    kind,
    name: nameOf(resource.address),
    relations: Object.fromEntries(references),
    lifecycle: {
      preventDestroy: lifecycle.prevent_destroy,
      ignoreChanges: lifecycle.ignore_changes,
      renamedFrom: lifecycle.renamed_from,
      id: lifecycle.id,
      state: lifecycle.state,
    },
    at: () => source,
  };
}

function parseReference(form: ReferenceForm): Reference {
  if (form.to !== "discovery_id") return form;
  const { discovery_id: discoveryId, ...rest } = form;
  return { ...rest, discoveryId };
}
