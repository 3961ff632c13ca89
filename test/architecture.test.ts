/** The rules of src/README.md, as tests. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { kinds } from "../src/kinds/index.ts";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

interface Module {
  /** Below src. */
  readonly file: string;
  readonly text: string;
  /** Modules of src and packages that it loads, types included. */
  readonly imports: readonly string[];
}

const modules: readonly Module[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => {
    const text = readFileSync(join(SRC, file), "utf8");
    const loads = /^(?:import|export)\s(?:[^;"()=]*?\sfrom\s)?"([^"]+)";|\bimport\("([^"]+)"\)/gm;
    const found = [...text.matchAll(loads)]
      .map(([, fixed, lazy]) => fixed ?? lazy ?? "")
      .map((name) => (name.startsWith(".") ? relative(SRC, join(SRC, dirname(file), name)) : name));
    return { file, text, imports: found };
  });

/** What the modules of a folder (or one module) may load of src, itself aside. */
const MAY_LOAD: Readonly<Record<string, readonly string[]>> = {
  "model.ts": [],
  "version.ts": [],
  "json.ts": ["model.ts"],
  "errors.ts": ["model.ts"],
  "diagnostics.ts": ["model.ts"],
  "secrets.ts": ["model.ts", "json.ts"],
  "secret-forms.ts": [],
  "bounded-file.ts": [],
  "kinds/": ["model.ts", "json.ts", "errors.ts", "diagnostics.ts"],
  "manifest/": ["model.ts", "json.ts", "diagnostics.ts", "secrets.ts", "kinds/"],
  "project/": [
    "model.ts",
    "json.ts",
    "errors.ts",
    "diagnostics.ts",
    "manifest/",
    "appliance/connection.ts",
    "appliance/credentials.ts",
    "appliance/trust.ts",
  ],
  "appliance/": ["model.ts", "json.ts", "errors.ts", "secret-forms.ts", "bounded-file.ts"],
  "reconcile/": [
    "model.ts",
    "json.ts",
    "errors.ts",
    "diagnostics.ts",
    "secrets.ts",
    "secret-forms.ts",
    "kinds/",
    "appliance/port.ts",
    "inventory/",
  ],
  "inventory/": ["model.ts", "json.ts", "errors.ts", "kinds/", "appliance/port.ts"],
  "render/": ["model.ts", "json.ts", "diagnostics.ts"],
  "sandbox/": ["model.ts", "json.ts", "errors.ts", "bounded-file.ts"],
};

function roomOf(file: string): string {
  return file.includes("/") ? `${file.slice(0, file.indexOf("/"))}/` : file;
}

describe("imports", () => {
  it("point one way", () => {
    const wrong = modules.flatMap(({ file, imports }) => {
      const allowed = MAY_LOAD[roomOf(file)];
      if (allowed === undefined) return [];
      return imports
        .filter((name) => name.endsWith(".ts") && roomOf(name) !== roomOf(file))
        .filter((name) => !allowed.includes(name) && !allowed.includes(roomOf(name)))
        .map((name) => `${file} loads ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it("are covered by a rule in every folder but those that may load all", () => {
    const free = new Set(
      modules.map(({ file }) => roomOf(file)).filter((room) => MAY_LOAD[room] === undefined),
    );
    expect([...free].sort()).toEqual(["action/", "cli/", "index.ts"]);
  });

  it("bring in only packages that package.json declares, and render and the sandbox few of them", () => {
    const manifest = JSON.parse(readFileSync(join(SRC, "../package.json"), "utf8"));
    const packages = (pick: (file: string) => boolean): readonly string[] => {
      const all = modules.filter(({ file }) => pick(file)).flatMap(({ imports }) => imports);
      const names = all.filter((name) => !name.endsWith(".ts") && !name.startsWith("node:"));
      return [...new Set(names.map((name) => name.replace(/^((?:@[^/]+\/)?[^/]+).*$/, "$1")))].sort();
    };
    const inAction = (file: string) => file.startsWith("action/");
    const dependencies = Object.keys(manifest.dependencies);
    expect(packages((file) => !inAction(file))).toEqual(dependencies.sort());
    // The action is bundled with its packages: who installs hopsync does not need them.
    const bundled = packages(inAction).filter((name) => !dependencies.includes(name));
    expect(Object.keys(manifest.devDependencies)).toEqual(expect.arrayContaining([...bundled]));
    expect(bundled.filter((name) => !/^@(octokit|actions)\//.test(name))).toEqual([]);
    expect(packages((file) => file.startsWith("render/"))).toEqual(["diff", "markdown-it"]);
    expect(packages((file) => file.startsWith("sandbox/"))).toEqual(["selfsigned"]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

describe("kinds", () => {
  it("are named nowhere outside kinds/, the sandbox and the demo", () => {
    const names = kinds.flatMap(({ kind, section, path }) => [kind, section, path]);
    const literal = new RegExp(`["'\`](?:${names.join("|")})["'\`/]`);
    const outside = modules.filter(
      ({ file }) => !/^(kinds|sandbox)\//.test(file) && file !== "cli/commands/demo.ts",
    );
    expect(outside.filter(({ text }) => literal.test(withoutComments(text))).map(({ file }) => file)).toEqual(
      [],
    );
  });

  it("are one file each, with one line for each in the index", () => {
    const files = modules.filter(({ text }) => /: Kind = \{/.test(text)).map(({ file }) => file);
    expect(files).toHaveLength(kinds.length);
    const index = modules.find(({ file }) => file === "kinds/index.ts");
    expect(files.filter((file) => !index?.imports.includes(file))).toEqual([]);
  });
});

describe("the process", () => {
  it("is ended where the two programs are, and nothing prints past the streams that it is given", () => {
    const ending = modules.filter(({ text }) => /process\.(exit\b|exitCode|stdout|stderr)/.test(text));
    expect(ending.map(({ file }) => file)).toEqual(["action/main.ts", "cli/main.ts"]);
    expect(modules.filter(({ text }) => /\bconsole\./.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

describe("modules", () => {
  it("say in a comment at their head what they are for", () => {
    const silent = modules.filter(({ text }) => !/^(#![^\n]*\n)?\/\*\*/.test(text));
    expect(silent.map(({ file }) => file)).toEqual([]);
  });

  it("stay small enough to be read at once", () => {
    // model.ts is the one list of shared shapes.
    const long = modules.filter(({ file, text }) => file !== "model.ts" && text.split("\n").length > 400);
    expect(long.map(({ file }) => file)).toEqual([]);
  });
});
