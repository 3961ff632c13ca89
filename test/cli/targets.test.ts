/** A project file over several appliances: which of them a run is for, with which key and which manifests. */
import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { planSchema } from "../../src/render/document-schema.ts";
import { targetsSchema } from "../../src/render/targets-document.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { type CliOptions, cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const MANIFESTS = {
  "base/tags.yaml": 'version: 1\nowner: fleet\ntags: [{name: "site-${var:site}"}]\n',
  "hq/tags.yaml": "version: 1\ntags: [{name: pci}]\n",
};

interface Fleet extends CliOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly hq: Sandbox;
  readonly branch: Sandbox;
}

/** Two appliances with keys of their own, of which only that of hq is in the environment. */
async function fleet(more = ""): Promise<Fleet> {
  const hq = await sandbox({ apiKey: "1".repeat(32) });
  const branch = await sandbox({ apiKey: "2".repeat(32) });
  const project = `version: 1
targets:
  hq:
    host: ${hq.url}
    api_key: \${env:HQ_API_KEY}
    paths: [base, hq]
    vars: {site: hq}
  branch:
    host: ${branch.url}
    api_key: \${env:BRANCH_API_KEY}
    paths: [base]
    vars: {site: branch}
${more}`;
  const cwd = folder({ "hopsync.yaml": project, ...MANIFESTS });
  return { cwd, env: { HQ_API_KEY: hq.apiKey }, hq, branch };
}

function tagsOf(box: Sandbox): readonly string[] {
  return ["site-hq", "site-branch", "site-lab", "pci"].filter((name) => box.appliance.find("tags", name));
}

async function codesOf(argv: readonly string[], options: CliOptions): Promise<readonly unknown[]> {
  const result = await cli([...argv, "--format", "json"], options);
  return [result.code, documentOf(result).diagnostics.map(({ code }) => code)];
}

describe("a run for one target", () => {
  it("goes to its appliance alone, with its manifests and variables, and needs no other's secret", async () => {
    const { hq, branch, ...options } = await fleet();
    expect((await cli(["apply", "--target", "hq", "--auto-approve"], options)).code).toBe(0);
    expect([tagsOf(hq), branch.requests()]).toEqual([["site-hq", "pci"], []]);
    const env = { BRANCH_API_KEY: branch.apiKey };
    const other = { ...options, env };
    expect((await cli(["apply", "--target", "branch", "--auto-approve"], other)).code).toBe(0);
    expect(tagsOf(branch)).toEqual(["site-branch"]);
    expect((await cli(["plan", "--target", "branch", "--detailed-exitcode"], other)).code).toBe(0);
    expect((await cli(["drift", "--target", "branch"], other)).code).toBe(0);
    expect((await cli(["inventory", "show", "--target", "branch"], other)).stdout).toContain("site-branch");
    expect((await cli(["inventory", "repair", "--target", "branch"], other)).code).toBe(0);
    expect((await cli(["export", "--target", "branch", "--kind", "tags"], other)).stdout).toContain(
      "site-branch",
    );
    const forget = ["forget", "tag/site-branch", "--target", "branch", "--auto-approve"];
    expect((await cli(forget, other)).code).toBe(0);
  });

  it("accepts drift into the manifests of the target", async () => {
    const { hq, branch: _, ...options } = await fleet();
    await cli(["apply", "--target", "hq", "--auto-approve"], options);
    hq.appliance.edit("tags", hq.appliance.find("tags", "pci")?.id ?? -1, { name: "pci-dss" });
    const accepted = await cli(["export", "--drift", "--target", "hq"], options);
    expect([accepted.code, accepted.stdout]).toMatchObject([0, expect.stringContaining("hq/tags.yaml")]);
    expect((await cli(["plan", "--target", "hq", "--detailed-exitcode"], options)).code).toBe(0);
  });

  it("seals and applies a plan", async () => {
    const { hq, branch, ...options } = await fleet();
    expect((await cli(["plan", "--target", "hq", "--out", "p.json"], options)).code).toBe(0);
    const env = { ...options.env, BRANCH_API_KEY: branch.apiKey };
    expect(await codesOf(["apply", "p.json", "--target", "branch"], { ...options, env })).toEqual([
      1,
      ["plan-target"],
    ]);
    expect(branch.requests()).toEqual([]);
    expect((await cli(["apply", "p.json", "--target", "hq"], options)).code).toBe(0);
    expect(tagsOf(hq)).toEqual(["site-hq", "pci"]);
  });

  it.each([
    ["one that is missing", {}, "missing-variable"],
    ["one that is wrong", { HQ_API_KEY: "wrong" }, "unauthorized"],
    ["one that is no key", { HQ_API_KEY: "two words" }, "api-key"],
  ])("needs its own key: %s is an error", async (_what, env, code) => {
    const { hq, branch, cwd } = await fleet();
    expect(await codesOf(["plan", "--target", "hq"], { cwd, env })).toEqual([1, [code]]);
    expect([hq.requests().length, branch.requests().length]).toEqual([code === "unauthorized" ? 1 : 0, 0]);
    // Manifests are judged without a key.
    expect((await cli(["validate", "--target", "hq"], { cwd, env })).code).toBe(0);
  });

  it("is for the only target where there is one, from any folder", async () => {
    const box = await sandbox();
    const text = `version: 1\ntargets: {lab: {host: "${box.url}", vars: {site: lab}, paths: [base]}}\n`;
    const cwd = folder({ "p/hopsync.yaml": text, "p/base/tags.yaml": MANIFESTS["base/tags.yaml"] });
    const env = { EXTRAHOP_API_KEY: box.apiKey };
    const plan = ["plan", "--detailed-exitcode"];
    expect((await cli(plan, { cwd: join(cwd, "p"), env })).code).toBe(2);
    const apply = ["apply", "--project", "p/hopsync.yaml", "--auto-approve"];
    expect((await cli(apply, { cwd, env })).code).toBe(0);
    expect((await cli(plan, { cwd: join(cwd, "p"), env })).code).toBe(0);
    expect(tagsOf(box)).toEqual(["site-lab"]);
  });

  it("must be told where there are several, by a name that there is", async () => {
    const { hq: _, branch: __, ...options } = await fleet();
    expect(await codesOf(["plan"], options)).toEqual([1, ["needs-target"]]);
    expect(await codesOf(["validate", "base"], options)).toEqual([1, ["needs-target"]]);
    expect(await codesOf(["plan", "--target", "brnch"], options)).toEqual([1, ["unknown-target"]]);
    const cwd = folder();
    const lost = documentOf(await cli(["plan", "--target", "hq", "--format", "json"], { cwd }));
    expect([lost.exit_code, lost.diagnostics.map(({ detail }) => detail)]).toEqual([
      1,
      [expect.stringContaining(`no hopsync.yaml in ${cwd}.`)],
    ]);
    expect(await codesOf(["plan", "--project", "no.yaml"], { cwd })).toEqual([1, ["no-such-file"]]);
    symlinkSync("nowhere.yaml", join(cwd, "hopsync.yaml"));
    expect(await codesOf(["plan"], { cwd })).toEqual([1, ["no-such-file"]]);
  });
});

