/** `hopsync export` on a sandbox that has everything: files, documents, refusals, and the way there and back. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { exportSchema } from "../../src/render/document-schema.ts";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { type CliResult, cli } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { expectGolden } from "../helpers/golden.ts";
import { sandbox } from "../helpers/sandbox.ts";

const EVERYTHING = fileURLToPath(new URL("../fixtures/everything", import.meta.url));
const env = { HOOK: "s3cr3t-hook" };

const isExport = new Ajv2020({ strict: true, strictTypes: "log", allowUnionTypes: true }).compile(
  exportSchema,
);

/** Few devices, so that a selector that takes many keeps the golden files short. */
async function full(options: SandboxOptions = {}): Promise<Sandbox> {
  const box = await sandbox({ devices: 40, ...options });
  const cwd = folder();
  cpSync(EVERYTHING, join(cwd, "manifests"), { recursive: true });
  // Nobody's objects are what an export begins with.
  writeFileSync(join(cwd, "manifests/unrecorded.yaml"), "version: 1\ninventory: none\n");
  expect((await cli(["apply", "--auto-approve"], { sandbox: box, cwd, env })).code).toBe(0);
  return box;
}

/** A few objects of each sort, without the cost of everything. */
async function small(options: SandboxOptions = {}): Promise<Sandbox> {
  const box = await sandbox({ devices: 10, ...options });
  const { appliance } = box;
  appliance.add("tags", { name: "pci" });
  appliance.add("triggers", { name: "T/1", script: "debug(1);\n", events: ["HTTP_REQUEST"] });
  appliance.add("triggers", { name: "t 1", script: "debug(2);\n", events: ["HTTP_REQUEST"] });
  return box;
}

