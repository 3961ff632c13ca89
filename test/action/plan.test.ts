/** The action on pull requests and after the merge, as a runner would run it. */
import { describe, expect, it } from "vitest";
import { type GitHubStandIn, startGitHub } from "../helpers/github/index.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { edit, pullRequestEvent, runAction } from "./runner.ts";

const MANIFEST = `version: 1
owner: net
tags: [{name: pci}]
alerts:
  - {name: A, severity: 3, stat_name: s, field_name: f, operator: ">", operand: 1}
`;
const FILES = { "manifests/all.yaml": MANIFEST };

function hopsyncComments(github: GitHubStandIn, number: number): readonly string[] {
  return github
    .comments(number)
    .map(({ body }) => body)
    .filter((body) => body.includes("<!-- hopsync:"));
}

describe("command: plan", () => {
  it("comments once, in place, and leaves outputs, a summary and a sealed plan", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const request = github.openPullRequest({ files: FILES });
    const inputs = { command: "plan", target: "hq" };
    const first = await runAction({
      inputs,
      files: FILES,
      sandbox: box,
      github,
      event: pullRequestEvent(request),
    });
    expect([first.code, first.log]).toEqual([0, expect.stringContaining("2 to create")]);
    expect(first.outputs).toMatchObject({
      "has-changes": "true",
      "exit-code": "2",
      "create-count": "2",
      "delete-count": "0",
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      "plan-file": expect.stringContaining("hopsync-plan.json"),
      "comment-url": expect.stringContaining("#issuecomment"),
    });
    expect(first.summary).toContain("`alert/A`");
    expect(first.summary).toContain("### Order");
    const [comment = "", ...others] = hopsyncComments(github, request.number);
    expect([others, comment]).toEqual([[], expect.stringContaining("`alert/A`")]);

    const headSha = github.push(request.number, { "manifests/all.yaml": MANIFEST.replace("pci", "pos") });
    const files = { "manifests/all.yaml": MANIFEST.replace("pci", "pos") };
    const event = pullRequestEvent({ ...request, headSha });
    await runAction({ inputs, files, sandbox: box, github, event });
    const now = hopsyncComments(github, request.number);
    expect(now).toEqual([expect.stringContaining("`tag/pos`")]);
    expect(github.comments(request.number)).toHaveLength(1);
  });
});

describe("command: apply", () => {
  it("applies the reviewed plan after the merge, and reports on the pull request", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const request = github.openPullRequest({ files: FILES });
    const planned = await runAction({
      inputs: { command: "plan", target: "hq" },
      files: FILES,
      sandbox: box,
      github,
      event: pullRequestEvent(request),
    });
    const sha = github.merge(request.number);
    const { workspace } = planned;
    const applied = await runAction({
      inputs: { command: "apply", target: "hq" },
      workspace,
      sandbox: box,
      github,
      sha,
    });
    expect([applied.code, applied.log]).toEqual([0, expect.stringContaining("2 created")]);
    expect(box.appliance.find("alerts", "A")).toBeDefined();
    expect(hopsyncComments(github, request.number)).toHaveLength(2);
    edit(workspace, {});
  });
});
