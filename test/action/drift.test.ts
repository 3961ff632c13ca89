/** `command: drift` on a schedule: an issue that comes and goes, and a pull request that accepts. */
import { describe, expect, it } from "vitest";
import { startGitHub } from "../helpers/github/index.ts";
import { sandbox } from "../helpers/sandbox.ts";
import { runAction } from "./runner.ts";

const MANIFEST = `# Alerts of the shop.
version: 1
owner: net
alerts:
  - name: A          # paged at night
    severity: 3
    stat_name: s
    field_name: f
    operator: ">"
    operand: 1
`;
const FILES = { "manifests/all.yaml": MANIFEST, "README.md": "# Network\n" };

async function scheduled(permissions?: Parameters<typeof startGitHub>[0]) {
  const [box, github] = await Promise.all([sandbox({}), startGitHub({ files: FILES, ...permissions })]);
  const step = { files: FILES, sandbox: box, github, sha: github.branch("main") ?? "" };
  const applied = await runAction({ ...step, inputs: { command: "apply", expect: "none", target: "hq" } });
  expect(applied.code, applied.log).toBe(0);
  const drift = (inputs: Readonly<Record<string, string>>) =>
    runAction({ ...step, inputs: { command: "drift", target: "hq", ...inputs } });
  const edit = (fields: Readonly<Record<string, number | string>>, user = "jdoe") =>
    box.appliance.edit("alerts", box.appliance.find("alerts", "A")?.id ?? -1, fields, user);
  return { box, github, drift, edit };
}

describe("command: drift", () => {
  it("opens one issue, keeps it up to date, closes it with a comment, and opens another", async () => {
    const { github, drift, edit } = await scheduled();
    const clean = await drift({ "drift-issue": "true" });
    expect([clean.code, clean.outputs["has-changes"], github.issues()], clean.log).toEqual([0, "false", []]);
    edit({ severity: 7 });
    const found = await drift({ "drift-issue": "true" });
    expect([found.code, found.outputs["exit-code"]], found.log).toEqual([0, "2"]);
    const [issue] = github.issues();
    expect(issue).toMatchObject({ title: "Drift on hq (net)", state: "open", labels: ["hopsync-drift"] });
    expect(issue?.body).toContain("`jdoe`");
    expect(found.outputs["issue-url"]).toContain(`/issues/${issue?.number}`);
    edit({ operand: "5" }, "asmith");
    await drift({ "drift-issue": "true" });
    expect(github.issues()).toHaveLength(1);
    expect(github.issues()[0]?.body).toContain("`operand`");
    edit({ severity: 3, operand: "1" });
    const healed = await drift({ "drift-issue": "true" });
    expect(healed.outputs["exit-code"], healed.log).toBe("0");
    expect(github.issues()[0]?.state).toBe("closed");
    expect(github.comments(issue?.number ?? -1).map(({ body }) => body)).toEqual([
      expect.stringContaining("No drift"),
    ]);
    edit({ severity: 1 });
    await drift({ "drift-issue": "true", "drift-labels": "hopsync-drift\nnight" });
    expect(github.issues().map(({ state }) => state)).toEqual(["closed", "open"]);
  });

  it("fails the job where nothing else would tell of it", async () => {
    const { drift, edit, github } = await scheduled();
    edit({ severity: 7 });
    expect((await drift({})).code).toBe(1);
    expect((await drift({ "fail-on-drift": "false" })).code).toBe(0);
    expect(github.issues()).toEqual([]);
  });

  it("proposes to accept it, with comments and order kept, and proposes the same once", async () => {
    const { github, drift, edit } = await scheduled();
    edit({ severity: 7 });
    const first = await drift({ "drift-pull-request": "true" });
    expect(first.code, first.log).toBe(0);
    const [request] = github.pullRequests();
    expect(request?.title).toBe("Accept drift on hq (net)");
    const branch = "hopsync/drift/hq-net";
    const sha = github.branch(branch) ?? "";
    expect(github.files(sha)).toEqual({
      ...FILES,
      "manifests/all.yaml": MANIFEST.replace("severity: 3", "severity: 7"),
    });
    expect(github.parents(sha)).toEqual([github.branch("main")]);
    await drift({ "drift-pull-request": "true" });
    expect([github.branch(branch), github.pullRequests().length]).toEqual([sha, 1]);
    edit({ severity: 6 });
    await drift({ "drift-pull-request": "true" });
    expect(github.files(github.branch(branch) ?? "")["manifests/all.yaml"]).toContain("severity: 6");
    expect(github.pullRequests()).toHaveLength(1);
  });

  it("names the permission that is missing for an issue", async () => {
    const { github, drift, edit } = await scheduled();
    github.setPermissions({ contents: "read", pull_requests: "read" });
    edit({ severity: 7 });
    const { code, log, outputs } = await drift({ "drift-issue": "true" });
    expect([code, outputs["update-count"]]).toEqual([1, "1"]);
    expect(log).toMatch(/^::error::.*issues: write/m);
  });
});
