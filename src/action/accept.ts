/** Drift → a pull request that accepts it: the manifests say what the appliance has, comments and order kept. */
import { readFileSync, realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { setOutput } from "@actions/core";
import type { Document } from "../model.ts";
import { acceptRequest } from "./drift-issue.ts";
import type { GitHub, NewText } from "./port.ts";
import type { Run } from "./run.ts";

/** Edits the checked-out manifests, and proposes the edits on a branch of their own. */
export async function acceptInPullRequest(run: Run, github: GitHub): Promise<void> {
  const { document } = await run.hopsync("export", "--drift");
  const texts = editedTexts(run, document);
  if (document === undefined || texts.length === 0) {
    run.say("Nothing of the drift can be written into the manifests, so there is no pull request.");
    return;
  }
  const { context, target } = run;
  const branch = `hopsync/drift/${slug(target)}-${slug(document.owner ?? "")}`;
  if (!(await isThere(github, branch, texts))) {
    const message = `Accept drift on ${target} (${document.owner})`;
    await github.commitTexts({ branch, parent: context.sha, message, texts });
  }
  const about = acceptRequest(document, { target, runUrl: context.runUrl });
  const open = await github.openPullRequest(branch);
  if (open !== undefined) await github.editPullRequest(open.number, about);
  const request = open ?? (await github.addPullRequest({ ...about, head: branch, base: context.branch }));
  setOutput("pull-request-url", request.url);
}

function editedTexts({ context, inputs }: Run, document: Document | undefined): readonly NewText[] {
  const top = realpathSync(context.workspace);
  return (document?.exported?.files ?? []).map((file) => {
    const real = realpathSync(resolve(join(top, inputs.folder), file));
    return { path: relative(top, real).replaceAll("\\", "/"), text: readFileSync(real, "utf8") };
  });
}

/** A schedule that finds the same drift again makes no new commit. */
async function isThere(github: GitHub, branch: string, texts: readonly NewText[]): Promise<boolean> {
  const sha = await github.branchSha(branch);
  if (sha === undefined) return false;
  const files = new Map((await github.files(sha)).map((file) => [file.path, file.sha]));
  for (const { path, text } of texts) {
    const blob = files.get(path);
    if (blob === undefined || (await github.text(blob)) !== text) return false;
  }
  return true;
}

/** A name as a part of a branch's. */
function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "default"
  );
}
