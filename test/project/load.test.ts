/** What is said about a project file: one problem, one diagnostic, at its place, and never a key. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { chooseTarget, filesOfTarget } from "../../src/project/choose.ts";
import { connectionOf } from "../../src/project/connection.ts";
import { loadProject } from "../../src/project/load.ts";
import type { Project, ProjectTarget } from "../../src/project/project.ts";
import { projectSchema } from "../../src/project/schema.ts";
import { renderDiagnostics } from "../../src/render/diagnostics.ts";
import { createStyle } from "../../src/render/style.ts";
import { folder } from "../helpers/folder.ts";
import { expectGolden } from "../helpers/golden.ts";
import { spot } from "../manifest/workspace.ts";

const FILE = "hopsync.yaml";

function load(text: string): ReturnType<typeof loadProject> {
  return loadProject(FILE, folder({ [FILE]: text }));
}

function spots(text: string): readonly string[] {
  return load(text).diagnostics.map((found) => spot(found).replace(`${FILE}:`, ""));
}

/** A file with these lines below one target. */
function target(...lines: readonly string[]): string {
  return ["version: 1", "targets:", "  hq:", "    host: eda", ...lines.map((line) => `    ${line}`), ""].join(
    "\n",
  );
}

function projectOf(text: string): Project {
  const { project, diagnostics } = load(text);
  if (project === undefined) throw new Error(JSON.stringify(diagnostics));
  return project;
}

function only(project: Project): ProjectTarget {
  return chooseTarget(project, undefined) as ProjectTarget;
}

const ALL = { credentials: true, trust: true };

