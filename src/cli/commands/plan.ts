/** `hopsync plan`: what apply would do. */
import { EXIT } from "../../errors.ts";
import type { Io } from "../io.ts";
import { type PlanFlags, preparePlan } from "../prepare.ts";
import { runSession } from "../session.ts";

export interface PlanCommandFlags extends PlanFlags {
  readonly detailedExitcode?: true;
}

export async function plan(paths: readonly string[], options: PlanCommandFlags, io: Io): Promise<number> {
  return runSession("plan", options, io, async (session) => {
    const prepared = await preparePlan(session, paths, options);
    if (prepared === undefined) return EXIT.error;
    const { run, text } = prepared;
    const changed = run.plan.changes.length > 0 && options.detailedExitcode === true;
    const exitCode = run.exitCode === EXIT.done && changed ? EXIT.changes : run.exitCode;
    return session.finish({ exitCode, plan: run.plan, text });
  });
}