/** A file that only its owner can read. */
function keyFile(key: string): string {
  const path = join(folder({ key }), "key");
  chmodSync(path, 0o600);
  return path;
}

describe("flags, project file and variables", () => {
  it("variables left over in a shell lead to no other appliance, and weaken no trust", async () => {
    const { hq, branch, ...options } = await fleet();
    const env = { ...options.env, EXTRAHOP_HOST: branch.url, EXTRAHOP_API_KEY: branch.apiKey };
    const left = { ...options, env: { ...env, EXTRAHOP_INSECURE: "true" } };
    expect(await codesOf(["plan", "--target", "hq"], left)).toEqual([0, []]);
    expect([hq.requests().length > 0, branch.requests()]).toEqual([true, []]);
    const box = await sandbox({ tls: true });
    const cwd = folder({ "hopsync.yaml": `version: 1\ntargets: {lab: {host: "${box.url}", paths: [.]}}\n` });
    const lab = { cwd, sandbox: box, env: { EXTRAHOP_INSECURE: "true" } };
    expect(await codesOf(["export"], lab)).toEqual([1, ["tls"]]);
    expect((await cli(["export", "--fingerprint", box.fingerprint ?? ""], lab)).code).toBe(0);
    expect(await codesOf(["export", "--insecure"], lab)).toEqual([0, ["insecure"]]);
  });

  it("flags of the trust replace that of the target", async () => {
    const box = await sandbox({ tls: true });
    const pinned = (fingerprint: string): string =>
      `version: 1\ntargets: {lab: {host: "${box.url}", fingerprint: "${fingerprint}"}}\n`;
    const wrong = `sha256:${"0".repeat(64)}`;
    const cwd = folder({ "hopsync.yaml": pinned(wrong), "right.yaml": pinned(box.fingerprint ?? "") });
    const options = { cwd, env: { EXTRAHOP_API_KEY: box.apiKey } };
    expect(await codesOf(["export"], options)).toEqual([1, ["tls"]]);
    expect(await codesOf(["export", "--insecure"], options)).toEqual([0, ["insecure"]]);
    expect(await codesOf(["export", "--project", "right.yaml"], options)).toEqual([0, []]);
  });

  it("the key of a target goes to its own host only", async () => {
    const { hq, branch, ...options } = await fleet();
    const there = ["plan", "--target", "hq", "--host", branch.url];
    const env = { ...options.env, EXTRAHOP_API_KEY: branch.apiKey };
    expect(await codesOf(there, { ...options, env })).toEqual([1, ["other-host"]]);
    expect([hq.requests(), branch.requests()]).toEqual([[], []]);
    expect(await codesOf([...there, "--api-key-file", keyFile(branch.apiKey)], options)).toEqual([0, []]);
    expect(branch.requests().length).toBeGreaterThan(0);
  });

  it("--api-key-file replaces the key of a target, which then need not be set", async () => {
    const { hq, branch: _, cwd } = await fleet();
    const key = keyFile(hq.apiKey);
    expect(await codesOf(["plan", "--target", "hq", "--api-key-file", key], { cwd })).toEqual([0, []]);
  });

  it("--var replaces a variable of the target", async () => {
    const { hq, branch: _, ...options } = await fleet();
    expect(
      (await cli(["apply", "--target", "hq", "--var", "site=lab", "--auto-approve"], options)).code,
    ).toBe(0);
    expect(tagsOf(hq)).toEqual(["site-lab", "pci"]);
  });
});