describe("a project file", () => {
  it.each([
    ["of nothing", "", ["1:1 empty-project"]],
    ["of no mapping", "[a]", ["1:1 wrong-type"]],
    ["with a list of targets", "version: 1\ntargets: [a]\n", ["2:10 wrong-type"]],
    ["with a target of nothing", "version: 1\ntargets:\n  hq:\n", ["3:3 wrong-type"]],
    ["of another version", "version: 2\nfleets: {}\n", ["1:10 bad-version"]],
    ["without targets", "version: 1\n", ["1:1 missing-key"]],
    ["with none", "version: 1\ntargets: {}\n", ["2:10 no-targets"]],
    ["with nothing under targets", "version: 1\ntargets:\n", ["2:1 wrong-type"]],
    ["in two documents", `${target()}---\nversion: 1\n`, ["6:1 several-documents"]],
    ["that is no YAML", "version: 1\ntargets: [\n", ["3:1 yaml-syntax"]],
    ["with a misspelt key", `tragets: {}\n${target()}`, ["1:1 unknown-key"]],
    ["with a target's key misspelt", target("fingerprnt: x"), ["5:5 unknown-key"]],
    ["without a host", "version: 1\ntargets: {hq: {paths: [a]}}\n", ["2:15 missing-key"]],
    [
      "with a name for a list of names",
      "version: 1\ntargets: {'a,b': {host: x}}\n",
      ["2:11 bad-target-name"],
    ],
    ["with a target twice", `${target()}  hq: {host: b}\n`, ["5:3 duplicate-key"]],
    ["with a number as key", target("api_key: 12"), ["5:14 api-key"]],
    ["with a path instead of paths", target("paths: manifests"), ["5:12 wrong-type"]],
    ["with no paths in it", target("paths: []"), ["5:12 empty-list"]],
    ["with a path outside", target("paths: [a, ../b]"), ["5:16 outside-root"]],
    ["with a variable from outside", target("vars: {a: '${env:A}'}"), ["5:15 placeholder-not-here"]],
    ["with a path from outside", target("paths: ['${var:a}']"), ["5:13 placeholder-not-here"]],
    ["with a number as variable", target("vars: {a: 1}"), ["5:15 wrong-type"]],
    ["with a variable that nothing can name", target("vars: {a b: x}"), ["5:12 bad-variable-name"]],
    ["with a client id alone", target("client_id: a"), ["5:5 half-client"]],
    ["with a client secret alone", target("client_secret: ${env:A}"), ["5:5 half-client"]],
    ["with a file of one alone", target("client_secret_file: a"), ["5:5 half-client"]],
    ["with an overlay from outside", target("overlays: [../a.yaml]"), ["5:16 outside-root"]],
    [
      "with two secrets",
      target("client_id: a", "client_secret: ${env:A}", "client_secret_file: a"),
      ["7:5 excluding-keys"],
    ],
    [
      "with a key and a client",
      target("client_id: a", "client_secret: ${env:A}", "api_key: ${env:B}"),
      ["5:5 excluding-keys"],
    ],
    ["with a number as secret", target("client_id: a", "client_secret: 12"), ["6:20 client-secret"]],
    ["with a number as client id", target("client_id: 12", "client_secret_file: a"), ["5:16 wrong-type"]],
    ["with a bad client id", target("client_id: 'a:b'", "client_secret_file: a"), ["5:16 client-id"]],
    [
      "with the secret itself",
      target("client_id: a", "client_secret: 0123abc"),
      ["6:20 warning key-in-file"],
    ],
    [
      "with a secret that --var would lead",
      target("client_id: a", "client_secret: ${var:s}"),
      ["6:20 placeholder-not-here"],
    ],
    ["with two keys", target("api_key: ${env:A}", "api_key_file: a"), ["6:5 excluding-keys"]],
    ["with two sorts of trust", target("insecure: false", "ca_file: a"), ["5:5 excluding-keys"]],
    ["with a bad host", target().replace("eda", "http://eda"), ["4:11 host"]],
    ["with a bad fingerprint", target("fingerprint: sha256:12"), ["5:18 fingerprint"]],
    ["with a bad placeholder", target("api_key: ${env.KEY}"), ["5:14 bad-placeholder"]],
    ["with a key that --var would lead", target("api_key: ${var:k}"), ["5:14 placeholder-not-here"]],
    ["with the key itself", target("api_key: 0123abc"), ["5:14 warning key-in-file"]],
  ])("%s", (_what, text, expected) => {
    expect(spots(text)).toEqual(expected);
  });

  it("is told every problem of every target at once, in words for people", () => {
    const text = [
      "version: 1",
      "targets:",
      "  hq:",
      "    hosts: eda-hq.example.com",
      "    path: [manifests]",
      "    vars: {site: 4}",
      "  branch:",
      "    host: http://eda-branch.example.com",
      "    fingerprint: 12:34",
      "    ca_file: ca.pem",
      "",
    ].join("\n");
    expectGolden(
      "project/mistakes.txt",
      renderDiagnostics(load(text).diagnostics, createStyle({ color: false, width: 100 })),
    );
  });

  it("that cannot be read is said so", () => {
    const cwd = folder();
    expect(loadProject("no.yaml", cwd).diagnostics.map(spot)).toEqual(["no.yaml:1:1 no-such-file"]);
    mkdirSync(join(cwd, FILE));
    expect(loadProject(FILE, cwd).diagnostics.map(spot)).toEqual([`${FILE}:1:1 not-a-file`]);
  });

  it.each([
    ["a literal key", target("api_key: s3cr3t-key")],
    ["a key beside a mistake", "version: 1\ntargets: {hq: {host: eda, api_key: s3cr3t-key, x: 1}}\n"],
    ["a misspelt key", target("api_kye: s3cr3t-key")],
    ["a secret of the cloud product", target("client_secret: 's3cr3t-key'")],
    ["a literal secret", target("client_id: a", "client_secret: s3cr3t-key")],
    ["a secret of two words", target("client_id: a", "client_secret: s3cr3t key")],
    ["a key that breaks the syntax", target('api_key: "s3cr3t-key')],
    ["a key behind a variable", target("api_key: ${env:A}s3cr3t-key", "api_key_file: x")],
  ])("%s is in no message", (_what, text) => {
    const { diagnostics } = load(text);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(renderDiagnostics(diagnostics, createStyle({ color: false, width: 100 }))).not.toContain("s3cr3t");
  });

  it("is right by its schema, and what is wrong to the loader is wrong to an editor", () => {
    const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
      projectSchema(),
    );
    const good = { host: "eda", api_key: "${env:A}", insecure: true, paths: ["a"], vars: { "a.b-c": "x" } };
    expect(validate({ version: 1, targets: { hq: good } })).toBe(true);
    for (const secret of ["client_secret", "client_secret_file"]) {
      const cloud = { host: "eda", client_id: "x", [secret]: "x" };
      expect(validate({ version: 1, targets: { cloud } })).toBe(true);
    }
    for (const wrong of [
      { ...good, api_key_file: "x" },
      { ...good, ca_file: "x" },
      { ...good, client_id: "x", client_secret: "x" },
      { host: "eda", client_id: "x" },
      { host: "eda", client_secret: "x" },
      { host: "eda", client_secret_file: "x" },
      { host: "eda", client_id: "x", client_secret: "x", client_secret_file: "x" },
      { ...good, overlays: [1] },
      { ...good, vars: { "1": "x" } },
    ]) {
      expect(validate({ version: 1, targets: { hq: wrong } })).toBe(false);
    }
  });
});

