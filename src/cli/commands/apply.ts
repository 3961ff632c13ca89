/** `hopsync apply`: plan, show, ask, apply, verify, report. A sealed plan is not asked about again. */
import { EXIT } from "../../errors.ts";
import type { Lease } from "../../inventory/lease.ts";
import { applyRun } from "../../reconcile/run.ts";
import { renderReport } from "../../render/report-text.ts";
import { moved, showPlan, unexpected } from "../approval.ts";
import { type Body, runTargets } from "../fleet.ts";
import type { Io } from "../io.ts";
import { type LeaseFlags, withLease } from "../lease.ts";
import { isPlanFile } from "../plan-file.ts";
import { type PlanFlags, type Prepared, preparePlan } from "../prepare.ts";
import { planFileOf, prepareSealed } from "../prepare-sealed.ts";
import { type Finish, interruption, type Session } from "../session.ts";

export interface ApplyFlags extends PlanFlags, LeaseFlags {
  readonly autoApprove?: true;
  readonly expect?: string;
}

export async function apply(paths: readonly string[], options: ApplyFlags, io: Io): Promise<number> {
  const body: Body = async (session, approve) => {
    const file = planFileOf(paths, io.cwd);
    const prepared =
      file === undefined
        ? await preparePlan(session, paths, options)
        : await prepareSealed(session, file, options);
    if (typeof prepared === "number") return prepared;
    const { plan } = prepared.run;
    const end = endOf(session, prepared, options);
    if (end !== undefined) return session.finish(end);
    // Bringing the inventory up to date changes nothing that a person would have to approve.
    const given = options.autoApprove === true || options.expect !== undefined || file !== undefined;
    const asks = plan.changes.length > 0 && !given;
    show(session, prepared, asks, options);
    if (asks && !(await approve(session, prepared))) {
      return session.finish({ exitCode: interruption(io) ?? EXIT.error, plan });
    }
    const applied = await withLease(session, prepared.port, plan.owner, options, (lease, deadline) =>
      applyHeld(session, prepared, { ...options, asked: asks }, lease, deadline),
    );
    if (typeof applied === "number") return applied;
    return session.finish(applied ?? { exitCode: interruption(io) ?? EXIT.refused, plan });
  };
  const forOne = [
    options.expect === undefined ? undefined : "--expect",
    paths.find((path) => isPlanFile(path, io.cwd)),
  ];
  return runTargets("apply", options, io, body, forOne);
}

/** What ends the run before anything is applied: refusals, nothing to do, another plan than expected. */
function endOf(session: Session, { run, text }: Prepared, { expect }: ApplyFlags): Finish | undefined {
  const { plan } = run;
  const empty = plan.changes.length === 0;
  if (run.exitCode !== EXIT.done || (empty && !plan.inventory)) return { exitCode: run.exitCode, plan, text };
  if (expect === undefined || expect === plan.digest) return undefined;
  session.note(empty ? [] : [unexpected(plan, expect)]);
  const exitCode = empty ? EXIT.done : EXIT.stale;
  return { exitCode, plan: { ...plan, inventory: plan.inventory && !empty }, text };
}

function show(session: Session, prepared: Prepared, asks: boolean, options: ApplyFlags): void {
  if (asks || !options.quiet) showPlan(session, prepared, options);
  session.tell(prepared.run.plan.diagnostics);
}

/** Applies what was approved; where another run was quicker, what is left of it, or nothing. */
async function applyHeld(
  session: Session,
  approvedPlan: Prepared,
  options: ApplyFlags & { readonly asked: boolean },
  lease: Lease,
  deadline: AbortSignal,
): Promise<Finish | number> {
  const { store } = approvedPlan.run.snapshot.inventory;
  const prepared = (await store.isStale(lease.listed)) ? await approvedPlan.again() : approvedPlan;
  if (typeof prepared === "number") return prepared;
  const { manifest, port, run, text } = prepared;
  const { plan } = run;
  if (plan.digest !== approvedPlan.run.plan.digest) {
    const end = endOf(session, prepared, options);
    if (end !== undefined) return end;
    if (options.asked && plan.changes.length > 0) {
      session.note([moved(plan)]);
      return { exitCode: EXIT.stale, plan, text };
    }
    show(session, prepared, false, options);
  }
  const { io, progress, mask } = session;
  const applied = await applyRun(port, manifest, run, {
    parallelism: options.parallelism,
    onEvent: progress.event,
    now: Date.now,
    interrupted: io.interrupted,
    deadline,
    lost: lease.lost,
    onChanged: session.startRecording,
    mask,
  });
  session.note(applied.diagnostics);
  return {
    exitCode: interruption(io) ?? applied.exitCode,
    plan,
    results: applied.results,
    text: renderReport,
  };
}