function tree(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

function contents(path: string): Readonly<Record<string, string>> {
  return Object.fromEntries(tree(path).map((file) => [file, readFileSync(join(path, file), "utf8")]));
}

function documentOf({
  stdout,
}: CliResult): Record<string, unknown> & { diagnostics: { code: string; detail: string }[] } {
  const document = JSON.parse(stdout);
  expect(isExport(document), JSON.stringify(isExport.errors)).toBe(true);
  return document;
}

describe("export", () => {
  it("prints one manifest that looks like this, with nothing but a manifest on stdout", async () => {
    const { code, stdout, stderr } = await cli(["export"], { sandbox: await full() });
    expect([code, stderr]).toEqual([0, ""]);
    expectGolden("cli/export.yaml", stdout);
  });

  it.each([
    ["one manifest", []],
    ["a file per kind", ["--out", "out"]],
    ["a file per object, built-ins too", ["--out", "out", "--one-file-per", "object", "--built-ins"]],
  ])("as %s plans empty, and on a second appliance leads to the same export", async (_title, flags) => {
    const [first, second] = [await full(), await sandbox({ devices: 40 })];
    const exportTo = async (box: Sandbox): Promise<{ cwd: string; path: string }> => {
      const cwd = folder();
      const { code, stdout } = await cli(["export", ...flags], { sandbox: box, cwd });
      expect(code).toBe(0);
      if (flags.length === 0) writeFileSync(join(cwd, "out.yaml"), stdout);
      return { cwd, path: flags.length === 0 ? "out.yaml" : "out" };
    };
    const there = await exportTo(first);
    const plan = ["plan", there.path, "--detailed-exitcode"];
    const { code, stdout } = await cli([...plan, "--format", "json"], { sandbox: first, cwd: there.cwd });
    const { changes } = JSON.parse(stdout) as { changes: { action: string; operations: unknown[] }[] };
    // Everything is adopted as it is: no request but the inventory's.
    expect([code, changes.filter((c) => c.action !== "adopt" || c.operations.length > 0)]).toEqual([2, []]);
    expect(
      (await cli(["apply", there.path, "--auto-approve"], { sandbox: second, cwd: there.cwd })).code,
    ).toBe(0);
    expect((await cli(plan, { sandbox: second, cwd: there.cwd })).code).toBe(0);
    expect(contents((await exportTo(second)).cwd)).toEqual(contents(there.cwd));
  });

  it("says what it wrote, and prints the same as a document", async () => {
    const box = await small();
    const cwd = folder();
    const text = await cli(["export", "--out", "out"], { sandbox: box, cwd, columns: 80 });
    expectGolden("cli/export.txt", text.stdout.replaceAll(box.host, "eda-01"));
    const files = ["out/tags.yaml", "out/triggers.yaml", "out/triggers/t-1.js", "out/triggers/t-1-2.js"];
    expect(tree(cwd)).toEqual([...files].sort());

    const flags = ["--out", "out", "--overwrite", "--format", "json"];
    expect(documentOf(await cli(["export", ...flags], { sandbox: box, cwd }))).toMatchObject({
      command: "export",
      exit_code: 0,
      target: { firmware: "8.7.1.2" },
      exported: { objects: { tags: 1, triggers: 2 }, files },
    });
    const inline = documentOf(await cli(["export", "--format", "json", "--kind", "tags"], { sandbox: box }));
    const manifest = "version: 1\n\ntags:\n  - name: pci\n";
    expect(inline.exported).toEqual({ objects: { tags: 1 }, files: [], manifest });
  });

  it("takes the kinds that are named, and no others", async () => {
    const box = await small();
    const { stdout } = await cli(["export", "--kind", "tags", "--kind", "alerts"], { sandbox: box });
    expect(stdout).toBe("version: 1\n\ntags:\n  - name: pci\n");
    const tag = box.appliance.find("tags", "pci")?.id;
    const paths = box.requests().map(({ path }) => path);
    expect(paths.sort()).toEqual(["/alerts", "/extrahop", "/tags", `/tags/${tag}/devices`]);
    const wrong = await cli(["export", "--kind", "alert"], { sandbox: box });
    expect([wrong.code, wrong.stdout]).toEqual([1, ""]);
    expect(wrong.stderr).toContain("alerts");
  });

  it("of nothing writes no file and says so", async () => {
    const cwd = folder();
    const box = await sandbox({ devices: 5 });
    const { code, stdout } = await cli(["export", "--out", "out"], { sandbox: box, cwd });
    expect([code, stdout, tree(cwd)]).toEqual([0, `Nothing to export from ${box.host}.\n`, []]);
  });
});

describe("files that exist", () => {
  it("are not replaced: the error names them, and nothing is written", async () => {
    const box = await small();
    const cwd = folder({ "out/triggers.yaml": "mine", "out/other.txt": "mine" });
    const result = await cli(["export", "--out", "out", "--format", "json"], { sandbox: box, cwd });
    expect(result.code).toBe(1);
    const { exported, diagnostics } = documentOf(result);
    expect(exported).toBe(null);
    expect(diagnostics.map(({ code }) => code)).toEqual(["files-exist"]);
    expect(diagnostics[0]?.detail).toContain("triggers.yaml");
    expect(diagnostics[0]?.detail).not.toContain("tags.yaml");
    expect(contents(cwd)).toEqual({ "out/triggers.yaml": "mine", "out/other.txt": "mine" });
  });

  it("are replaced when that is asked for; manifests that are not part of the export are named", async () => {
    const box = await small();
    const cwd = folder({ "out/triggers.yaml": "old", "out/tags/gone.yaml": "old", "out/notes.txt": "mine" });
    const flags = ["--out", "out", "--overwrite", "--format", "json"];
    const result = await cli(["export", ...flags], { sandbox: box, cwd });
    expect(result.code).toBe(0);
    const { diagnostics } = documentOf(result);
    expect(diagnostics).toMatchObject([
      { code: "other-manifests", detail: expect.stringContaining("tags/gone.yaml") },
    ]);
    expect(diagnostics[0]?.detail).not.toContain("triggers.yaml");
    expect(contents(cwd)).toMatchObject({ "out/tags/gone.yaml": "old", "out/notes.txt": "mine" });
    expect(readFileSync(join(cwd, "out/triggers.yaml"), "utf8")).toContain("T/1");
  });

  it("and folders in their place leave the folder as it was", async () => {
    const box = await small();
    const cwd = folder({ "out/tags.yaml": "mine" });
    mkdirSync(join(cwd, "out/triggers.yaml"));
    const { code, stderr } = await cli(["export", "--out", "out", "--overwrite"], { sandbox: box, cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("files-exist");
    expect(contents(cwd)).toEqual({ "out/tags.yaml": "mine" });
  });
});

describe("a run that fails", () => {
  it("while reading writes nothing", async () => {
    const cwd = folder();
    const box = await small({
      faults: [{ path: "/triggers/\\d+/devices", nth: 2, when: "before", effect: { status: 403 } }],
    });
    const result = await cli(["export", "--out", "out", "--format", "json"], { sandbox: box, cwd });
    expect(result.code).toBe(1);
    expect(documentOf(result)).toMatchObject({ exported: null, exit_code: 1 });
    expect(existsSync(join(cwd, "out"))).toBe(false);
  });

  it("while writing leaves no file and no folder of its own behind", async () => {
    const box = await small();
    // A file where the folder of the scripts would be.
    const cwd = folder({ "out/triggers": "in the way" });
    const { code, stderr } = await cli(["export", "--out", "out"], { sandbox: box, cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("not-written");
    expect(contents(cwd)).toEqual({ "out/triggers": "in the way" });
    const deep = await cli(["export", "--out", "out/triggers/deep"], { sandbox: box, cwd });
    expect([deep.code, tree(cwd)]).toEqual([1, ["out/triggers"]]);
  });

  it("says which option needs a folder", async () => {
    for (const flags of [["--one-file-per", "kind"], ["--overwrite"]]) {
      const { code, stdout, stderr } = await cli(["export", ...flags], { sandbox: await small() });
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("needs-out");
    }
  });
});
