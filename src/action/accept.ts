/** Drift → a pull request that accepts it: the manifests say what the appliance has, comments and order kept. */
import { readFileSync, realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { setOutput } from "@actions/core";
import { EXIT } from "../errors.ts";
import { digest } from "../json.ts";
import type { Document } from "../model.ts";
import { acceptClosed, acceptRequest } from "./drift-issue.ts";
import { blobName } from "./github-git.ts";
import type { GitHub, NewText } from "./port.ts";
import type { Run } from "./run.ts";

/** Edits the checked-out manifests, and proposes the edits on a branch of their own. */
export async function acceptInPullRequest(run: Run, github: GitHub, owner: string): Promise<void> {
  const { exitCode, document } = await run.hopsync("export", "--drift");
  const texts = editedTexts(run, document);
  if (document === undefined || texts.length === 0) {
    run.say("Nothing of the drift can be written into the manifests, so there is no pull request.");
    if (exitCode === EXIT.done) await withdrawPullRequest(run, github, owner);
    return;
  }
  const { context, target } = run;
  const branch = acceptBranch(target, owner);
  const about = acceptRequest(document, { target, runUrl: context.runUrl });
  const open = await github.openPullRequest(branch);
  // A branch without an open pull request is one that was merged or turned down: it may be no news to its base.
  if (open === undefined || !(await isThere(github, branch, context.sha, texts))) {
    // First what tells of it: a run that is cut off in between is done again by the next.
    if (open !== undefined) await github.editPullRequest(open.number, about);
    const message = `Accept drift on ${target} (${owner})`;
    await github.commitTexts({ branch, parent: context.sha, message, texts });
  }
  const request = open ?? (await github.addPullRequest({ ...about, head: branch, base: context.branch }));
  setOutput("pull-request-url", request.url);
}

/** Closes the proposal where there is nothing to accept any more: merged, it would make drift of its own. */
export async function withdrawPullRequest(run: Run, github: GitHub, owner: string): Promise<void> {
  const { context, target } = run;
  const open = await github.openPullRequest(acceptBranch(target, owner));
  if (open === undefined) return;
  const now = new Date().toISOString();
  await github.addComment(open.number, acceptClosed({ target, now, runUrl: context.runUrl }));
  await github.editPullRequest(open.number, { state: "closed" });
  setOutput("pull-request-url", open.url);
}

function editedTexts({ context, inputs }: Run, document: Document | undefined): readonly NewText[] {
  const top = realpathSync(context.workspace);
  return (document?.exported?.files ?? []).map((file) => {
    const real = realpathSync(resolve(join(top, inputs.folder), file));
    return { path: relative(top, real).replaceAll("\\", "/"), text: readFileSync(real, "utf8") };
  });
}

/** Whether the branch is the parent with these texts and nothing else, as an earlier run may have left it. */
async function isThere(
  github: GitHub,
  branch: string,
  parent: string,
  texts: readonly NewText[],
): Promise<boolean> {
  const sha = await github.branchSha(branch);
  if (sha === undefined) return false;
  const found = await github.files(sha);
  const before = await github.files(parent);
  const wanted = new Map([
    ...before.map((file) => [file.path, file.sha] as const),
    ...texts.map(({ path, text }) => [path, blobName(Buffer.from(text))] as const),
  ]);
  return found.length === wanted.size && found.every((file) => wanted.get(file.path) === file.sha);
}

/** Where a proposal stands; one for each target and owner. */
export function acceptBranch(target: string, owner: string): string {
  return `hopsync/drift/${slug(target)}/${slug(owner)}`;
}

const MAX_SLUG = 60;
const PLAIN = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const DIGEST = /^sha256:(.{8})/;

/** A name as a part of a branch's. What has to be changed for it is told apart by its digest. */
function slug(name: string): string {
  if (PLAIN.test(name) && name.length <= MAX_SLUG && !name.endsWith(".lock")) return name;
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const [, start = ""] = DIGEST.exec(digest(name)) ?? [];
  return [...words, start].join("-").slice(-MAX_SLUG).replace(/^-/, "");
}
