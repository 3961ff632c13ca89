/** `hopsync apply`: plan, show, ask, apply, verify, report. */
import { EXIT, HopsyncError } from "../../errors.ts";
import { applyRun } from "../../reconcile/run.ts";
import { toDocument } from "../../render/document.ts";
import { renderConfirmation } from "../../render/plan-text.ts";
import { renderReport } from "../../render/report-text.ts";
import { VERSION } from "../../version.ts";
import { ask } from "../ask.ts";
import type { Io } from "../io.ts";
import { type PlanFlags, type Prepared, preparePlan } from "../prepare.ts";
import { interruption, runSession, type Session, styleFor } from "../session.ts";

export interface ApplyFlags extends PlanFlags {
  readonly autoApprove?: true;
}

export async function apply(paths: readonly string[], options: ApplyFlags, io: Io): Promise<number> {
  return runSession("apply", options, io, async (session) => {
    const prepared = await preparePlan(session, paths, options);
    if (prepared === undefined) return EXIT.error;
    const { manifest, port, run, text } = prepared;
    const { plan } = run;
    if (run.exitCode !== EXIT.done || (plan.changes.length === 0 && !plan.inventory)) {
      return session.finish({ exitCode: run.exitCode, plan, text });
    }
    const asks = options.autoApprove !== true;
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

/** What is about to happen: on stdout, or on stderr when stdout is for the JSON document. */
function showPlan({ io, progress }: Session, { run, text }: Prepared, options: ApplyFlags): void {
  const stream = options.format === "json" ? io.stderr : io.stdout;
  progress.done();
  const document = toDocument({ command: "plan", exitCode: EXIT.done, version: VERSION, plan: run.plan });
  stream.write(`${text(document, styleFor(stream, options, io))}\n`);
}

/** Without `--auto-approve` a plan is applied when a person at a terminal says yes. */
async function approved(session: Session, { run }: Prepared): Promise<boolean> {
  const { io } = session;
  if (io.stdin.isTTY !== true) {
    throw new HopsyncError(
      "not-approved",
      "The plan has changes, and nobody is at a terminal to approve them.",
      {
        hint: "Nothing was applied. Read the plan and run again with --auto-approve.",
      },
    );
  }
  const document = toDocument({ command: "plan", exitCode: EXIT.done, version: VERSION, plan: run.plan });
  session.pause();
  const yes = (await ask(renderConfirmation(document), io)) === "yes";
  if (!yes) session.say("Nothing was applied.\n");
  return yes;
}
