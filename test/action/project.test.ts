/** The action with a project file: its targets, and what inputs replace. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { folder } from "../helpers/folder.ts";
import { startGitHub } from "../helpers/github/index.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { hopsyncComments, pullRequestEvent, runAction } from "./runner.ts";

const TAGS = 'version: 1\nowner: net\ntags: [{name: "${var:site} pci"}]\n';

function files(host: string): Readonly<Record<string, string>> {
  const target = (site: string) =>
    `  ${site}: {host: "${host}", api_key: "\${env:SITE_KEY}", paths: [base], vars: {site: ${site}}}\n`;
  return {
    "hopsync.yaml": `version: 1\ntargets:\n${target("hq")}${target("branch")}`,
    "base/tags.yaml": TAGS,
  };
}

describe("an action in a project", () => {
  it("plans each target in a comment of its own", async () => {
    const [box, github] = await Promise.all([sandbox({}), startGitHub()]);
    const request = github.openPullRequest();
    const temp = folder({});
    const left: string[] = [];
    for (const target of ["hq", "branch"]) {
      const { code, log, outputs } = await runAction({
        inputs: { command: "plan", target },
        files: files(box.url),
        github,
        event: pullRequestEvent(request),
        env: { SITE_KEY: box.apiKey, RUNNER_TEMP: temp },
      });
      left.push(outputs["plan-file"] ?? "", outputs["summary-file"] ?? "");
      expect([code, log]).toEqual([0, expect.stringContaining(`tag/${target} pci`)]);
      const mask = `::add-mask::${box.apiKey}\n`;
      expect(log.startsWith(`::add-mask::${github.token}\n${mask}`)).toBe(true);
      expect(log.replace(mask, "")).not.toContain(box.apiKey);
    }
    expect(hopsyncComments(github, request.number)).toEqual([
      expect.stringContaining("`tag/hq pci`"),
      expect.stringContaining("`tag/branch pci`"),
    ]);
    // Steps of one job share their folder.
    expect(left.map((file) => readFileSync(file, "utf8"))).toEqual([
      expect.stringContaining("hq pci"),
      expect.stringContaining("hq pci"),
      expect.stringContaining("branch pci"),
      expect.stringContaining("branch pci"),
    ]);
  });

  it("lets inputs count for the target, and leaves no key behind", async () => {
    const box = await sandbox({});
    const { code, log } = await runAction({
      inputs: { command: "plan", target: "hq", comment: "false" },
      files: files("elsewhere.invalid"),
      sandbox: box,
      env: { SITE_KEY: "not this one" },
    });
    expect([code, log]).toEqual([0, expect.stringContaining(`Plan for ${new URL(box.url).host}`)]);
  });

  it("compares a fork's manifests as the target has them", async () => {
    const before = files("elsewhere.invalid");
    const github = await startGitHub({ files: before, permissions: { contents: "read" } });
    const after = { ...before, "base/tags.yaml": TAGS.replace("pci", "pos") };
    const request = github.openPullRequest({ files: after, fork: "stranger/network" });
    const event = pullRequestEvent(request, {
      baseSha: github.branch("main") ?? "",
      fork: "stranger/network",
    });
    const inputs = { command: "plan", target: "hq" };
    const { code, log, summary } = await runAction({ inputs, files: after, github, event });
    expect(code, log).toBe(0);
    expect(summary).toContain("`tag/hq pos`");
    expect(summary).toContain("`tag/hq pci`");
  });
});
