/** `command: drift`: what changed on the appliance, as an issue that comes and goes with it. */
import { setOutput } from "@actions/core";
import { EXIT } from "../errors.ts";
import type { Document } from "../model.ts";
import { acceptInPullRequest, withdrawPullRequest } from "./accept.ts";
import { driftClosed, driftIssue, sightings } from "./drift-issue.ts";
import { isSame, type Marker, readMarker } from "./marker.ts";
import { annotate, setOutputs, setSummary } from "./outputs.ts";
import type { GitHub, Issue } from "./port.ts";
import type { Run } from "./run.ts";
import { summary } from "./summary.ts";
import { told, type Verdict, verdictOf } from "./verdict.ts";

/** Looks for drift. The outputs are set before GitHub is told, since that may be refused. */
export async function drift(run: Run): Promise<Verdict> {
  const { context, inputs, github } = run;
  const { exitCode, document } = await run.hopsync("drift");
  setOutputs(document, exitCode);
  const known = exitCode === EXIT.done || exitCode === EXIT.changes;
  if (document !== undefined) {
    annotate(document.diagnostics, context, inputs.folder);
    setSummary(summary(document, { target: run.target }), context);
  }
  const fine = inputs.failOnDrift ? [EXIT.done] : [EXIT.done, EXIT.changes];
  return told(verdictOf("The search for drift", exitCode, document, fine), async () => {
    if (document === undefined || github === undefined) return;
    if (known && inputs.driftIssue) await tellIssue(run, github, document);
    if (!known || !inputs.driftPullRequest) return;
    const propose = exitCode === EXIT.changes ? acceptInPullRequest : withdrawPullRequest;
    await propose(run, github, document.owner ?? "");
  });
}

/** Opens, updates or closes the one issue of this target and owner. */
async function tellIssue(run: Run, github: GitHub, document: Document): Promise<void> {
  const found = await openIssue(run, github, document);
  if (document.changes.length === 0) {
    if (found !== undefined) await close(run, github, found);
    return;
  }
  const now = new Date().toISOString();
  const first = sightings(found?.marker, document, now);
  const about = { target: run.target, now, ...first, runUrl: run.context.runUrl };
  const { title, body } = driftIssue(document, about);
  if (found !== undefined) await github.editIssue(found.issue.number, { title, body });
  const issue = found?.issue ?? (await github.addIssue({ title, body, labels: run.inputs.driftLabels }));
  setOutput("issue-url", issue.url);
}

interface MarkedIssue {
  readonly issue: Issue;
  readonly marker: Marker;
}

async function openIssue(
  { inputs, target }: Run,
  github: GitHub,
  { owner }: Document,
): Promise<MarkedIssue | undefined> {
  const [label = ""] = inputs.driftLabels;
  const wanted: Marker = { kind: "drift", target, owner: owner ?? "" };
  const marked = (await github.openIssues(label)).flatMap((issue) => {
    const marker = readMarker(issue.body);
    return marker !== undefined && isSame(marker, wanted) ? [{ issue, marker }] : [];
  });
  return marked[0];
}

async function close(
  { target, context }: Run,
  github: GitHub,
  { issue, marker }: MarkedIssue,
): Promise<void> {
  const now = new Date().toISOString();
  const { since } = marker;
  const about = { target, now, runUrl: context.runUrl, ...(since === undefined ? {} : { since }) };
  await github.addComment(issue.number, driftClosed(about));
  await github.editIssue(issue.number, { state: "closed" });
  setOutput("issue-url", issue.url);
}