describe("a target", () => {
  const two = "version: 1\ntargets: {hq: {host: a}, branch: {host: b}}\n";

  it("is the only one, or the one that is named", () => {
    expect(chooseTarget(projectOf(target()), undefined)).toMatchObject({ name: "hq", host: "eda" });
    expect(chooseTarget(projectOf(two), "branch")).toMatchObject({ name: "branch", host: "b" });
  });

  it("that is not there, or not said, is an error that lists them", () => {
    expect(chooseTarget(projectOf(two), undefined)).toMatchObject({
      code: "needs-target",
      detail: "hopsync.yaml has several targets: hq, branch. Choose one with --target.",
    });
    expect(chooseTarget(projectOf(two), "brnch")).toMatchObject({
      code: "unknown-target",
      detail: 'hopsync.yaml has no target "brnch". Did you mean "branch"? It has: hq, branch.',
      source: { file: FILE, line: 2, column: 1 },
    });
  });

  it("has the manifests beside it unless it says which, and none is missed in silence", () => {
    const cwd = folder({ "a/hopsync.yaml": target("paths: [x, y.yaml]"), "a/x/m.yaml": "version: 1\n" });
    const project = loadProject("a/hopsync.yaml", cwd).project as Project;
    const { files, problems } = filesOfTarget(project, only(project), "paths", cwd);
    expect(files.map(({ path }) => path)).toEqual([join("a", "x"), join("a", "y.yaml")]);
    expect(problems.map(spot)).toEqual(["a/hopsync.yaml:5:16 no-such-path"]);
    const plain = projectOf(target());
    expect(filesOfTarget(plain, only(plain), "paths", plain.folder)).toMatchObject({
      files: [{ path: "manifests" }],
      problems: [{ code: "no-such-path", source: { line: 4 } }],
    });
  });
});

