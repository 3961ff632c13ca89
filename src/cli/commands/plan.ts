/** `hopsync plan`: what apply would do; with `--out` sealed in a file, to apply exactly that. */
import { EXIT } from "../../errors.ts";
import { seal } from "../../reconcile/sealed.ts";
import { type Body, runTargets } from "../fleet.ts";
import type { Io } from "../io.ts";
import { checkPlanPath, writePlanFile } from "../plan-file.ts";
import { type PlanFlags, preparePlan } from "../prepare.ts";

export interface PlanCommandFlags extends PlanFlags {
  readonly detailedExitcode?: true;
  readonly out?: string;
}

export async function plan(paths: readonly string[], options: PlanCommandFlags, io: Io): Promise<number> {
  const { out } = options;
  const body: Body = async (session) => {
    if (out !== undefined) checkPlanPath(out, io.cwd);
    const prepared = await preparePlan(session, paths, options);
    if (typeof prepared === "number") return prepared;
    const { run, manifest, text } = prepared;
    // What apply would refuse is not sealed.
    const sealed = out !== undefined && run.exitCode === EXIT.done;
    if (sealed) writePlanFile(out, seal(manifest, run), io.cwd);
    const changed = run.plan.changes.length > 0 && options.detailedExitcode === true;
    const exitCode = run.exitCode === EXIT.done && changed ? EXIT.changes : run.exitCode;
    const code = await session.finish({ exitCode, plan: run.plan, text });
    if (sealed) session.say(`Sealed in ${out}. To apply exactly this: hopsync apply ${out}\n`);
    return code;
  };
  return runTargets("plan", options, io, body, [out === undefined ? undefined : "--out"]);
}
