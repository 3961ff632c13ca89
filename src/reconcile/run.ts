/**
 * One run against one appliance: manifest → plan → apply → verify. What the command line and the
 * GitHub Action both call; what they print is their own affair.
 */
import type { AppliancePort } from "../appliance/port.ts";
import { hasErrors } from "../diagnostics.ts";
import { EXIT, errorDiagnostic, HopsyncError } from "../errors.ts";
import type { Address, ApplyEvent, Diagnostic, JsonObject, Manifest, Plan, Result } from "../model.ts";
import { type Applied, applyPlan } from "./apply.ts";
import { type GuardOptions, refusals } from "./guards.ts";
import { isApplicable, planChanges } from "./plan.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import { verifyApplied } from "./verify.ts";

export interface PlannedRun {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
  /** Why apply would refuse; errors of the plan itself are in `plan.diagnostics`. */
  readonly refusals: readonly Diagnostic[];
  /** 0, 1 or 4: what stands against applying. */
  readonly exitCode: number;
}

/** Reads the appliance and plans. Sends no request that writes. */
export async function planRun(
  port: AppliancePort,
  manifest: Manifest,
  guards: GuardOptions = {},
): Promise<PlannedRun> {
  const snapshot = await takeSnapshot(port, manifest);
  const plan = planChanges(manifest, snapshot);
  const refused = refusals(plan, manifest, snapshot.objects, guards);
  const exitCode = !isApplicable(plan) ? EXIT.error : refused.length > 0 ? EXIT.refused : EXIT.done;
  return { plan, snapshot, refusals: refused, exitCode };
}

export interface ApplyRunOptions {
  readonly parallelism: number;
  readonly onEvent: (event: ApplyEvent) => void;
  readonly signal?: AbortSignal;
}

export interface AppliedRun {
  readonly results: readonly Result[];
  /** What verification found. */
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: number;
}

/** Applies a plan that planRun found applicable, then reads again what was touched. */
export async function applyRun(
  port: AppliancePort,
  manifest: Manifest,
  { plan, snapshot }: PlannedRun,
  options: ApplyRunOptions,
): Promise<AppliedRun> {
  const fields = new Map(manifest.resources.map((resource) => [resource.address, resource.fields]));
  const fieldsOf = (address: Address): JsonObject => fields.get(address) ?? {};
  const applied = await applyPlan(plan, port, { ...options, fieldsOf });
  const interrupted = options.signal?.aborted === true;
  const diagnostics = interrupted
    ? []
    : await verifyApplied(port, manifest, applied.results, snapshot.devices).catch(notVerified);
  return {
    results: applied.results,
    diagnostics,
    exitCode: interrupted ? EXIT.interrupted : exitCodeOf(applied, diagnostics),
  };
}

/** What was applied stays applied and reported, also when it cannot be read again. */
function notVerified(error: unknown): readonly Diagnostic[] {
  if (!(error instanceof HopsyncError)) throw error;
  const { detail, ...diagnostic } = errorDiagnostic(error);
  return [{ ...diagnostic, detail: `What was applied could not be read again to verify it: ${detail}` }];
}

/** Whatever was done in part is 3, before anything that verification says. */
function exitCodeOf({ results, operations }: Applied, diagnostics: readonly Diagnostic[]): number {
  if (results.some(({ outcome }) => outcome !== "applied")) return operations > 0 ? EXIT.partial : EXIT.error;
  return hasErrors(diagnostics) ? EXIT.error : EXIT.done;
}
