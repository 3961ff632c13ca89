/** Names that every JavaScript object answers to, and files that expand or nest without measure: located errors. */
import { describe, expect, it } from "vitest";
import { loadFaults } from "../../src/cli/fault-file.ts";
import { cli } from "../helpers/cli.ts";
import { folder } from "../helpers/folder.ts";
import { sandbox } from "../helpers/sandbox.ts";

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty"];

/** The codes of the errors that a command prints, and whether each has its place. */
async function told(
  argv: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { code, stderr } = await cli(argv, { cwd: folder(files), env: {} });
  expect([argv, code]).toEqual([argv, 1]);
  return [...stderr.matchAll(/^error\[([\w-]+)\].*\n( *--> )?/gm)].map(([, found = "", at]) =>
    at ? found : `${found}, nowhere`,
  );
}

const manifest = (text: string): Readonly<Record<string, string>> => ({
  "manifests/a.yaml": `version: 1\n${text}\n`,
});

describe.each(NAMES)("%s is no key", (name) => {
  it.each([
    ["of a manifest", `${name}: [{name: x}]`, ["unknown-key"]],
    ["of an entry", `tags: [{name: x, ${name}: 1}]`, ["unknown-key"]],
    ["of defaults", `defaults: {${name}: {a: 1}}\ntags: [{name: x}]`, ["unknown-key"]],
    ["of a kind's defaults", `defaults: {tags: {${name}: 1}}\ntags: [{name: x}]`, ["unknown-key"]],
    ["of a lifecycle", `tags: [{name: x, lifecycle: {${name}: 1}}]`, ["unknown-key"]],
    [
      "of hints",
      `triggers: [{name: x, events: [HTTP_RESPONSE], script: a, hints: {${name}: 1}}]`,
      ["unknown-key"],
    ],
    ["that is ignored", `tags: [{name: x, lifecycle: {ignore_changes: [${name}]}}]`, ["bad-value"]],
    ["that is a variable", `tags: [{name: "\${var:${name}}"}]`, ["missing-variable"]],
    ["that is a severity", `alerts: [{name: x, severity: ${name}}]`, ["bad-value"]],
  ])("%s", async (_where, text, codes) => {
    expect(await told(["validate"], manifest(text))).toEqual(codes);
  });

  it("of the environment", async () => {
    const script = `triggers: [{name: x, events: [HTTP_RESPONSE], script: {file: s.js, env: [${name}]}}]`;
    const files = { ...manifest(script), "manifests/s.js": `f("\${env:${name}}")` };
    expect(await told(["validate"], files)).toEqual(["missing-variable"]);
  });

  it("of a project file, a fault file or a csv file", async () => {
    const project = `version: 1\ntargets: {b: {host: c, ${name}: 3, paths: [a]}}\n`;
    expect(await told(["targets"], { "hopsync.yaml": project })).toEqual(["unknown-key"]);
    expect(
      await told(["validate", "--target", name], { "hopsync.yaml": project.replace(`${name}: 3, `, "") }),
    ).toEqual([expect.stringContaining("unknown-target")]);
    const faults = { "f.yaml": `version: 1\nfaults: [{effect: {${name}: 1}}]\n` };
    expect(await told(["sandbox", "--faults", "f.yaml"], faults)).toEqual(["unknown-key"]);
    const csv = `tags: [{name: b, devices: [{csv: {file: h.csv, column: ${name}}}]}]`;
    expect(await told(["validate"], { ...manifest(csv), "manifests/h.csv": "ip\n10.0.0.1\n" })).toEqual([
      "csv-column",
    ]);
  });

  it("of an overlay or what it patches", async () => {
    const overlay = (text: string): Promise<readonly string[]> =>
      told(["validate", "--target", "t"], {
        ...manifest("tags: [{name: x}]\nalerts: [{name: y}]"),
        "hopsync.yaml": PROJECT,
        "o.yaml": `version: 1\n${text}\n`,
      });
    expect(await overlay(`${name}: []`)).toEqual(["unknown-key"]);
    expect(await overlay(`tags: [{name: x, ${name}: {a: 1}}]`)).toEqual(["unknown-key"]);
    expect(await overlay(`patches: [{address: tag/x, patch: [], ${name}: 1}]`)).toEqual(
      expect.arrayContaining(["unknown-key"]),
    );
    const patch = (operation: string): string =>
      `patches: [{address: alert/y, patch: [{op: add, path: /lifecycle, value: {}}, ${operation}]}]`;
    for (const operation of [
      `{op: add, path: /lifecycle/${name}, value: {polluted: 1}}`,
      `{op: add, path: /lifecycle, value: {${name}: 1}}`,
    ]) {
      expect([operation, await overlay(patch(operation))]).toEqual([
        operation,
        [expect.stringMatching(/^(patch-failed|unknown-key)$/)],
      ]);
    }
    expect(await overlay(patch(`{op: copy, from: /lifecycle/${name}, path: /description}`))).toEqual([
      "patch-failed",
    ]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("of an item of for_each that has none, but of one that has", async () => {
    const each = (item: string): Readonly<Record<string, string>> =>
      manifest(`tags: [{for_each: [${item}], name: "is \${each:${name}}"}]`);
    expect(await told(["validate"], each("{a: 1}"))).toEqual(["unknown-item-key"]);
    const box = await sandbox({ devices: 2 });
    const planned = await cli(["plan"], { cwd: folder(each(`{${name}: given}`)), sandbox: box });
    expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining("tag/is given")]);
  });

  it("but a header and a body of a fault", async () => {
    const fault = { effect: { status: 503, headers: { [name]: "a" }, body: JSON.parse(`{"${name}": 1}`) } };
    const text = JSON.stringify({ version: 1, faults: [fault] }).replace(
      '"headers":{}',
      `"headers":{"${name}":"a"}`,
    );
    const { script } = loadFaults("f.yaml", folder({ "f.yaml": text }));
    const box = await sandbox({ devices: 2, faults: script?.faults ?? [] });
    const answer = await fetch(`${box.url}/api/v1/tags`);
    expect([answer.status, answer.headers.get(name), await answer.text()]).toEqual([
      503,
      "a",
      `{"${name}":1}`,
    ]);
  });

  it("but a value of --var, and a column of a csv file that has it", async () => {
    const csv = `tags: [{name: "\${var:${name}}", devices: [{csv: {file: h.csv, column: ${name}}, optional: true}]}]`;
    const cwd = folder({ ...manifest(csv), "manifests/h.csv": `${name}\n203.0.113.9\n` });
    const box = await sandbox({ devices: 10 });
    const planned = await cli(["plan", "--var", `${name}=given`], { cwd, sandbox: box });
    expect([planned.code, planned.stderr]).toEqual([0, expect.not.stringContaining("error")]);
    expect(planned.stdout).toContain("tag/given");
  });
});

const PROJECT = "version: 1\ntargets: {t: {host: c, paths: [manifests], overlays: [o.yaml]}}\n";

const LAUGHS = [
  "a: &a [x, x, x, x, x, x, x, x, x, x]",
  ..."bcdefghij"
    .split("")
    .map((key, i) => `${key}: &${key} [${Array(10).fill(`*${"abcdefghij"[i]}`).join(", ")}]`),
  "",
].join("\n");
const DEEP = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

describe("what expands or nests without measure is a located error", () => {
  it.each([
    ["aliases of aliases", LAUGHS, "too-many-aliases"],
    ["brackets in brackets", DEEP, "too-deep"],
  ])("%s in YAML", async (_what, text, code) => {
    expect(await told(["validate"], { "manifests/a.yaml": text })).toEqual([code]);
    expect(await told(["targets"], { "hopsync.yaml": text })).toEqual([code]);
    expect(await told(["sandbox", "--faults", "f.yaml"], { "f.yaml": text })).toEqual([code]);
    const overlaid = { ...manifest("tags: [{name: x}]"), "hopsync.yaml": PROJECT, "o.yaml": text };
    expect(await told(["validate", "--target", "t"], overlaid)).toEqual([code]);
  });

  it.each([
    ["copies of copies", Array(40).fill("{op: copy, from: /filter/rules, path: /filter/rules/-}")],
    [
      "copies of an entry's parts in each other",
      Array(40).fill("{op: copy, from: /filter, path: /filter/rules/-}"),
    ],
    [
      "keys below keys",
      Array.from({ length: 2000 }, (_, i) => `{op: add, path: /filter${"/a".repeat(i)}, value: {}}`),
    ],
  ])("%s in a patch", async (_what, operations) => {
    const group =
      'device_groups: [{name: G, filter: {operator: and, rules: [{field: role, operator: "=", operand: a}]}}]';
    const patches = `version: 1\npatches: [{address: device_group/G, patch: [${operations.join(", ")}]}]\n`;
    const files = { ...manifest(group), "hopsync.yaml": PROJECT, "o.yaml": patches };
    // What the operations before it made of the entry is told too.
    expect(await told(["validate", "--target", "t"], files)).toContain("patch-failed");
  });

  it("for_each over more than there is room for", async () => {
    const list = (count: number): string => `[${Array(count).fill("a").join(",")}]`;
    expect(await told(["validate"], manifest(`tags: [{for_each: ${list(1001)}, name: "\${each}"}]`))).toEqual(
      ["for-each-too-long"],
    );
  });

  it("columns and cells of csv", async () => {
    const csv = manifest("tags: [{name: b, devices: [{csv: {file: h.csv, column: ip}}]}]");
    const rows = `ip\n${"10.0.0.1\n".repeat(100_001)}`;
    expect(await told(["validate"], { ...csv, "manifests/h.csv": rows })).toEqual(["csv-too-long"]);
  });

  it("brackets in brackets in a sealed plan or an inventory file", async () => {
    const box = await sandbox({ devices: 10 });
    const kind = '{"kind":"hopsync-plan","format":1,"tool":{"name":"hopsync","version":"0.1.0"}';
    const inventory = "version: 1\ninventory: {file: inv.json}\ntags: [{name: x}]\n";
    for (const [argv, files, code] of [
      [["apply", "p.json"], { "p.json": `${kind},"plan":${DEEP}}` }, "plan-damaged"],
      ...NAMES.map(
        (name) =>
          [["apply", "p.json"], { "p.json": `${kind},"${name}":{"plan":{}}}` }, "plan-damaged"] as const,
      ),
      [
        ["plan"],
        { "manifests/a.yaml": inventory, "manifests/inv.json": `{"hopsync":${DEEP}}` },
        "inventory-damaged",
      ],
    ] as const) {
      const { code: ended, stderr } = await cli(argv, { sandbox: box, cwd: folder(files) });
      expect([ended, stderr]).toEqual([1, expect.stringContaining(`error[${code}]`)]);
    }
  });
});
