/** Sealed plans over real HTTP: what was reviewed is what runs, or nothing does. */
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { digest } from "../../src/json.ts";
import type { JsonObject } from "../../src/model.ts";
import { sealedPlanSchema } from "../../src/render/sealed-schema.ts";
import type { SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { type CliOptions, cli, documentOf } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { expectGolden } from "../helpers/golden.ts";
import { sandbox } from "../helpers/sandbox.ts";

const EVERYTHING = fileURLToPath(new URL("../fixtures/everything", import.meta.url));

const alert = (name: string, more = ""): string =>
  `{name: ${name}, stat_name: s, field_name: f, operator: ">", operand: 1${more}}`;

/** Each file of `manifests/` before what a test plans, and after. */
const BEFORE = `version: 1
tags: [{name: pci}, {name: old}]
email_groups: [{name: On-call, email_addresses: [noc@example.com]}]
device_groups: [{name: G1, devices: []}, {name: G2, devices: []}]
alerts: [${alert("A", ", severity: 5, device_groups: [G1], email_groups: [On-call]")}, ${alert("B", ", severity: 5")}]
triggers: [{name: Gone, events: [DNS_REQUEST], script: "a;"}, {name: Same, events: [DNS_REQUEST], script: "a;"}]
`;

const AFTER = `version: 1
tags: [{name: pci}, {name: new}]
email_groups: [{name: On-call, email_addresses: [noc@example.com]}]
device_groups: [{name: G1, devices: []}, {name: G2, devices: []}]
alerts: [${alert("A", ", severity: 3, device_groups: [G1, G2], email_groups: [On-call]")}, ${alert("B", ", severity: 5")}]
triggers: [{name: Same, events: [DNS_REQUEST], script: "a;"}]
`;

async function setup(
  before: string,
  after: string,
  more: Partial<CliOptions> = {},
  box: SandboxOptions = {},
) {
  const started = await sandbox(box);
  const cwd = folder({ ".git/HEAD": "", "manifests/all.yaml": before });
  const options = { sandbox: started, cwd, columns: 100, ...more };
  const hopsync = (argv: readonly string[], other: Partial<CliOptions> = {}) =>
    cli(argv, { ...options, ...other });
  const json = async (argv: readonly string[], other: Partial<CliOptions> = {}) => {
    const result = await hopsync([...argv, "--format", "json"], other);
    return { ...result, document: documentOf(result) };
  };
  if (before !== "") expect((await hopsync(["apply", "--auto-approve"])).code).toBe(0);
  writeFileSync(join(cwd, "manifests/all.yaml"), after);
  const file = join(cwd, "plan.json");
  const { appliance } = started;
  const idOf = (collection: Parameters<typeof appliance.find>[0], name: string): number =>
    appliance.find(collection, name)?.id ?? -1;
  return { box: started, appliance, cwd, file, hopsync, json, idOf };
}

async function sealed(...args: Parameters<typeof setup>) {
  const all = await setup(...args);
  const result = await all.hopsync(["plan", "--out", "plan.json"]);
  expect([result.code, result.stderr]).toEqual([0, expect.stringContaining("Sealed in plan.json")]);
  all.box.clearRequests();
  return { ...all, writes: () => all.box.requests().filter(({ method }) => method !== "GET") };
}

describe("a sealed plan", () => {
  it("is applied without a question and without its manifests, and leaves what a normal apply leaves", async () => {
    const { cwd, hopsync, json, appliance, idOf } = await sealed(BEFORE, AFTER);
    writeFileSync(join(cwd, "manifests/all.yaml"), "version: 1\ntags: []\n");
    const { code, document } = await json(["apply", "plan.json"]);
    expect([code, document.summary]).toMatchObject([0, { create: 1, update: 1, delete: 2, assign: 1 }]);
    expect(appliance.get("alerts", idOf("alerts", "A"))).toMatchObject({ severity: 3 });
    expect([idOf("tags", "old"), idOf("triggers", "Gone")]).toEqual([-1, -1]);
    writeFileSync(join(cwd, "manifests/all.yaml"), AFTER);
    const again = await hopsync(["plan", "--detailed-exitcode"]);
    expect([again.code, again.stdout]).toEqual([0, expect.not.stringContaining("brought up to date")]);
  });

  it("has nothing left to do when it was applied already", async () => {
    const { hopsync, json, box } = await sealed(BEFORE, AFTER);
    expect((await hopsync(["apply", "plan.json"])).code).toBe(0);
    box.clearRequests();
    const { code, stderr, document } = await json(["apply", "plan.json"]);
    expect([code, document.results, stderr]).toEqual([
      0,
      [],
      expect.stringContaining("Nothing is left to do"),
    ]);
    expect(box.requests().filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("without changes is nothing to do", async () => {
    const { hopsync } = await sealed(BEFORE, BEFORE);
    expect(await hopsync(["apply", "plan.json"])).toMatchObject({ code: 0, stdout: "" });
  });

  it("is applied as it is while other objects change, and neither they nor their record are touched", async () => {
    const { hopsync, json, appliance, idOf } = await sealed(BEFORE, AFTER);
    appliance.edit("alerts", idOf("alerts", "B"), { severity: 1 });
    appliance.remove("triggers", idOf("triggers", "Same"));
    appliance.add("tags", { name: "by hand" });
    expect((await hopsync(["apply", "plan.json"])).code).toBe(0);
    expect(appliance.get("alerts", idOf("alerts", "B"))).toMatchObject({ severity: 1 });
    expect(idOf("triggers", "Same")).toBe(-1);
    const { document } = await json(["plan"]);
    expect(document.changes.map(({ address, action, cause }) => [address, action, cause])).toEqual([
      ["alert/B", "update", "drift"],
      ["trigger/Same", "create", "drift"],
    ]);
  });

  it("of a first run, with inventory or none, creates what it says in its order", async () => {
    for (const place of ["", "inventory: none\n", "inventory: {file: state.json}\n"]) {
      const { json } = await sealed("", BEFORE.replace("tags:", `${place}tags:`));
      const { code, document } = await json(["apply", "plan.json"]);
      expect([place, code, document.summary.create]).toEqual([place, 0, 9]);
      expect((await json(["plan", "--detailed-exitcode"])).code).toBe(0);
    }
  });

  it("keeps an inventory file in its place when it is applied in another folder of the same form", async () => {
    const manifest = BEFORE.replace("tags:", "inventory: {file: state.json}\ntags:");
    const { file, hopsync } = await sealed("", manifest);
    const other = folder({
      ".git/HEAD": "",
      "manifests/all.yaml": manifest,
      "plan.json": readFileSync(file),
    });
    expect((await hopsync(["apply", "plan.json"], { cwd: other })).code).toBe(0);
    expect(statSync(join(other, "manifests/state.json")).isFile()).toBe(true);
  });

  it("of deletes that were allowed when it was made needs no other word", async () => {
    const tags = (names: readonly string[]): string =>
      `version: 1\ntags: [${names.map((name) => `{name: ${name}}`).join(", ")}]\n`;
    const { hopsync } = await setup(tags(["a", "b", "c", "d", "e"]), tags(["e"]));
    expect((await hopsync(["plan", "--out", "plan.json"])).code).toBe(4);
    expect((await hopsync(["plan", "--out", "plan.json", "--max-deletes", "4"])).code).toBe(0);
    expect((await hopsync(["apply", "plan.json", "--max-deletes", "3"])).code).toBe(4);
    expect((await hopsync(["apply", "plan.json"])).code).toBe(0);
  });

  it("is refused where another owner has taken what it touches", async () => {
    const tag = (owner: string): string => `version: 1\nowner: ${owner}\ntags: [{name: t}]\n`;
    const { cwd, json, hopsync, appliance } = await setup("", tag("one"));
    appliance.add("tags", { name: "t" });
    expect((await hopsync(["plan", "--out", "plan.json"])).code).toBe(0);
    writeFileSync(join(cwd, "other.yaml"), tag("two"));
    expect((await hopsync(["apply", "other.yaml", "--auto-approve"])).code).toBe(0);
    const { code, document } = await json(["apply", "plan.json"]);
    expect([code, document.diagnostics.map((d) => d.code)]).toEqual([4, ["guard-other-owner"]]);
  });
});

type Edited = Awaited<ReturnType<typeof sealed>>;

describe("a sealed plan is stale, and nothing is written, when meanwhile", () => {
  const stale = async (edit: (setup: Edited) => void): Promise<Readonly<Record<string, string>>> => {
    const all = await sealed(BEFORE, AFTER);
    edit(all);
    const { code, document } = await all.json(["apply", "plan.json"]);
    expect([code, document.exit_code, document.results, all.writes()]).toEqual([5, 5, [], []]);
    expect(new Set(document.diagnostics.map((d) => d.code))).toEqual(new Set(["stale-plan"]));
    const details = document.diagnostics as unknown as readonly { address: string; detail: string }[];
    return Object.fromEntries(details.map(({ address, detail }) => [address, detail]));
  };

  it.each<readonly [string, (setup: Edited) => void, Readonly<Record<string, string>>]>([
    [
      "a touched field was edited",
      ({ appliance, idOf }) => appliance.edit("alerts", idOf("alerts", "A"), { severity: 7 }),
      { "alert/A": "severity was 5 when the plan was made, is 7 now" },
    ],
    [
      "a declared field that was right was edited",
      ({ appliance, idOf }) => appliance.edit("alerts", idOf("alerts", "A"), { operand: "9" }),
      { "alert/A": 'operand was "1" when the plan was made, is "9" now' },
    ],
    [
      "a touched field was given the declared value",
      ({ appliance, idOf }) => appliance.edit("alerts", idOf("alerts", "A"), { severity: 3 }),
      { "alert/A": "severity was 5 when the plan was made, is 3 now" },
    ],
    [
      "a link was removed",
      ({ appliance, idOf }) =>
        appliance.unlink("alerts/devicegroups", idOf("alerts", "A"), idOf("devicegroups", "G1")),
      { "alert/A": "device_groups: links to add: now also device_group/G1" },
    ],
    [
      "a link was made",
      ({ appliance, idOf }) =>
        appliance.link("alerts/devicegroups", idOf("alerts", "A"), idOf("devicegroups", "G2")),
      { "alert/A": "device_groups: links to add: no longer device_group/G2" },
    ],
    [
      "an object was deleted that was to be updated, or to be deleted",
      ({ appliance, idOf }) => {
        appliance.remove("alerts", idOf("alerts", "A"));
        appliance.remove("triggers", idOf("triggers", "Gone"));
      },
      { "alert/A": "it is gone, so that a plan would create it now", "trigger/Gone": "it is gone already" },
    ],
    [
      "an object was made that was to be created",
      ({ appliance }) => void appliance.add("tags", { name: "new" }),
      { "tag/new": "so that a plan would adopt it now" },
    ],
    [
      "an object was renamed",
      ({ appliance, idOf }) => appliance.edit("alerts", idOf("alerts", "A"), { name: "Mine" }),
      { "alert/A": 'its name was "A" when the plan was made, is "Mine" now' },
    ],
    [
      "two objects of the name were made",
      ({ appliance }) => {
        appliance.add("tags", { name: "new" });
        appliance.add("tags", { name: "new" });
      },
      { "tag/new": "it cannot be planned any more" },
    ],
    [
      "an object that is to be deleted was edited",
      ({ appliance, idOf }) => appliance.edit("triggers", idOf("triggers", "Gone"), { script: "b;" }),
      { "trigger/Gone": "script has another value than when the plan was made" },
    ],
    [
      "what it refers to was made anew",
      ({ appliance, idOf }) => {
        appliance.remove("devicegroups", idOf("devicegroups", "G2"));
        appliance.add("devicegroups", { name: "G2" });
      },
      { "alert/A": "its request would be POST /alerts/" },
    ],
  ])("%s", async (_what, edit, expected) => {
    const details = await stale(edit);
    expect(Object.keys(details).sort()).toEqual(Object.keys(expected).sort());
    for (const [address, text] of Object.entries(expected)) expect(details[address]).toContain(text);
  });

  it("looks like this", async () => {
    const { hopsync, appliance, box, idOf } = await sealed(BEFORE, AFTER);
    appliance.edit("alerts", idOf("alerts", "A"), { severity: 7, operand: "9", field_name: "g" });
    appliance.unlink("alerts/devicegroups", idOf("alerts", "A"), idOf("devicegroups", "G1"));
    appliance.edit("triggers", idOf("triggers", "Gone"), { script: "b;", debug: true });
    appliance.remove("tags", idOf("tags", "old"));
    appliance.add("tags", { name: "new" });
    const { code, stdout, stderr } = await hopsync(["apply", "plan.json"], { columns: 80 });
    const text = `$ hopsync apply plan.json\n${stdout}──── stderr ────\n${stderr}──── exit ${code} ────\n`;
    expectGolden("cli/stale-plan.txt", text.replaceAll(box.host, "eda-01"));
  });
});

describe("secrets of a sealed plan", () => {
  const HOOK = 's3cr3t/hook+"key" é';
  const SECRETS = `version: 1
triggers: [{name: T, events: [DNS_REQUEST], script: {file: t.js, env: [HOOK]}, description: "\${env:HOOK} and \${env:MORE}"}]
alerts: [{name: A, stat_name: s, field_name: f, operator: ">", operand: "\${env:OPERAND}", severity: "\${env:SEVERITY}", interval_length: "\${env:LENGTH}", disabled: "\${env:OFF}", cc: ["\${env:MAIL}"]}]
exclusion_intervals: [{name: I, interval_type: daily, start: "\${env:START}", end: "03:00"}]
`;
  const env = {
    HOOK,
    MORE: "m0re-to-hide",
    OPERAND: "0.50",
    SEVERITY: "critical",
    LENGTH: "5m",
    OFF: "true",
    MAIL: "h1dden@example.com",
    START: "01:30",
  };

  const withScript = async (before = "") => {
    const all = await setup("", before === "" ? SECRETS : before, { env });
    writeFileSync(join(all.cwd, "manifests/t.js"), 'post("${env:HOOK}", "${env:OTHER}");\n');
    return all;
  };

  it("are nowhere in the file, in no form, and are filled in again as the kinds read them", async () => {
    const { hopsync, file, appliance } = await withScript();
    expect((await hopsync(["plan", "--out", "plan.json"])).code).toBe(0);
    const text = readFileSync(file, "utf8");
    for (const value of [HOOK, env.MORE, env.MAIL, env.START]) {
      for (const form of [
        value,
        JSON.stringify(value).slice(1, -1),
        encodeURIComponent(value),
        Buffer.from(value).toString("base64").replace(/=+$/, ""),
        Buffer.from(value).toString("hex"),
      ])
        expect(text).not.toContain(form);
    }
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await hopsync(["apply", "plan.json"])).code).toBe(0);
    expect(appliance.list("triggers").find(({ name }) => name === "T")).toMatchObject({
      script: `post("${HOOK}", "\${env:OTHER}");\n`,
      description: `${HOOK} and ${env.MORE}`,
    });
    expect(appliance.list("alerts").find(({ name }) => name === "A")).toMatchObject({
      ...{ operand: "0.5", severity: 2, interval_length: 300, disabled: true, cc: [env.MAIL] },
    });
    expect(appliance.list("exclusionintervals")[0]).toMatchObject({ start: 5400, end: 10_800 });
    expect((await hopsync(["plan", "--detailed-exitcode"])).code).toBe(0);
  });

  it("that are missing or do not fit are located errors before anything is asked", async () => {
    const { hopsync, json, box } = await withScript();
    await hopsync(["plan", "--out", "plan.json"]);
    box.clearRequests();
    const without = { ...env, HOOK: undefined, SEVERITY: "sever3", START: "25:77" };
    const { code, document, stderr } = await json(["apply", "plan.json"], { env: without });
    expect([code, box.requests()]).toEqual([1, []]);
    expect(document.diagnostics).toMatchObject([
      { code: "missing-variable", address: "trigger/T", pointer: "/description", source: { line: 2 } },
      { code: "missing-variable", address: "trigger/T", pointer: "/script" },
      { code: "bad-value", address: "alert/A", pointer: "/severity" },
      { code: "bad-value", address: "exclusion_interval/I", pointer: "/start" },
    ]);
    expect(document.diagnostics[0]?.detail).toContain("HOOK");
    expect(stderr).not.toContain("sever3");
    expect(stderr).not.toContain("25:77");
  });

  it("that changed make it stale where the value was right, and go along where it was to change anyway", async () => {
    const { hopsync, json, cwd, appliance } = await withScript();
    expect((await hopsync(["apply", "--auto-approve"])).code).toBe(0);
    writeFileSync(join(cwd, "manifests/all.yaml"), SECRETS.replace(" and ", " or "));
    expect((await hopsync(["plan", "--out", "plan.json"])).code).toBe(0);
    const other = await json(["apply", "plan.json"], { env: { ...env, HOOK: "an0ther-hook" } });
    expect([other.code, other.document.diagnostics]).toMatchObject([5, [{ address: "trigger/T" }]]);
    expect(other.document.diagnostics[0]?.detail).toContain(
      "script was as declared (sensitive) when the plan was made, is another value (sensitive) now",
    );
    expect(JSON.stringify(other)).not.toContain("an0ther-hook");
    const more = await hopsync(["apply", "plan.json"], { env: { ...env, MORE: "an0ther-more" } });
    expect(more.code).toBe(0);
    expect(appliance.find("triggers", "T")?.description).toBe(`${HOOK} or an0ther-more`);
  });

  it("that somebody edited on the appliance make it stale also where the value was to change anyway", async () => {
    const before = 'version: 1\nemail_groups: [{name: Mail, email_addresses: ["${env:MAIL}"]}]\n';
    const after = before.replace('"]}]', '", more@example.com]}]');
    const { json, appliance, idOf } = await sealed(before, after, { env });
    appliance.edit("emailgroups", idOf("emailgroups", "Mail"), {
      email_addresses: [env.MAIL, "by-hand@example.com"],
    });
    const { code, document } = await json(["apply", "plan.json"]);
    expect([code, document.diagnostics]).toMatchObject([5, [{ address: "email_group/Mail" }]]);
    expect(document.diagnostics[0]?.detail).toContain(
      "- email_addresses has another value than when the plan was made",
    );
  });

  it("of an object that is to be deleted are known again by a salted hash alone", async () => {
    const { hopsync, file, cwd, appliance } = await withScript();
    expect((await hopsync(["apply", "--auto-approve"])).code).toBe(0);
    writeFileSync(join(cwd, "manifests/all.yaml"), "version: 1\ntriggers: []\nalerts: []\n");
    expect((await hopsync(["plan", "--out", "plan.json"])).code).toBe(0);
    const { pre_images: images } = JSON.parse(readFileSync(file, "utf8"));
    const hashed = { "/script": /^scrypt:/, "/description": /^scrypt:/, "/events": /^sha256:/ };
    for (const [at, form] of Object.entries(hashed)) expect(images["trigger/T"][at]).toMatch(form);
    const id = appliance.find("triggers", "T")?.id ?? -1;
    const script = appliance.find("triggers", "T")?.script;
    appliance.edit("triggers", id, { script: "by hand" });
    const { code, stderr } = await hopsync(["apply", "plan.json"]);
    expect([code, stderr]).toEqual([5, expect.stringContaining("- script has another value than when")]);
    appliance.edit("triggers", id, { script: script ?? "" });
    expect((await hopsync(["apply", "plan.json"])).code).toBe(0);
    expect(appliance.find("triggers", "T")).toBeUndefined();
  });
});

describe("a plan file", () => {
  it("is described by its schema, for a manifest of everything", async () => {
    const env = { HOOK: "s3cr3t-hook" };
    const { hopsync, file } = await setup("", "version: 1\ntags: []\n", { env });
    expect((await hopsync(["plan", EVERYTHING, "--out", "plan.json"])).code).toBe(0);
    const text = readFileSync(file, "utf8");
    const ajv = new Ajv2020({ allowUnionTypes: true });
    expect([ajv.validate(sealedPlanSchema, JSON.parse(text)), ajv.errors]).toEqual([true, null]);
    expect(text).not.toContain(env.HOOK);
    expect((await hopsync(["apply", "plan.json"])).code).toBe(0);
    expect((await hopsync(["plan", EVERYTHING, "--detailed-exitcode"])).code).toBe(0);
  });

  it("that somebody edited, if only by a byte, is refused before anything is asked", async () => {
    const { hopsync, file, box } = await sealed(BEFORE, AFTER);
    const text = readFileSync(file, "utf8");
    const edits = [
      text.replace('"after": 3', '"after": 2'),
      text.replace("\n", "\r\n"),
      text.trimEnd(),
      `${text} `,
      text.slice(0, -40),
      text.replace('"owner"', '"Owner"'),
      text.replace('"inventory": true', '"inventory": false'),
      text.replace(/("checksum": "sha256:)(.)/, (_, start, c) => `${start}${c === "0" ? "1" : "0"}`),
    ];
    for (let at = 300; at < text.length; at += 997) {
      const other = text[at] === "x" ? "y" : "x";
      edits.push(text.slice(0, at) + other + text.slice(at + 1));
    }
    for (const edited of edits) {
      expect(edited).not.toBe(text);
      writeFileSync(file, edited);
      const { code, stderr } = await hopsync(["apply", "plan.json"]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^error\[plan-damaged\]/)]);
    }
    expect(box.requests()).toEqual([]);
  });

  it("whose digest, which a reviewer compares, is not that of its changes is refused", async () => {
    const { hopsync, file, box } = await sealed(BEFORE, AFTER);
    const { checksum: _, ...content } = JSON.parse(readFileSync(file, "utf8"));
    const reseal = (changed: JsonObject): void => {
      writeFileSync(file, `${JSON.stringify({ ...changed, checksum: digest(changed) }, null, 2)}\n`);
    };
    reseal({ ...content, plan: { ...content.plan, changes: content.plan.changes.slice(1) } });
    expect(await hopsync(["apply", "plan.json"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("its digest is not that of its changes"),
    });
    expect(box.requests()).toEqual([]);
    reseal(content);
    expect((await hopsync(["apply", "plan.json"])).code).toBe(0);
  });

  it("of a newer format, of another major version or for another host or platform is a clear error", async () => {
    const { hopsync, json, file, box } = await sealed(BEFORE, AFTER);
    const text = readFileSync(file, "utf8");
    const codeOf = async (argv: readonly string[] = []): Promise<unknown> => {
      const { code, document } = await json(["apply", "plan.json", ...argv]);
      return [code, document.diagnostics.map((d) => d.code)];
    };
    writeFileSync(file, text.replace('"format": 1', '"format": 2'));
    expect(await codeOf()).toEqual([1, ["plan-newer"]]);
    writeFileSync(file, text.replace(/"version": "\d+/, '"version": "9'));
    expect(await codeOf()).toEqual([1, ["plan-newer"]]);
    writeFileSync(file, text);
    expect(await codeOf(["--host", "eda.example.com"])).toEqual([1, ["plan-target"]]);
    expect(box.requests()).toEqual([]);
    expect((await hopsync(["apply", "plan.json", "--host", `${box.url}/`])).code).toBe(0);
  });

  it.skipIf(process.platform === "win32")("is no file without end", async () => {
    const { cwd, json } = await setup("", AFTER);
    symlinkSync("/dev/zero", join(cwd, "plan.json"));
    const { code, document } = await json(["plan", "--out", "plan.json"]);
    expect([code, document.diagnostics.map((d) => d.code)]).toEqual([1, ["plan-file"]]);
  });

  it("is never written over something else, nor for a plan that apply would refuse", async () => {
    const { cwd, json, hopsync, box } = await setup("", AFTER);
    writeFileSync(join(cwd, "package.json"), "{}\n");
    const codes = async (out: string): Promise<unknown> => {
      const { code, document } = await json(["plan", "--out", out]);
      return [code, document.diagnostics.map((d) => d.code)];
    };
    expect(await codes("package.json")).toEqual([1, ["plan-file"]]);
    expect(await codes("manifests")).toEqual([1, ["usage"]]);
    expect(box.requests()).toEqual([]);
    expect(await codes("missing/plan.json")).toEqual([1, ["plan-file"]]);
    expect(readFileSync(join(cwd, "package.json"), "utf8")).toBe("{}\n");
    expect(await codes("plan.json")).toEqual([0, []]);
    const first = readFileSync(join(cwd, "plan.json"), "utf8");
    expect(await codes("plan.json")).toEqual([0, []]);
    expect(readFileSync(join(cwd, "plan.json"), "utf8")).toBe(first);
    writeFileSync(
      join(cwd, "manifests/all.yaml"),
      `version: 1\nalerts: [{name: New, email_groups: [Nobody]}]\n`,
    );
    expect((await hopsync(["plan", "--out", "none.json"])).code).toBe(1);
    expect(statSync(join(cwd, "none.json"), { throwIfNoEntry: false })).toBeUndefined();
  });

  it("stands alone: with manifests, --var or --expect it is a usage error, and other JSON is a manifest", async () => {
    const { cwd, json } = await sealed("", AFTER);
    const codes = async (...argv: readonly string[]): Promise<unknown> => {
      const { code, document } = await json(["apply", ...argv]);
      return [code, document.diagnostics.map((d) => d.code)];
    };
    expect(await codes("plan.json", "manifests")).toEqual([1, ["usage"]]);
    expect(await codes("manifests", "plan.json")).toEqual([1, ["usage"]]);
    expect(await codes("plan.json", "--var", "a=b")).toEqual([1, ["usage"]]);
    expect(await codes("plan.json", "--expect", `sha256:${"0".repeat(64)}`)).toEqual([1, ["usage"]]);
    writeFileSync(join(cwd, "manifest.json"), JSON.stringify({ version: 1, tags: [{ name: "json" }] }));
    expect(await codes("manifest.json", "--auto-approve")).toEqual([0, []]);
  });
});

describe("apply --expect", () => {
  const digestOf = (document: Readonly<Record<string, unknown>>): string => String(document.digest);

  it("applies without asking the plan that was reviewed, and nothing else", async () => {
    const { cwd, json, hopsync, box } = await setup(BEFORE, AFTER);
    const { document } = await json(["plan"]);
    writeFileSync(join(cwd, "manifests/all.yaml"), AFTER.replace("severity: 3", "severity: 2"));
    box.clearRequests();
    const other = await json(["apply", "--expect", digestOf(document)]);
    expect([other.code, other.document.results]).toEqual([5, []]);
    expect(other.document.diagnostics).toMatchObject([{ code: "unexpected-plan" }]);
    for (const digest of [digestOf(document), digestOf(other.document)])
      expect(other.document.diagnostics[0]?.detail).toContain(digest);
    expect(box.requests().filter(({ method }) => method !== "GET")).toEqual([]);
    writeFileSync(join(cwd, "manifests/all.yaml"), AFTER);
    expect((await hopsync(["apply", "--expect", digestOf(document)])).code).toBe(0);
  });

  it("is done where nothing is left to do", async () => {
    const { json } = await setup(BEFORE, BEFORE);
    const { code, document } = await json(["apply", "--expect", `sha256:${"0".repeat(64)}`]);
    expect([code, document.diagnostics, document.results]).toEqual([0, [], []]);
  });

  it.each(["", "sha256:12", `sha256:${"G".repeat(64)}`, "0".repeat(64)])(
    "%j is a usage error",
    async (text) => {
      const { hopsync, box } = await setup("", AFTER);
      expect((await hopsync(["apply", "--expect", text])).code).toBe(1);
      expect(box.requests()).toEqual([]);
    },
  );

  it("has the same digest in another folder, with another key and another form of the host", async () => {
    const manifest = `version: 1\ntags: [{name: t, devices: [10.20.0.0/28]}]\n${BEFORE.slice(BEFORE.indexOf("email"))}`;
    const { json, box } = await setup("", manifest);
    const { document } = await json(["plan"]);
    const cwd = folder({ "a/b/c.yaml": `# moved\n\n${manifest}` });
    const { hostname, port } = new URL(box.url);
    expect(hostname).toBe("127.0.0.1");
    const again = await json(["plan", "a", "--host", `http://localhost:${port}/`], {
      cwd,
      env: { EXTRAHOP_API_KEY: box.limitedApiKey },
    });
    expect([again.code, digestOf(again.document)]).toEqual([0, digestOf(document)]);
  });
});