describe("manifests of a project", () => {
  it("may be told by path, and stay in the project's folder with their files", async () => {
    const trigger =
      "version: 1\ntriggers: [{name: T, events: [HTTP_RESPONSE], script: {file: ../common/t.js}}]\n";
    const files = { "m/t.yaml": trigger, "common/t.js": "return;\n" };
    const project = "version: 1\ntargets: {lab: {host: eda, paths: [m]}}\n";
    const cwd = folder({ ...files, "hopsync.yaml": project });
    expect(await codesOf(["validate"], { cwd })).toEqual([0, []]);
    expect(await codesOf(["validate", "m"], { cwd })).toEqual([0, []]);
    const away = folder(files);
    expect(await codesOf(["validate", join(away, "m")], { cwd })).toEqual([1, ["outside-root"]]);
    expect(await codesOf(["validate", away], { cwd })).toEqual([0, []]);
  });

  it("can stand beside the project file, which is none of them", async () => {
    const project = "version: 1\ntargets: {lab: {host: eda, paths: [.]}}\n";
    const cwd = folder({ "hopsync.yaml": project, "tags.yaml": MANIFESTS["hq/tags.yaml"] });
    expect(await codesOf(["validate"], { cwd })).toEqual([0, []]);
    expect(await codesOf(["validate"], { cwd: folder({ "hopsync.yaml": project }) })).toEqual([
      1,
      ["no-manifests"],
    ]);
  });

  it("that are not there are told where the project file names them", async () => {
    const cwd = folder({ "hopsync.yaml": "version: 1\ntargets: {lab: {host: eda, paths: [m]}}\n" });
    const { stderr } = await cli(["validate"], { cwd });
    expect(stderr).toContain("hopsync.yaml:2:36");
  });
});

describe("hopsync targets", () => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: "log", allowUnionTypes: true });
  const isList = ajv.compile(targetsSchema);

  it("lists names, hosts and paths for a matrix, without a secret and without a request", async () => {
    const { hq, branch, cwd } = await fleet("  lab: {host: '${env:LAB_HOST}', overlays: [over.yaml]}\n");
    const { code, stdout, stderr } = await cli(["targets", "--format", "json"], { cwd });
    const document = JSON.parse(stdout);
    expect([code, stderr, document.exit_code, document.diagnostics]).toEqual([0, "", 0, []]);
    expect(document.targets).toEqual([
      { name: "hq", host: hq.host, paths: ["base", "hq"], overlays: [] },
      { name: "branch", host: branch.host, paths: ["base"], overlays: [] },
      { name: "lab", host: "${env:LAB_HOST}", paths: ["manifests"], overlays: ["over.yaml"] },
    ]);
    expect(isList(document), ajv.errorsText(isList.errors)).toBe(true);
    expect([hq.requests(), branch.requests()]).toEqual([[], []]);
    const text = (await cli(["targets"], { cwd })).stdout;
    expect(text.split("\n")[2]).toBe(`lab     ${"${env:LAB_HOST}".padEnd(15)}  manifests  + over.yaml`);
    expect(text.split("\n")[0]).toBe(`hq      ${hq.host.padEnd(15)}  base, hq`);
    expect((await cli(["targets", "--format", "markdown"], { cwd })).stdout).toContain(
      `| \`branch\` | \`${branch.host}\` | \`base\` |  |`,
    );
  });

  it("says null where the file has errors, so that no job takes it for no targets", async () => {
    const broken = folder({ "hopsync.yaml": "version: 1\ntargets: {hq: {hosts: a}}\n" });
    for (const [code, argv, cwd] of [
      ["unknown-key", ["targets"], broken],
      ["no-project", ["targets"], folder()],
      ["no-such-file", ["targets", "--project", "x.yaml"], broken],
      ["usage", ["targets", "--bogus"], broken],
    ] as const) {
      const result = await cli([...argv, "--format", "json"], { cwd });
      const document = JSON.parse(result.stdout);
      expect(document).toMatchObject({ exit_code: 1, targets: null, diagnostics: [{ code }] });
      expect([result.code, isList(document)]).toEqual([1, true]);
    }
  });

  it("leaves the documents of runs as they are", async () => {
    const { hq: _, branch: __, ...options } = await fleet();
    const isPlan = ajv.compile(planSchema);
    const plan = JSON.parse((await cli(["plan", "--target", "hq", "--format", "json"], options)).stdout);
    expect(isPlan(plan), ajv.errorsText(isPlan.errors)).toBe(true);
    const failed = JSON.parse((await cli(["plan", "--format", "json"], options)).stdout);
    expect(isPlan(failed), ajv.errorsText(isPlan.errors)).toBe(true);
  });
});
