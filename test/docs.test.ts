/** Every command of the README and every example, run as they stand there. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { LIST_LIMITS, MAX_ANSWER_BYTES, sizeText } from "../src/appliance/bounds.ts";
import { loadFaults } from "../src/cli/fault-file.ts";
import { EFFECT_WORDS, OF_STATUS } from "../src/cli/fault-schema.ts";
import { MAX_DEPTH } from "../src/json.ts";
import { cli } from "./helpers/cli.ts";
import { folder } from "./helpers/folder.ts";
import { sandbox } from "./helpers/sandbox.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FLEET = join(ROOT, "examples/fleet");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const PACKAGE = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

function blocks(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, text = ""]) => text,
  );
}

function block(word: string): string {
  return blocks("yaml").find((text) => text.includes(word)) ?? "";
}

const lines = blocks("sh").flatMap((block) => block.trim().split("\n"));
const commands = lines
  .filter((line) => line.startsWith("npx hopsync "))
  .map((line) =>
    line
      .replace(/\s+#.*$/, "")
      .split(" ")
      .slice(2),
  );

/** Those about a project file are for the project in examples/fleet. */
const ofProject = ([name = "", ...rest]: readonly string[]): boolean =>
  name === "targets" || rest.includes("--target") || rest.includes("--all-targets");

/** It runs until it is interrupted; test/cli/fault-file.test.ts does. */
const lasts = ([name]: readonly string[]): boolean => name === "sandbox";

describe("the README", () => {
  it("shows commands that do what it says, on the manifest that it shows", async () => {
    const box = await sandbox();
    const cwd = folder({ "manifests/web.yaml": blocks("yaml")[0] ?? "" });
    const codes = [];
    for (const argv of commands.filter((command) => !ofProject(command) && !lasts(command)))
      codes.push([argv[0], (await cli(argv, { sandbox: box, cwd, typed: "yes\n" })).code]);
    expect(codes).toEqual([
      ["validate", 0],
      ["plan", 0],
      ["apply", 0],
      ["drift", 0],
      ["export", 0],
      ["plan", 0],
      ["export", 0],
    ]);
  });

  it("tells the limits that hold", () => {
    const { bytes, parts } = LIST_LIMITS;
    const limits = /## Limits\n([\s\S]*?)\n## /.exec(README)?.[1] ?? "";
    for (const limit of [MAX_ANSWER_BYTES, bytes].map(sizeText)) expect(limits).toContain(limit);
    for (const limit of [parts, MAX_DEPTH]) expect(limits).toContain(limit.toLocaleString("en"));
  });

  it("shows a project file that is one, and commands that do what it says for the fleet", async () => {
    const text = block("targets:").replace("sha256:…", `sha256:${"0".repeat(64)}`);
    const shown = await cli(["targets"], { cwd: folder({ "hopsync.yaml": text }) });
    expect([shown.code, shown.stderr]).toEqual([0, ""]);
    const options = await fleet();
    expect((await cli(["targets"], options)).stdout.split(/\s+/)).toEqual(
      expect.arrayContaining(["hq", "branch"]),
    );
    const codes = [];
    for (const argv of commands.filter(ofProject))
      codes.push([argv[0], (await cli(argv, { ...options, typed: "yes\n" })).code]);
    expect(codes).toEqual([
      ["targets", 0],
      ["validate", 0],
      ["plan", 0],
      ["apply", 0],
      ["plan", 0],
    ]);
  });

  it("shows an overlay and a for_each that work in the fleet", async () => {
    const options = await fleet();
    writeFileSync(join(options.cwd, "overlays/hq.yaml"), block("patches:"));
    writeFileSync(join(options.cwd, "manifests/base/sites.yaml"), block("for_each:"));
    const result = await cli(["apply", "--all-targets", "--auto-approve"], options);
    expect([result.code, result.stderr.match(/created +tag\/site-.*/g)]).toEqual([
      0,
      ["created    tag/site-Berlin", "created    tag/site-Paris", "created    tag/site-Oslo"],
    ]);
  });

  it("shows a fault file that is one, and every effect that there is", () => {
    const [, table = ""] = /\| effect \|.*\n\|---.*\n([\s\S]*?)\n\n/.exec(README) ?? [];
    const cells = table.split("\n").map((row) => row.split("|")[1] ?? "");
    const effects = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, effect]) => effect));
    expect(effects.length).toBeGreaterThan(9);
    const file = `version: 1\nfaults:\n${effects.map((effect) => `  - {effect: ${effect}}\n`).join("")}`;
    for (const text of [block("faults:"), file]) {
      expect(loadFaults("f.yaml", folder({ "f.yaml": text })).diagnostics).toEqual([]);
    }
    const keys = ["status", ...OF_STATUS, "html", "redirect", "delay_ms", "refuse", "lag"];
    const words = [...EFFECT_WORDS, ...keys];
    expect(words.filter((word) => !new RegExp(`[\`{]${word}\\b`).test(table))).toEqual([]);
  });

  it("names only npm scripts that exist, and the two commands of a newcomer", () => {
    const scripts = [...README.matchAll(/npm (?:run )?([\w-]+)/g)]
      .map(([, name = ""]) => name)
      .filter((name) => name !== "ci");
    expect(scripts.filter((name) => PACKAGE.scripts[name] === undefined)).toEqual([]);
    expect(scripts).toEqual(expect.arrayContaining(["demo", "test"]));
  });

  it("documents every flag and variable of the connection, every exit code, and links files that exist", async () => {
    const { stdout } = await cli(["plan", "--help"]);
    for (const flag of [
      "--host",
      "--api-key-file",
      "--client-id",
      "--client-secret-file",
      "--fingerprint",
      "--ca-file",
      "--insecure",
    ]) {
      expect(stdout).toContain(flag);
      expect(README).toContain(flag);
    }
    const linked = [...README.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, path = ""]) => path);
    expect(linked.length).toBeGreaterThan(3);
    const there = readdirSync(ROOT, { recursive: false, encoding: "utf8" });
    expect(linked.filter((path) => !there.includes(path.split("/")[0] ?? ""))).toEqual([]);
  });
});

