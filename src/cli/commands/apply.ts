/** `hopsync apply`: plan, show, ask, apply, verify, report. A sealed plan is not asked about again. */
import { EXIT } from "../../errors.ts";
import { applyRun } from "../../reconcile/run.ts";
import { renderReport } from "../../render/report-text.ts";
import { approved, showPlan, unexpected } from "../approval.ts";
import type { Io } from "../io.ts";
import { type PlanFlags, preparePlan } from "../prepare.ts";
import { planFileOf, prepareSealed } from "../prepare-sealed.ts";
import { interruption, runSession } from "../session.ts";

export interface ApplyFlags extends PlanFlags {
  readonly autoApprove?: true;
  readonly expect?: string;
}

export async function apply(paths: readonly string[], options: ApplyFlags, io: Io): Promise<number> {
  return runSession("apply", options, io, async (session) => {
    const file = planFileOf(paths, io.cwd);
    const prepared =
      file === undefined
        ? ((await preparePlan(session, paths, options)) ?? EXIT.error)
        : await prepareSealed(session, file, options);
    if (typeof prepared === "number") return prepared;
    const { manifest, port, run, text } = prepared;
    const { plan } = run;
    if (run.exitCode !== EXIT.done || (plan.changes.length === 0 && !plan.inventory)) {
      return session.finish({ exitCode: run.exitCode, plan, text });
    }
    const { expect } = options;
    if (expect !== undefined && expect !== plan.digest) {
      const empty = plan.changes.length === 0;
      session.note(empty ? [] : [unexpected(plan, expect)]);
      const exitCode = empty ? EXIT.done : EXIT.stale;
      return session.finish({ exitCode, plan: { ...plan, inventory: plan.inventory && !empty }, text });
    }
    // Bringing the inventory up to date changes nothing that a person would have to approve.
    const given = options.autoApprove === true || expect !== undefined || file !== undefined;
    const asks = plan.changes.length > 0 && !given;
    if (asks || !options.quiet) showPlan(session, prepared, options);
    session.tell(plan.diagnostics);
    if (asks && !(await approved(session, prepared))) {
      return session.finish({ exitCode: interruption(io) ?? EXIT.error, plan });
    }
    const applied = await applyRun(port, manifest, run, {
      parallelism: options.parallelism,
      onEvent: session.progress.event,
      now: Date.now,
      interrupted: io.interrupted,
      deadline: session.startWriting(),
      mask: session.mask,
    });
    session.note(applied.diagnostics);
    const exitCode = interruption(io) ?? applied.exitCode;
    return session.finish({ exitCode, plan, results: applied.results, text: renderReport });
  });
}
