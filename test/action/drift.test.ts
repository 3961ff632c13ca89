/** `command: drift` on a schedule: an issue that comes and goes, and a pull request that accepts. */
import { describe, expect, it } from "vitest";
import { acceptBranch } from "../../src/action/accept.ts";
import { readMarker } from "../../src/action/marker.ts";
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
const TAGS = "version: 1\nowner: net\ntags: [{name: pci}]\n";
const FILES = { "manifests/all.yaml": MANIFEST, "manifests/tags.yaml": TAGS, "README.md": "# Network\n" };
const FOR_ISSUE = { permissions: { contents: "read", issues: "write" } } as const;
const FOR_PULL_REQUEST = { permissions: { contents: "write", pull_requests: "write" } } as const;

async function scheduled(setup?: Parameters<typeof startGitHub>[0]) {
  const [box, github] = await Promise.all([sandbox({}), startGitHub({ files: FILES, ...setup })]);
  const step = { files: FILES, sandbox: box, github, sha: github.branch("main") ?? "" };
  const applied = await runAction({
    ...step,
    inputs: { command: "apply", expect: "none", target: "hq", comment: "false" },
  });
  expect(applied.code, applied.log).toBe(0);
  const drift = (inputs: Readonly<Record<string, string>>, sha = step.sha) =>
    runAction({ ...step, sha, inputs: { command: "drift", target: "hq", ...inputs } });
  const edit = (fields: Readonly<Record<string, number | string>>, user = "jdoe") =>
    box.appliance.edit("alerts", box.appliance.find("alerts", "A")?.id ?? -1, fields, user);
  return { box, github, drift, edit };
}

