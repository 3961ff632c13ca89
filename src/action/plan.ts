/** `command: plan`: the plan as outputs, summary, annotations, a sealed file, and a comment on the pull request. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setOutput, warning } from "@actions/core";
import { EXIT } from "../errors.ts";
import type { Document } from "../model.ts";
import { planComment } from "./comments.ts";
import { annotate, detailed, setOutputs, setSummary } from "./outputs.ts";
import type { GitHub } from "./port.ts";
import type { Run } from "./run.ts";
import { markedComments, markOutdated, stick } from "./sticky.ts";
import { summary } from "./summary.ts";
import { told, type Verdict, verdictOf } from "./verdict.ts";

/** Plans. The outputs are set before GitHub is asked for anything, since that may be refused. */
export async function plan(run: Run): Promise<Verdict> {
  const { context, inputs, github } = run;
  const number = inputs.comment ? context.pullRequest?.number : undefined;
  // What goes wrong here goes wrong again below, after the outputs are set.
  if (number !== undefined && github !== undefined)
    await markOutdated(github, number, run.target, context.sha).catch(() => {});
  const planFile = join(context.temp, "hopsync-plan.json");
  const { exitCode, document } = await run.hopsync("plan", "--out", planFile);
  setOutputs(document, detailed(exitCode, document));
  const sealed = existsSync(planFile);
  setOutput("plan-file", sealed ? planFile : "");
  if (document !== undefined) {
    annotate(document.diagnostics, context, inputs.folder);
    setSummary(summary(document, { target: run.target, sha: context.sha }), context);
  }
  return told(verdictOf("The plan", exitCode, document, [EXIT.done]), async () => {
    if (document === undefined || number === undefined) return;
    if (github === undefined)
      warning("There is no github-token, so the pull request is not told of the plan.");
    else await comment(run, github, number, document, sealed);
  });
}

/** A run that was overtaken by a newer commit leaves that one's comment alone. */
async function comment(
  run: Run,
  github: GitHub,
  number: number,
  document: Document,
  sealed: boolean,
): Promise<void> {
  const { context, target } = run;
  const { sha, runUrl } = context;
  const { headSha } = await github.pullRequest(number);
  if (headSha !== context.sha) {
    const comments = await markedComments(github, number);
    const newer = comments.some(({ marker }) => marker.target === target && marker.sha === headSha);
    if (newer) return run.say(`The pull request is at ${headSha} by now, and its plan stays.`);
  }
  // A run's page has the summaries of its jobs and what they uploaded.
  const planFile = sealed ? { name: "hopsync-plan.json", url: `${runUrl}#artifacts` } : undefined;
  const body = planComment(document, { target, sha, runUrl, summaryUrl: `${runUrl}#summary`, planFile });
  setOutput("comment-url", await stick(github, number, body));
  if (headSha !== context.sha) await markOutdated(github, number, target, headSha);
}