describe("the connection of a target", () => {
  async function connect(text: string, env: Record<string, string>, wanted = ALL) {
    const project = projectOf(text);
    const { connection, diagnostics } = await connectionOf(project, only(project), env, wanted);
    return { connection, spots: diagnostics.map((d) => spot(d).replace(`${FILE}:`, "")), diagnostics };
  }

  const pinned = `sha256:${"ab".repeat(32)}`;

  it("is filled from the environment, paths from the folder of the file", async () => {
    const text = target("api_key: ${env:KEY}", "fingerprint: ${env:PIN}").replace("eda", "${env:H}:8443");
    const { connection } = await connect(text, { KEY: "k", PIN: pinned, H: "eda" });
    expect(connection).toEqual({ host: "eda:8443", credentials: { apiKey: "k" }, fingerprint: pinned });
    const cwd = folder({ "p/hopsync.yaml": target("api_key_file: ../key"), key: "from-file\n" });
    const project = loadProject("p/hopsync.yaml", cwd).project as Project;
    const { connection: other } = await connectionOf(project, only(project), {}, ALL);
    expect(other).toEqual({ host: "eda", credentials: { apiKey: "from-file\n" } });
  });

  it("may be that of a client of the cloud product, its secret in a variable or a file", async () => {
    const text = target("client_id: ${env:ID}", "client_secret: ${env:SECRET}");
    expect((await connect(text, { ID: "c", SECRET: "s" })).connection).toEqual({
      host: "eda",
      credentials: { clientId: "c", clientSecret: "s" },
    });
    expect((await connect(text, {})).spots).toEqual(["5:16 missing-variable", "6:20 missing-variable"]);
    const wrong = await connect(text, { ID: "s3cr3t:", SECRET: "two s3cr3ts" });
    expect(wrong.spots).toEqual(["5:16 client-id", "6:20 client-secret"]);
    expect(JSON.stringify(wrong.diagnostics)).not.toContain("s3cr3t");
    expect((await connect(text, {}, { credentials: false, trust: true })).connection).toEqual({
      host: "eda",
    });
    const filed = target("client_id: c", "client_secret_file: secret");
    const cwd = folder({ [FILE]: filed, secret: "from-file\n" });
    const project = loadProject(FILE, cwd).project as Project;
    const { connection } = await connectionOf(project, only(project), {}, ALL);
    expect(connection?.credentials).toEqual({ clientId: "c", clientSecret: "from-file\n" });
    expect((await connect(filed, {})).spots).toEqual(["6:25 no-such-file"]);
  });

  it("tells all that is missing or wrong where it stands, without a value", async () => {
    const text = target("api_key: ${env:KEY}", "fingerprint: ${env:PIN}").replace("eda", "${env:H}");
    expect((await connect(text, {})).spots).toEqual([
      "4:11 missing-variable",
      "5:14 missing-variable",
      "6:18 missing-variable",
    ]);
    const wrong = await connect(text, { KEY: "two lines s3cr3t", PIN: "s3cr3t", H: "http://s3cr3t" });
    expect(wrong.spots).toEqual(["4:11 host", "5:14 api-key", "6:18 fingerprint"]);
    expect(JSON.stringify(wrong.diagnostics)).not.toContain("s3cr3t");
    expect((await connect(text, { KEY: "", PIN: pinned, H: "eda" })).spots).toEqual(["5:14 empty-variable"]);
  });

  it("tells of files that cannot be used", async () => {
    const text = target("api_key_file: key", "ca_file: ca.pem");
    expect((await connect(text, {})).spots).toEqual(["5:19 no-such-file", "6:14 ca-file"]);
    const large = join(folder({ "ca.pem": " ".repeat(4 * 1024 * 1024 + 1) }), "ca.pem");
    const tooLarge = await connect(target(`ca_file: ${JSON.stringify(large)}`), {});
    expect(tooLarge.spots).toEqual(["5:14 ca-file"]);
    expect(tooLarge.diagnostics[0]?.detail).toContain("larger than 4 MB");
    const hidden = await connect(target("ca_file: ${env:CA}"), { CA: "/s3cr3t.pem" });
    expect(hidden.spots).toEqual(["5:14 ca-file"]);
    expect(JSON.stringify(hidden.diagnostics)).not.toContain("s3cr3t");
    const http = target(`fingerprint: ${pinned}`).replace("eda", "http://localhost:8700");
    expect((await connect(http, {})).spots).toEqual(["5:18 tls-options"]);
  });

  it("needs nothing that flags give instead", async () => {
    const text = target("api_key: ${env:KEY}", "fingerprint: ${env:PIN}");
    expect((await connect(text, {}, { credentials: false, trust: false })).connection).toEqual({
      host: "eda",
    });
  });
});
