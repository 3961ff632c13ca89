/**
 * After apply: what was touched is read again and compared. What the appliance stored differently
 * would be a difference in every run to come, so it is an error today.
 */
import type { AppliancePort } from "../appliance/port.ts";
import { pointer } from "../json.ts";
import type {
  Address,
  Change,
  Diagnostic,
  FieldChange,
  Json,
  Manifest,
  Plan,
  RelationChange,
  Resource,
  Result,
} from "../model.ts";
import type { SelectedDevices } from "./devices.ts";
import type { Planned } from "./draft.ts";
import { readAndPlan } from "./read-plan.ts";

/**
 * Reads the applied resources again; every remaining difference is a diagnostic. `planned` are the entries
 * of the plan, owned objects that are declared no more among them; `results` those of changes with operations.
 */
export async function verifyApplied(
  port: AppliancePort,
  manifest: Manifest,
  planned: readonly Planned[],
  results: readonly Result[],
  devices: SelectedDevices,
): Promise<readonly Diagnostic[]> {
  const applied = new Set(
    results.filter(({ outcome }) => outcome === "applied").map(({ address }) => address),
  );
  if (applied.size === 0) return [];
  // Names are resolved among all entries, as in the plan; only those that were touched are compared.
  const ended = planned
    .map(({ resource }) => resource)
    .filter(({ lifecycle }) => lifecycle.state === "absent");
  const declared = new Set(manifest.resources.map(({ address }) => address));
  const pruned = ended.filter(({ address }) => !declared.has(address));
  const whole: Manifest = { ...manifest, resources: [...manifest.resources, ...pruned] };
  const touched = ({ address = "" }: { readonly address?: Address }): boolean => applied.has(address);
  const look = async (): Promise<Plan> =>
    (await readAndPlan(port, whole, { devices, unrecorded: true, linksOf: applied })).plan;
  const plan = await patiently(port, look, (seen) =>
    seen.changes.some((c) => touched(c) && c.action === "create"),
  );
  const resources = new Map(whole.resources.map((resource) => [resource.address, resource]));
  return [
    ...plan.diagnostics.filter((diagnostic) => diagnostic.severity === "error" && touched(diagnostic)),
    ...plan.changes.filter(touched).flatMap((change) => notKept(change, resources.get(change.address))),
  ];
}

/** Scripts in the field wait up to four seconds for a new object to be listed (facts §6). */
const PAUSES_MS = [500, 1500, 3000];

/** Looks again, after a while, as long as something is missing. */
async function patiently(
  port: AppliancePort,
  look: () => Promise<Plan>,
  isMissing: (plan: Plan) => boolean,
): Promise<Plan> {
  let plan = await look();
  for (const pause of PAUSES_MS) {
    if (!isMissing(plan)) break;
    await port.pause(pause);
    plan = await look();
  }
  return plan;
}

function notKept(change: Change, resource: Resource | undefined): readonly Diagnostic[] {
  const problem = (at: string, detail: string): Diagnostic => ({
    severity: "error",
    code: "not-kept",
    summary: "The appliance did not keep what was written",
    detail,
    address: change.address,
    pointer: at,
    ...(resource === undefined ? {} : { source: resource.at(at) }),
  });
  if (change.action === "delete") {
    return [
      problem(
        "",
        `The appliance confirmed the delete of ${change.address}, but id ${change.id} still exists.`,
      ),
    ];
  }
  if (change.action !== "update") {
    return [
      problem(
        "",
        `${change.address} was applied, but the appliance does not show it: it would be a ${change.action} again.`,
      ),
    ];
  }
  return [
    ...change.fields.map((field) => problem(field.pointer, fieldText(change, field))),
    ...change.relations.map((relation) =>
      problem(pointer(relation.relation), relationText(change, relation)),
    ),
  ];
}

function fieldText(change: Change, { pointer: at, before, after, sensitive }: FieldChange): string {
  const name = at.slice(1);
  if (sensitive)
    return `The appliance keeps another value of ${name} of ${change.address} than the one written, which is not shown.`;
  const [wrote, keeps] = [show(after), show(before)];
  const advice = before === undefined ? `Remove ${name} from the manifest` : `Write ${keeps}`;
  return `You wrote ${name}: ${wrote}, and the appliance keeps ${keeps} for ${change.address}. ${advice}, or every plan will show this difference.`;
}

function show(value: Json | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function relationText(change: Change, { relation, assign, unassign }: RelationChange): string {
  const parts = [
    ...(assign.length === 0 ? [] : [`${assign.join(", ")} not linked`]),
    ...(unassign.length === 0 ? [] : [`${unassign.join(", ")} still linked`]),
  ];
  return `After apply, ${relation} of ${change.address} differs: ${parts.join("; ")}.`;
}
