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
  /** Reads the appliance and plans anew; the exit code, when there is no plan and all is said. */
  readonly again: () => Promise<Prepared | number>;
}

/**
 * The plan; or the exit code, when there is none and the errors are printed. A plan with errors is not shown,
 * since the entries with errors are missing from it.
 */
export async function preparePlan(
  session: Session,
  paths: readonly string[],
  options: PlanFlags,
): Promise<Prepared | number> {
  const manifest = await session.load(paths, options);
  if (manifest === undefined) return session.finish({ exitCode: EXIT.error });
  const port = await session.connect(options);
  const prepare = async (): Promise<Prepared | number> => {
    const run = await planRun(port, manifest, options);
    if (run.exitCode === EXIT.error) {
      session.note(run.plan.diagnostics);
      return session.finish({ exitCode: EXIT.error, target: run.plan.target });
    }
    session.note(run.refusals);
    return { manifest, port, run, text: planText(options), again: prepare };
  };
  return prepare();
}

export function planText({ showRequests }: OutputOptions): Prepared["text"] {
  return (document, style) => renderPlan(document, style, { showRequests: showRequests === true });
}
