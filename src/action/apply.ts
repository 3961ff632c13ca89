/** `command: apply`: exactly the plan that was reviewed, found again in the merged pull request. */
import { setOutput } from "@actions/core";
import { EXIT, HopsyncError } from "../errors.ts";
import { MAX_BODY } from "./body-parts.ts";
import { applyComment, differenceParts } from "./comments.ts";
import type { Marker } from "./marker.ts";
import { annotate, setOutputs, setSummary } from "./outputs.ts";
import type { PullRequest } from "./port.ts";
import type { Run } from "./run.ts";
import { markedComments, stick } from "./sticky.ts";
import { summary } from "./summary.ts";
import { told, type Verdict, verdictOf } from "./verdict.ts";

interface Reviewed {
  readonly digest: string;
  readonly marker?: Marker;
}

/** Applies. The outputs are set before GitHub is told, since that may be refused. */
export async function apply(run: Run): Promise<Verdict> {
  const { context, inputs, github } = run;
  const { request, reviewed } = await review(run);
  const expected = reviewed === undefined ? ["--auto-approve"] : ["--expect", reviewed.digest];
  const { exitCode, document } = await run.hopsync("apply", ...expected);
  setOutputs(document, exitCode);
  if (document === undefined) return verdictOf("The apply", exitCode, document, [EXIT.done]);
  annotate(document.diagnostics, context, inputs.folder);
  const about = { target: run.target, sha: context.sha };
  const notes = differenceParts(document, reviewed?.marker, MAX_BODY);
  setSummary(summary(document, { ...about, notes }), context);
  const verdict = verdictOf("The apply", exitCode, document, [EXIT.done]);
  return told(verdict, async () => {
    if (!inputs.comment || github === undefined || request === undefined) return;
    const options = { ...about, runUrl: context.runUrl, reviewed: reviewed?.marker };
    setOutput("comment-url", await stick(github, request.number, applyComment(document, options)));
  });
}

interface Review {
  readonly request: PullRequest | undefined;
  readonly reviewed: Reviewed | undefined;
}

/** What fails here fails before anything is applied, and the outputs tell so. */
async function review(run: Run): Promise<Review> {
  try {
    const request = await mergedRequest(run);
    return { request, reviewed: await reviewedPlan(run, request) };
  } catch (error) {
    const stale = error instanceof HopsyncError && error.code === "not-reviewed";
    setOutputs(undefined, stale ? EXIT.stale : EXIT.error);
    throw error;
  }
}

/** The pull request that brought the commit; undefined after a push without one. */
async function mergedRequest({ context, github, inputs }: Run): Promise<PullRequest | undefined> {
  if (github === undefined || (inputs.expect !== "auto" && !inputs.comment)) return undefined;
  const { pullRequest, sha } = context;
  if (pullRequest !== undefined) return github.pullRequest(pullRequest.number);
  const merged = (await github.pullRequestsOf(sha)).filter((request) => request.merged);
  return merged.find(({ mergeSha }) => mergeSha === sha) ?? merged.at(-1);
}

/** The plan that the reviewers saw; undefined where the workflow says that none is needed. */
async function reviewedPlan(run: Run, request: PullRequest | undefined): Promise<Reviewed | undefined> {
  const { inputs, github, target } = run;
  if (inputs.expect === "none") return undefined;
  if (inputs.expect !== "auto") return { digest: inputs.expect };
  if (github === undefined) throw unreviewed("there is no github-token to look for its pull request with");
  if (request === undefined) throw unreviewed("no merged pull request has this commit");
  if (!request.merged) throw unreviewed(`pull request ${request.number} is not merged`);
  const { document } = await run.hopsync("validate");
  const plans = (await markedComments(github, request.number)).filter(
    ({ marker }) => marker.kind === "plan" && marker.target === target,
  );
  const own = plans.filter(({ marker }) => marker.owner === document?.owner);
  const plan = own.findLast(({ whole }) => whole);
  if (plan === undefined)
    throw unreviewed(
      own.length === 0
        ? `pull request ${request.number} has no plan for ${target} in its comments`
        : `somebody wrote into the comment with the plan in pull request ${request.number}`,
    );
  const { sha, digest } = plan.marker;
  if (sha !== request.headSha)
    throw unreviewed(
      `the plan in pull request ${request.number} is of ${sha}, and ${request.headSha} was merged`,
    );
  if (digest === undefined) throw unreviewed(`the plan in pull request ${request.number} had errors`);
  return { digest, marker: plan.marker };
}

function unreviewed(why: string): HopsyncError {
  return new HopsyncError(
    "not-reviewed",
    `It is not known which plan was reviewed: ${why}. Nothing was applied.`,
    {
      hint: "Bring the change in by a pull request with a plan, give the digest of a plan as `expect`, or say `expect: none` to apply without review.",
    },
  );
}
