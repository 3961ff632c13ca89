/** What stands between a plan and its apply: a person who reads it, or a digest that was reviewed. */
import { EXIT, HopsyncError } from "../errors.ts";
import type { Diagnostic, Document, Plan } from "../model.ts";
import { toDocument } from "../render/document.ts";
import { renderConfirmation } from "../render/plan-text.ts";
import { VERSION } from "../version.ts";
import { ask } from "./ask.ts";
import type { OutputOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import { type Session, styleFor } from "./session.ts";

/** Where nobody is at a terminal to answer a question, that is an error. */
export function requirePerson({ io }: Session, what: string): void {
  if (io.stdin.isTTY === true) return;
  throw new HopsyncError("not-approved", `${what}, and nobody is at a terminal to approve it.`, {
    hint: "Nothing was written. Read what is shown and run again with --auto-approve.",
  });
}

/** Asks a person. Anything but `yes` is a no. */
export async function approves(session: Session, what: string, question: string): Promise<boolean> {
  requirePerson(session, what);
  session.pause();
  return (await ask(question, session.io)) === "yes";
}

export function planDocument(plan: Plan): Document {
  return toDocument({ command: "plan", exitCode: EXIT.done, version: VERSION, plan });
}

/** What is about to happen: on stdout, or on stderr when stdout is for the document of another format. */
export function showPlan({ io, progress }: Session, { run, text }: Prepared, options: OutputOptions): void {
  const stream = options.format === "text" ? io.stdout : io.stderr;
  progress.done();
  stream.write(`${text(planDocument(run.plan), styleFor(stream, options, io))}\n`);
}

/** Whether a plan that is shown may be applied. */
export type Approve = (session: Session, prepared: Prepared) => Promise<boolean>;

/** Without `--auto-approve` a plan is applied when a person at a terminal says yes. */
export async function approved(session: Session, { run }: Prepared): Promise<boolean> {
  const yes = await approves(session, "The plan has changes", renderConfirmation(planDocument(run.plan)));
  if (!yes) session.say("Nothing was applied.\n");
  return yes;
}

/** The plan is another one than `--expect` names. */
export function unexpected(plan: Plan, expected: string): Diagnostic {
  return {
    severity: "error",
    code: "unexpected-plan",
    summary: "The plan is not the one that was reviewed",
    detail: `Expected ${expected}, and the plan is ${plan.digest}: the manifest or the appliance changed since. Nothing was applied. Review this plan, and expect its digest.`,
  };
}

/** Between the plan that somebody approved and the lease, another run has applied something. */
export function moved(plan: Plan): Diagnostic {
  return {
    severity: "error",
    code: "plan-moved",
    summary: "The plan is not the one that was approved any more",
    detail: `Another run of owner ${JSON.stringify(plan.owner)} has applied since it was shown, and this is the plan now. Nothing was applied. Run again to approve this one.`,
  };
}
