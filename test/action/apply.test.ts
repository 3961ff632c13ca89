/** `command: apply` after the merge: the reviewed plan or nothing. */
import { describe, expect, it } from "vitest";
import { type GitHubStandIn, startGitHub } from "../helpers/github/index.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { FILES, hopsyncComments, pullRequestEvent, runAction } from "./runner.ts";

const LEAST = { contents: "read", pull_requests: "write" } as const;

/** A pull request whose plan is in its comment. */
async function reviewed(github?: GitHubStandIn) {
  const [box, hub] = await Promise.all([sandbox({}), github ?? startGitHub({ permissions: LEAST })]);
  const request = hub.openPullRequest({ files: FILES });
  const step = { files: FILES, sandbox: box, github: hub };
  const planned = await runAction({
    ...step,
    inputs: { command: "plan", target: "hq" },
    event: pullRequestEvent(request),
  });
  expect(planned.code, planned.log).toBe(0);
  const apply = (inputs: Readonly<Record<string, string>> = {}, sha = hub.branch("main") ?? "") =>
    runAction({ ...step, inputs: { command: "apply", target: "hq", ...inputs }, sha });
  return { box, github: hub, request, apply, digest: planned.outputs.digest ?? "" };
}

describe("command: apply", () => {
  it.each([{}, { squash: true }, { rebase: true }])(
    "applies the reviewed plan and reports on the pull request: %j",
    async (how) => {
      const { box, github, request, apply } = await reviewed();
      github.merge(request.number, how);
      const { code, log, outputs } = await apply();
      expect([code, outputs["exit-code"]], log).toEqual([0, "0"]);
      expect(box.appliance.find("alerts", "A")).toBeDefined();
      const [, report] = hopsyncComments(github, request.number);
      expect(report).toContain("## Apply to");
      expect(outputs["comment-url"]).toContain("#issuecomment");
    },
  );

  it("applies it too where the event is the merged pull request itself", async () => {
    const { box, github, request } = await reviewed();
    const mergeSha = github.merge(request.number);
    const event = pullRequestEvent(request, { mergeSha });
    const inputs = { command: "apply", target: "hq" };
    const { code, log } = await runAction({ inputs, files: FILES, sandbox: box, github, event });
    expect(code, log).toBe(0);
  });

  it("does nothing when the appliance moved, and says on the pull request what differs", async () => {
    const { box, github, request, apply } = await reviewed();
    github.merge(request.number);
    box.appliance.add("tags", { name: "pci" }, "jdoe");
    const { code, log, outputs, summary } = await apply();
    expect([code, outputs["exit-code"]], log).toEqual([1, "5"]);
    expect(summary).toContain("| **different** | `tag/pci` |");
    expect(box.appliance.find("alerts", "A")).toBeUndefined();
    const [, report = ""] = hopsyncComments(github, request.number);
    expect(report).toContain("### What differs from the reviewed plan");
    expect(report).toContain("| **different** | `tag/pci` |");
    expect(report).not.toMatch(/\| `alert\/A` \|\n/);
  });

  it("needs a reviewed plan: of this head, by us, and there", async () => {
    const { box, github, request, apply } = await reviewed();
    const [comment] = github.comments(request.number);
    const unreviewed = async (why: string) => {
      const { code, log, outputs } = await apply();
      expect([code, outputs["exit-code"], log]).toEqual([1, "5", expect.stringContaining(why)]);
      expect(box.appliance.find("alerts", "A")).toBeUndefined();
    };
    await unreviewed("no merged pull request has this commit");
    const [id, body] = [comment?.id ?? -1, comment?.body ?? ""];
    github.push(request.number, { "README.md": "Later\n" });
    github.merge(request.number);
    await unreviewed("was merged");
    github.editComment(id, (text) => `${text}\nLooks good.`);
    await unreviewed("somebody wrote into the comment with the plan");
    github.deleteComment(id);
    await unreviewed("has no plan for hq");
    github.addComment(request.number, body, "mallory");
    await unreviewed("has no plan for hq");
  });

  it("says how it ended where it may not comment, and begins nothing where it may not look for the plan", async () => {
    const { box, github, request, apply } = await reviewed();
    github.merge(request.number);
    github.setPermissions({ contents: "read" });
    const blind = await apply({ comment: "false" });
    expect([blind.code, blind.outputs["exit-code"]]).toEqual([1, "1"]);
    expect(blind.log).toMatch(/^::error::.*`pull-requests: read`/m);
    expect(box.appliance.find("alerts", "A")).toBeUndefined();
    github.setPermissions({ contents: "read", pull_requests: "read" });
    const silent = await apply();
    expect([silent.code, silent.outputs["exit-code"], silent.outputs["create-count"]]).toEqual([1, "0", "2"]);
    expect(silent.log).toMatch(/^::error::.*`pull-requests: write`/m);
    expect(box.appliance.find("alerts", "A")).toBeDefined();
    box.appliance.edit("alerts", box.appliance.find("alerts", "A")?.id ?? -1, { severity: 7 });
    const stale = await apply();
    expect([stale.code, stale.outputs["exit-code"]], stale.log).toEqual([1, "5"]);
    expect(stale.log).toMatch(/^::error::The apply is not the one that was reviewed \(exit code 5\)/m);
    expect(stale.log).toMatch(/^::error::.*`pull-requests: write`/m);
    expect(stale.summary).toContain("| no longer planned | `tag/pci` |");
  });

  it("takes a digest instead, or none at all", async () => {
    const { github, apply, digest, box } = await reviewed();
    const other = await apply({ expect: `sha256:${"0".repeat(64)}` });
    expect([other.code, other.outputs["exit-code"]]).toEqual([1, "5"]);
    const same = await apply({ expect: digest });
    expect(same.code, same.log).toBe(0);
    box.appliance.edit("alerts", box.appliance.find("alerts", "A")?.id ?? -1, { severity: 7 });
    github.setPermissions({ contents: "read" });
    const any = await apply({ expect: "none", comment: "false" });
    expect([any.code, any.outputs["update-count"]], any.log).toEqual([0, "1"]);
    expect(github.requests().filter(({ method }) => method === "DELETE")).toEqual([]);
  });
});
