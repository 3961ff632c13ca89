/** Every command of the README and every example, run as they stand there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { cli } from "./helpers/cli.ts";
import { folder } from "./helpers/folder.ts";
import { sandbox } from "./helpers/sandbox.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const PACKAGE = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

function blocks(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, text = ""]) => text,
  );
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

describe("the README", () => {
  it("shows commands that do what it says, on the manifest that it shows", async () => {
    const box = await sandbox();
    const cwd = folder({ "manifests/web.yaml": blocks("yaml")[0] ?? "" });
    const codes = [];
    for (const argv of commands)
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

  it("names only npm scripts that exist, and the two commands of a newcomer", () => {
    const scripts = [...README.matchAll(/npm (?:run )?([\w-]+)/g)]
      .map(([, name = ""]) => name)
      .filter((name) => name !== "ci");
    expect(scripts.filter((name) => PACKAGE.scripts[name] === undefined)).toEqual([]);
    expect(scripts).toEqual(expect.arrayContaining(["demo", "test"]));
  });

  it("documents every flag and variable of the connection, every exit code, and links files that exist", async () => {
    const { stdout } = await cli(["plan", "--help"]);
    for (const flag of ["--host", "--api-key-file", "--fingerprint", "--ca-file", "--insecure"]) {
      expect(stdout).toContain(flag);
      expect(README).toContain(flag);
    }
    const linked = [...README.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, path = ""]) => path);
    expect(linked.length).toBeGreaterThan(3);
    const there = readdirSync(ROOT, { recursive: false, encoding: "utf8" });
    expect(linked.filter((path) => !there.includes(path.split("/")[0] ?? ""))).toEqual([]);
  });
});

describe("examples", () => {
  it.each(readdirSync(join(ROOT, "examples")))("%s applies, and then plans empty", async (name) => {
    const box = await sandbox();
    const path = join(ROOT, "examples", name);
    expect((await cli(["validate", path])).stderr).toBe("");
    expect((await cli(["apply", path, "--auto-approve"], { sandbox: box })).code).toBe(0);
    expect((await cli(["plan", path, "--detailed-exitcode"], { sandbox: box })).code).toBe(0);
  });

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
