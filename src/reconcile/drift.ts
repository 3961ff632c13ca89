/**
 * Live ⇄ last applied: what changed on the appliance since, whatever the manifest has become. A pure
 * function. The manifest says which entries are ours to look at, and whether it has changed as well.
 */
import { digest, pointer } from "../json.ts";
import { kindNamed, kinds } from "../kinds/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type {
  Address,
  Cause,
  Change,
  Diagnostic,
  FieldChange,
  InventoryEntry,
  Json,
  JsonObject,
  LiveObject,
  Manifest,
  Plan,
} from "../model.ts";
import { type AppliedEntry, appliedEntries, since } from "./applied.ts";
import { checkFirmware } from "./checks.ts";
import { differences, shownDifference } from "./compare.ts";
import { fieldDrift } from "./drift-fields.ts";
import { type LinkContext, linkContext, relationDrift } from "./drift-links.ts";
import { sortChanges } from "./graph.ts";
import { combineCauses, kindOf, nameOf } from "./ownership.ts";
import { summarise } from "./plan.ts";
import { listed } from "./problem.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * In the shape of a plan without operations: `before` is what is live, `after` what was applied, and the
 * actions are how an apply of just that would heal it. The snapshot must hold the links of every recorded
 * relation.
 */
export function findDrift(manifest: Manifest, snapshot: Snapshot): Plan {
  const { compared, elsewhere } = appliedEntries(manifest, snapshot);
  const context = linkContext(manifest, snapshot);
  const found = compared.flatMap((applied) => driftOf(applied, context) ?? []);
  const changes = sortChanges(found, rank);
  const { ownership, diagnostics } = snapshot.inventory;
  return {
    target: snapshot.target,
    owner: manifest.owner,
    get manifestDigest() {
      return manifest.digest();
    },
    digest: driftDigest(ownership.inventory.owner, changes),
    summary: summarise(changes, compared.length - changes.length),
    inventory: false,
    changes,
    diagnostics: [...diagnostics, ...notCompared(elsewhere), ...checkFirmware(snapshot.target)],
  };
}

function rank(address: Address): number {
  return kinds.findIndex(({ kind }) => kind === kindOf(address));
}

/** The place in a file is no part of what has drifted. */
function driftDigest(owner: string, changes: readonly Change[]): string {
  const drifted = changes.map(({ source: _, ...change }) => change);
  return digest({ owner, changes: JSON.parse(JSON.stringify(drifted)) as Json });
}

/** Entries named in a warning. */
const SHOWN = 5;

function notCompared(entries: readonly InventoryEntry[]): readonly Diagnostic[] {
  if (entries.length === 0) return [];
  const addresses = entries.map(({ address }) => address);
  return [
    {
      severity: "warning",
      code: "not-compared",
      summary: "Owned objects that this run does not cover",
      detail: `${listed(addresses, SHOWN)}: the files that they came from are not part of this run, or no file mentions their kind. Whether they changed on the appliance is not known. To compare them, include their files in the paths.`,
    },
  ];
}

function driftOf(applied: AppliedEntry, context: LinkContext): Change | undefined {
  const { entry, resource, live, anew } = applied;
  const kind = kindNamed(kindOf(entry.address));
  const variant = variantDrift(kind, applied);
  const fields = [...variant, ...fieldDrift(kind, applied, context.salt)];
  const relations = relationDrift(kind, applied, context);
  const renamed = live !== undefined && live.name !== nameOf(entry.address);
  const causes = [
    ...(live === undefined || anew ? [since(resource !== undefined)] : []),
    ...(renamed ? [whyRenamed(applied, live)] : []),
    ...[...fields, ...relations].map(({ cause }) => cause),
  ];
  if (causes.length === 0) return undefined;
  return {
    address: entry.address,
    action: actionOf(live, { remade: variant.length > 0, anew, renamed }),
    id: live?.id ?? null,
    wave: 1,
    requires: [],
    cause: combineCauses(causes),
    ...(renamed ? { previousName: live.name } : {}),
    fields,
    relations,
    operations: [],
    ...(resource === undefined ? {} : { source: resource.at("") }),
  };
}

function actionOf(
  live: LiveObject | undefined,
  is: Readonly<Record<"remade" | "anew" | "renamed", boolean>>,
): Change["action"] {
  if (live === undefined) return "create";
  if (is.remade) return "replace";
  if (is.anew) return "adopt";
  return is.renamed ? "rename" : "update";
}

function whyRenamed({ entry, resource }: AppliedEntry, live: LiveObject): Cause {
  return since(resource?.name === nameOf(entry.address) || resource?.name === live.name);
}

/** What the API cannot change in place is something else by now: a static group is dynamic, or the reverse. */
function variantDrift(kind: Kind, { entry, resource, live }: AppliedEntry): readonly FieldChange[] {
  const applied = kind.variant?.({
    fields: entry.fields as unknown as JsonObject,
    relations: Object.keys(entry.relations),
  });
  if (live === undefined || applied === undefined || applied === kind.liveVariant?.(live.fields)) return [];
  const declared =
    resource && kind.variant?.({ fields: resource.fields, relations: Object.keys(resource.relations) });
  return Object.entries(kind.variantFields?.(applied) ?? {}).flatMap(([name, after]) =>
    differences(live.fields[name] ?? null, after, pointer(name)).map((difference) =>
      shownDifference(difference, false, since(declared === applied)),
    ),
  );
}