describe("command: drift", () => {
  it("opens one issue, keeps it up to date, closes it with a comment, and opens another", async () => {
    const { github, drift, edit } = await scheduled(FOR_ISSUE);
    const clean = await drift({ "drift-issue": "true" });
    expect([clean.code, clean.outputs["has-changes"], github.issues()], clean.log).toEqual([0, "false", []]);
    edit({ severity: 7 });
    const found = await drift({ "drift-issue": "true" });
    expect([found.code, found.outputs["exit-code"]], found.log).toEqual([0, "2"]);
    const [issue] = github.issues();
    expect(issue).toMatchObject({ title: "Drift on hq (net)", state: "open", labels: ["hopsync-drift"] });
    expect(issue?.body).toContain("`jdoe`");
    expect(found.outputs["issue-url"]).toContain(`/issues/${issue?.number}`);
    expect(github.labels().map(({ name }) => name)).toEqual(["hopsync-drift"]);
    edit({ operand: "5" }, "asmith");
    await drift({ "drift-issue": "true" });
    expect(github.issues()).toHaveLength(1);
    expect(github.issues()[0]?.body).toContain("`operand`");
    const [before, now] = [issue, github.issues()[0]].map((seen) => readMarker(seen?.body ?? ""));
    expect(now).toMatchObject({ since: before?.since, seen: { "alert/A": before?.since } });
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
    expect(github.labels().map(({ name }) => name)).toEqual(["hopsync-drift", "night"]);
  });

  it("fails the job where nothing else would tell of it", async () => {
    const { drift, edit, github } = await scheduled();
    edit({ severity: 7 });
    expect((await drift({})).code).toBe(1);
    expect((await drift({ "fail-on-drift": "false" })).code).toBe(0);
    expect(github.issues()).toEqual([]);
  });

  it("proposes to accept it, with comments and order kept, and proposes the same once", async () => {
    const { github, drift, edit } = await scheduled(FOR_PULL_REQUEST);
    edit({ severity: 7 });
    const first = await drift({ "drift-pull-request": "true" });
    expect(first.code, first.log).toBe(0);
    const [request] = github.pullRequests();
    expect(request?.title).toBe("Accept drift on hq (net)");
    const branch = "hopsync/drift/hq/net";
    const sha = github.branch(branch) ?? "";
    expect(github.files(sha)).toEqual({
      ...FILES,
      "manifests/all.yaml": MANIFEST.replace("severity: 3", "severity: 7"),
    });
    expect(github.parents(sha)).toEqual([github.branch("main")]);
    github.clearRequests();
    const second = await drift({ "drift-pull-request": "true" });
    expect(second.outputs["pull-request-url"]).toBe(first.outputs["pull-request-url"]);
    expect(github.requests().filter(({ method }) => method !== "GET")).toEqual([]);
    expect([github.branch(branch), github.pullRequests().length]).toEqual([sha, 1]);
    edit({ severity: 6 });
    await drift({ "drift-pull-request": "true" });
    expect(github.files(github.branch(branch) ?? "")["manifests/all.yaml"]).toContain("severity: 6");
    expect(github.pullRequests()).toHaveLength(1);
  });

  it("takes what was healed out of the proposal, and withdraws it when there is nothing left", async () => {
    const { box, github, drift, edit } = await scheduled(FOR_PULL_REQUEST);
    const tag = () => box.appliance.find("tags", "pci")?.id ?? -1;
    edit({ severity: 7 });
    box.appliance.remove("tags", tag(), "jdoe");
    await drift({ "drift-pull-request": "true" });
    const [request] = github.pullRequests();
    const proposed = () => github.files(github.branch("hopsync/drift/hq/net") ?? "");
    expect(proposed()["manifests/tags.yaml"]).not.toBe(TAGS);
    edit({ severity: 3 });
    await drift({ "drift-pull-request": "true" });
    expect(proposed()["manifests/all.yaml"]).toBe(MANIFEST);
    // Made anew it has another id, which is drift, and nothing that a manifest could say.
    box.appliance.add("tags", { name: "pci" }, "jdoe");
    const left = await drift({ "drift-pull-request": "true" });
    expect([left.code, left.outputs["exit-code"]], left.log).toEqual([0, "2"]);
    expect(github.pullRequests().map(({ state }) => state)).toEqual(["closed"]);
    expect(github.comments(request?.number ?? -1).map(({ body }) => body)).toEqual([
      expect.stringContaining("Nothing to accept on `hq`"),
    ]);
  });

  it("proposes anew where the branch of a merged proposal is still there, until there is no drift", async () => {
    const { github, drift, edit } = await scheduled(FOR_PULL_REQUEST);
    edit({ severity: 7 });
    await drift({ "drift-pull-request": "true" });
    const [request] = github.pullRequests();
    github.merge(request?.number ?? -1);
    const sha = github.commit("main", { "manifests/all.yaml": MANIFEST });
    const again = await drift({ "drift-pull-request": "true" }, sha);
    expect(again.code, again.log).toBe(0);
    expect(github.pullRequests().map(({ state }) => state)).toEqual(["closed", "open"]);
    expect(github.parents(github.branch("hopsync/drift/hq/net") ?? "")).toEqual([sha]);
    edit({ severity: 3 });
    const clean = await drift({ "drift-pull-request": "true" }, sha);
    expect([clean.code, clean.outputs["exit-code"]], clean.log).toEqual([0, "0"]);
    expect(github.pullRequests().map(({ state }) => state)).toEqual(["closed", "closed"]);
    expect(clean.outputs["pull-request-url"]).toBe(again.outputs["pull-request-url"]);
  });

  it("needs a token where it is to tell somebody", async () => {
    const { drift } = await scheduled();
    const { code, log } = await drift({ "drift-issue": "true", "github-token": "" });
    expect([code, log]).toEqual([1, expect.stringContaining("Input github-token: It is empty")]);
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

describe("the branch of a proposal", () => {
  it("tells targets and owners apart whose names are alike, as a name that Git takes", () => {
    const pairs = [
      ["hq", "net"],
      ["eda-01.example.com", "net"],
      ["hq-net", "x"],
      ["hq", "net-x"],
      ["HQ", "net"],
      ["hq/net", ""],
      ["東京", "net"],
      ["京都", "net"],
      ["hq.lock", "net"],
      ["a..b", "net"],
      ["x".repeat(500), "net"],
      [`${"x".repeat(500)}y`, "net"],
    ] as const;
    const branches = pairs.map(([target, owner]) => acceptBranch(target, owner));
    expect(branches.slice(0, 2)).toEqual(["hopsync/drift/hq/net", "hopsync/drift/eda-01.example.com/net"]);
    expect(new Set(branches).size).toBe(pairs.length);
    const part = "[a-z0-9]+(?:[._-][a-z0-9]+)*";
    for (const branch of branches) {
      expect(branch).toMatch(new RegExp(`^hopsync/drift/${part}/${part}$`));
      expect(branch).not.toMatch(/\.lock(\/|$)/);
      expect(branch.length).toBeLessThan(200);
    }
  });
});
