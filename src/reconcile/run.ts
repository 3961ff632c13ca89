/**
 * One run against one appliance: manifest → plan → apply → verify. What the command line and the
 * GitHub Action both call; what they print is their own affair.
 */
import type { AppliancePort } from "../appliance/port.ts";
import { hasErrors } from "../diagnostics.ts";
import { EXIT, errorDiagnostic, HopsyncError } from "../errors.ts";
import { leaseLost } from "../inventory/lease.ts";
import type { Address, ApplyEvent, Diagnostic, JsonObject, Manifest, Plan, Result } from "../model.ts";
import { type Applied, applyPlan } from "./apply.ts";
import type { Planned } from "./draft.ts";
import { type GuardOptions, refusals } from "./guards.ts";
import { isApplicable } from "./plan.ts";
import { readAndPlan } from "./read-plan.ts";
import { createRecogniser } from "./recognition.ts";
import { announced, sameEntries, settled } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";
import { createNamer } from "./target-names.ts";
import { verifyApplied } from "./verify.ts";

export interface PlannedRun {
  readonly plan: Plan;
  readonly planned: readonly Planned[];
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
  const { snapshot, plan, planned } = await readAndPlan(port, manifest);
  const refused = refusals({ plan, planned, manifest, snapshot }, guards);
  const exitCode = !isApplicable(plan) ? EXIT.error : refused.length > 0 ? EXIT.refused : EXIT.done;
  return { plan, planned, snapshot, refusals: refused, exitCode };
}

export interface ApplyRunOptions {
  readonly parallelism: number;
  readonly onEvent: (event: ApplyEvent) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Ends when a person interrupts. */
  readonly interrupted?: AbortSignal;
  /** Ends when the run's time is up. */
  readonly deadline?: AbortSignal;
  /** Ends when another run may be writing: then nothing new is sent, and nothing recorded. */
  readonly lost?: AbortSignal;
  /** Called once the last change is over, before what was done is recorded. */
  readonly onChanged?: () => void;
  readonly mask?: (text: string) => string;
}

export interface AppliedRun {
  readonly results: readonly Result[];
  /** What verification found, and what became of the inventory. */
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: number;
}

/**
 * Applies a plan that planRun found applicable, then reads again what was touched. The inventory is
 * written before the first create and after the last operation, whatever became of them.
 */
export async function applyRun(
  port: AppliancePort,
  manifest: Manifest,
  run: PlannedRun,
  options: ApplyRunOptions,
): Promise<AppliedRun> {
  const { plan, planned, snapshot } = run;
  const { store, ownership } = snapshot.inventory;
  const announcement = announced(plan, planned, ownership);
  if (announcement !== undefined) await store.write(announcement);
  const fields = new Map(manifest.resources.map((resource) => [resource.address, resource.fields]));
  const fieldsOf = (address: Address): JsonObject => fields.get(address) ?? {};
  const signals = [options.interrupted, options.deadline, options.lost].filter(
    (signal) => signal !== undefined,
  );
  const applied = await applyPlan(plan, port, {
    ...options,
    signals,
    fieldsOf,
    recognise: createRecogniser(snapshot),
    nameLinked: createNamer(
      snapshot,
      planned.map(({ relations }) => relations),
    ),
  });
  options.onChanged?.();
  const before = announcement ?? ownership.inventory;
  const failed = { partly: applied.partly, links: snapshot.links };
  const after = settled(before, planned, ownership, applied.results, applied.created, options.now(), failed);
  // Where nothing was done there is nothing to record, not even when.
  const records = plan.inventory && (applied.operations > 0 || !sameEntries(before, after));
  const recorded = options.lost?.aborted
    ? [leaseLost(plan.owner)]
    : records
      ? await store.write(after).then(nothing, notRecorded)
      : [];
  const sent = new Set(
    plan.changes.filter(({ operations }) => operations.length > 0).map(({ address }) => address),
  );
  const written = applied.results.filter(({ address }) => sent.has(address));
  const verified = await unlessAborted(options.interrupted, () =>
    verifyApplied(port, manifest, planned, written, snapshot.devices).catch(notVerified),
  );
  const diagnostics = [...recorded, ...(verified ?? [])];
  return {
    results: applied.results,
    diagnostics,
    exitCode: options.interrupted?.aborted === true ? EXIT.interrupted : exitCodeOf(applied, diagnostics),
  };
}

/** What reads only can be left to itself, and is not begun when it is too late; undefined then. */
function unlessAborted<T>(signal: AbortSignal | undefined, read: () => Promise<T>): Promise<T | undefined> {
  if (signal === undefined) return read();
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined);
    if (signal.aborted) return leave();
    signal.addEventListener("abort", leave);
    read()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", leave));
  });
}

function nothing(): readonly Diagnostic[] {
  return [];
}

/** The objects are as reported; the next run finds them by name and adopts what is not recorded. */
function notRecorded(error: unknown): readonly Diagnostic[] {
  return failedAfterwards(error, "What was applied could not be recorded in the inventory");
}

/** What was applied stays applied and reported, also when it cannot be read again. */
function notVerified(error: unknown): readonly Diagnostic[] {
  return failedAfterwards(error, "What was applied could not be read again to verify it");
}

function failedAfterwards(error: unknown, what: string): readonly Diagnostic[] {
  if (!(error instanceof HopsyncError)) throw error;
  const { detail, ...diagnostic } = errorDiagnostic(error);
  return [{ ...diagnostic, detail: `${what}: ${detail}` }];
}

/** Whatever was done in part is 3, before anything that verification says. */
function exitCodeOf({ results, operations }: Applied, diagnostics: readonly Diagnostic[]): number {
  if (results.some(({ outcome }) => outcome !== "applied")) return operations > 0 ? EXIT.partial : EXIT.error;
  return hasErrors(diagnostics) ? EXIT.error : EXIT.done;
}
