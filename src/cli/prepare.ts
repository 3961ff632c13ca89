/** What plan and apply begin with: load the manifest, connect, plan. */
import type { AppliancePort } from "../appliance/port.ts";
import { EXIT } from "../errors.ts";
import type { Document, Manifest } from "../model.ts";
import { type PlannedRun, planRun } from "../reconcile/run.ts";
import { renderPlan } from "../render/plan-text.ts";
import type { Style } from "../render/style.ts";
import type { ConnectionFlags, ManifestOptions, OutputOptions } from "./options.ts";
import type { Session } from "./session.ts";

export interface PlanFlags extends OutputOptions, ManifestOptions, ConnectionFlags {
  readonly maxDeletes?: number;
  readonly adopt: boolean;
}

export interface Prepared {
  readonly manifest: Manifest;
  readonly port: AppliancePort;
  readonly run: PlannedRun;
  /** Renders the plan as the flags ask for it. */
  readonly text: (document: Document, style: Style) => string;
}

/**
 * The plan, or undefined when there is none: then the errors are printed and the exit code is 1. A plan
 * with errors is not shown, since the entries with errors are missing from it.
 */
export async function preparePlan(
  session: Session,
  paths: readonly string[],
  options: PlanFlags,
): Promise<Prepared | undefined> {
  const manifest = await session.load(paths, options);
  if (manifest === undefined) {
    session.finish({ exitCode: EXIT.error });
    return undefined;
  }
  const port = await session.connect(options);
  const run = await planRun(port, manifest, options);
  if (run.exitCode === EXIT.error) {
    session.note(run.plan.diagnostics);
    session.finish({ exitCode: EXIT.error, target: run.plan.target });
    return undefined;
  }
  session.note(run.refusals);
  const showRequests = options.showRequests === true;
  return { manifest, port, run, text: (document, style) => renderPlan(document, style, { showRequests }) };
}