/** The project in examples/fleet, with sandboxes in place of its two appliances. */
async function fleet(): Promise<{ readonly cwd: string; readonly env: Readonly<Record<string, string>> }> {
  const [hq, branch] = [await sandbox(), await sandbox({ apiKey: "b".repeat(32) })];
  const cwd = folder();
  cpSync(FLEET, cwd, { recursive: true });
  const project = readFileSync(join(FLEET, "hopsync.yaml"), "utf8");
  const text = project.replace("eda-hq.example.com", hq.url).replace("eda-branch.example.com", branch.url);
  writeFileSync(join(cwd, "hopsync.yaml"), text);
  return { cwd, env: { HQ_API_KEY: hq.apiKey, BRANCH_API_KEY: branch.apiKey } };
}

/** The examples that hold this, which are no manifests alone. */
function examplesWith(name: string): readonly string[] {
  return examples.filter((example) => existsSync(join(ROOT, "examples", example, name)));
}

const examples = readdirSync(join(ROOT, "examples"));
const projects = examplesWith("hopsync.yaml");
const others = [...projects, ...examplesWith("workflows"), ...examplesWith("faults.yaml")];

describe("examples", () => {
  it("of projects: each target of the fleet applies, and then plans empty", async () => {
    expect(projects).toEqual(["fleet"]);
    const options = await fleet();
    for (const target of ["hq", "branch"]) {
      expect((await cli(["validate", "--target", target], options)).stderr).toBe("");
      expect((await cli(["apply", "--target", target, "--auto-approve"], options)).code).toBe(0);
      expect((await cli(["plan", "--target", target, "--detailed-exitcode"], options)).code).toBe(0);
    }
  });

  it.each(examples.filter((name) => !others.includes(name)))(
    "%s applies, and then plans empty",
    async (name) => {
      const box = await sandbox();
      const path = join(ROOT, "examples", name);
      expect((await cli(["validate", path])).stderr).toBe("");
      expect((await cli(["apply", path, "--auto-approve"], { sandbox: box })).code).toBe(0);
      expect((await cli(["plan", path, "--detailed-exitcode"], { sandbox: box })).code).toBe(0);
    },
  );

  it("hold three triggers whose scripts are JavaScript", () => {
    const scripts = readdirSync(join(ROOT, "examples/basic/triggers"));
    expect(scripts).toHaveLength(3);
    for (const script of scripts) {
      // A trigger is the body of a function: it may return early.
      const text = readFileSync(join(ROOT, "examples/basic/triggers", script), "utf8");
      expect(() => new Function(text)).not.toThrow();
    }
  });
});

describe("the demo", () => {
  it("tells its story to the end, in screens that are short, and leaves nothing behind", async () => {
    const { code, stdout, stderr } = await cli(["demo", "--no-pause"]);
    expect([code, stderr]).toEqual([0, ""]);
    const screens = stdout.split(/^\d+\/\d+ {2}/m).slice(1);
    expect(screens.length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...screens.map((screen) => screen.split("\n").length))).toBeLessThan(45);
  });
});
