/** `hopsync drift`: what changed on the appliance since the last apply. */
import { EXIT } from "../../errors.ts";
import { driftRun } from "../../reconcile/drift-run.ts";
import { renderPlan } from "../../render/plan-text.ts";
import { runTargets } from "../fleet.ts";
import type { Io } from "../io.ts";
import type { ConnectionFlags, ManifestOptions, OutputOptions } from "../options.ts";
import { interruption } from "../session.ts";

export interface DriftFlags extends OutputOptions, ManifestOptions, ConnectionFlags {}

export async function drift(paths: readonly string[], options: DriftFlags, io: Io): Promise<number> {
  return runTargets("drift", options, io, async (session) => {
    const manifest = await session.load(paths, options);
    if (manifest === undefined) return session.finish({ exitCode: EXIT.error });
    const port = await session.connect(options);
    const { plan, diagnostics } = await driftRun(port, manifest);
    session.note(diagnostics);
    const exitCode = interruption(io) ?? (plan.changes.length > 0 ? EXIT.changes : EXIT.done);
    return session.finish({
      exitCode,
      plan,
      text: (document, style) => renderPlan(document, style, { showRequests: false }),
    });
  });
}
