/** Overlays: what they change, where what they say is found, and what is wrong with them. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { LoadedManifest } from "../../src/manifest/load.ts";
import { overlaySchema } from "../../src/manifest/overlay-schema.ts";
import type { Diagnostic, Json } from "../../src/model.ts";
import { type Given, inFolder, load, loadIn, spot } from "./workspace.ts";

const BASE = `version: 1
defaults:
  alerts: {refire_interval: 30m}
email_groups:
  - name: On-call
    email_addresses: [noc@example.com, net@example.com]
    system_notifications: false
triggers:
  - name: Slow
    events: [HTTP_RESPONSE]
    script: {file: slow.js}
tags:
  - name: pci
    devices: [10.0.0.1]
`;

const SCRIPT = { "base/slow.js": "base();\n", "over/slow.js": "over();\n" };

function over(
  text: string,
  given: Given = {},
  files: Readonly<Record<string, string>> = {},
): Promise<LoadedManifest> {
  const all = { "base/m.yaml": BASE, ...SCRIPT, "over/hq.yaml": text, ...files };
  return load(all, { paths: ["base"], root: ".", overlays: ["over/hq.yaml"], ...given });
}

async function fieldsOf(loaded: Promise<LoadedManifest>, address: string): Promise<Json> {
  const { manifest, diagnostics } = await loaded;
  expect(diagnostics.map((d) => [spot(d), d.detail])).toEqual([]);
  const found = manifest?.resources.find((resource) => resource.address === address);
  return { ...found?.fields, ...(found?.relations as unknown as Record<string, Json>) };
}

async function wrong(loaded: Promise<LoadedManifest>): Promise<readonly string[]> {
  return (await loaded).diagnostics.map(spot);
}

/** The file and line of a problem, and what is marked there. */
function marks({ source }: Diagnostic): readonly unknown[] {
  const { file, line, column = 1, length = 0, excerpt = "" } = source ?? {};
  return [file, line, excerpt.slice(column - 1, column - 1 + length)];
}

function patch(address: string, ...operations: readonly string[]): string {
  return `version: 1\npatches:\n  - address: ${address}\n    patch:\n${operations.map((o) => `      - ${o}\n`).join("")}`;
}

describe("entries of an overlay", () => {
  it("are merged by address: mappings by key, all else replaced, null as ever", async () => {
    const text = `version: 1
email_groups:
  - {name: On-call, email_addresses: [hq@example.com], system_notifications: true}
tags:
  - {name: pci, devices: []}
`;
    expect(await fieldsOf(over(text), "email_group/On-call")).toEqual({
      email_addresses: ["hq@example.com"],
      system_notifications: true,
    });
    expect(await fieldsOf(over(text), "tag/pci")).toEqual({ devices: [] });
  });

  it("end an object on one target, whatever the manifest sets of it, and then set nothing", async () => {
    const end = "version: 1\nemail_groups:\n  - {name: On-call, lifecycle: {state: absent}}\n";
    const { manifest, diagnostics } = await over(end);
    expect(diagnostics).toEqual([]);
    expect(manifest?.resources.find(({ address }) => address === "email_group/On-call")).toMatchObject({
      fields: {},
      relations: {},
      lifecycle: { state: "absent" },
    });
    const both = end.replace("absent}", "absent}, system_notifications: true");
    expect(await wrong(over(both))).toEqual(["over/hq.yaml:3:49 absent-with-fields"]);
  });

  it("name files beside the overlay, take secrets, and change the digest as the values do", async () => {
    const script = "version: 1\ntriggers: [{name: Slow, script: {file: slow.js}}]\n";
    expect(await fieldsOf(over(script), "trigger/Slow")).toMatchObject({ script: "over();\n" });
    const secret = 'version: 1\nemail_groups: [{name: On-call, email_addresses: ["${env:MAIL}"]}]\n';
    const { manifest } = await over(secret, { env: { MAIL: "x@example.com" } });
    const group = manifest?.resources.find(({ kind }) => kind === "email_group");
    expect(Object.keys(group?.secrets ?? {})).toEqual(["/email_addresses/0"]);
    const direct = await over(
      "version: 1\ntags: []\n",
      {},
      {
        "base/m.yaml": BASE.replace("[noc@example.com, net@example.com]", '["${env:MAIL}"]'),
      },
    );
    expect(direct.manifest).toBeUndefined();
    const same = await over(
      "version: 1\ntags: []\n",
      { env: { MAIL: "x@example.com" } },
      {
        "base/m.yaml": BASE.replace("[noc@example.com, net@example.com]", '["${env:MAIL}"]'),
      },
    );
    expect(manifest?.digest()).toBe(same.manifest?.digest());
    expect(manifest?.digest()).not.toBe((await over("version: 1\ntags: []\n")).manifest?.digest());
  });

  it("are applied in the order of the target, the last one counts", async () => {
    const second = "version: 1\nemail_groups: [{name: On-call, email_addresses: [last@example.com]}]\n";
    const first = second.replace("last", "first");
    const given = { overlays: ["over/hq.yaml", "over/a.yaml"] };
    expect(
      await fieldsOf(over(first, given, { "over/a.yaml": second }), "email_group/On-call"),
    ).toMatchObject({
      email_addresses: ["last@example.com"],
    });
  });

  it("are told of where they stand", async () => {
    const text = `version: 1
email_groups:
  - name: On-call
    system_notification: true
    email_addresses: [hq@example.com, 4]
tags:
  - name: pci
    devices: [10.0.0.300]
`;
    expect(await wrong(over(text))).toEqual([
      "over/hq.yaml:4:5 unknown-key",
      "over/hq.yaml:5:39 wrong-type",
      "over/hq.yaml:8:15 bad-address",
    ]);
  });

  it("change only what a manifest declares, once in each overlay, and are no manifest", async () => {
    const unused = "version: 1\ntags: [{name: pcy}, {name: pci}, {name: pci}]\n";
    const { diagnostics } = await over(unused);
    expect(diagnostics.map(spot)).toEqual([
      "over/hq.yaml:2:15 overlay-unused",
      "over/hq.yaml:2:41 duplicate-address",
    ]);
    expect(diagnostics[0]?.detail).toContain('Did you mean "tag/pci"?');
    expect(await wrong(over("version: 1\ntags: [{name: pcy}]\n", { partial: true }))).toEqual([]);
    expect(await wrong(over(unused, { paths: ["."] }))).toEqual(
      expect.arrayContaining(["hopsync.yaml:1:1 overlay-is-manifest"]),
    );
    expect(await wrong(over("version: 1\nowner: x\n"))).toEqual(["over/hq.yaml:2:1 unknown-key"]);
    expect(await wrong(over("version: 2\n"))).toEqual(["over/hq.yaml:1:10 bad-version"]);
    expect(await wrong(over("tags: x\n"))).toEqual([
      "over/hq.yaml:1:1 missing-key",
      "over/hq.yaml:1:7 wrong-type",
    ]);
  });

  it("say nothing of what is unused where a manifest cannot be read", async () => {
    const broken = { "base/broken.yaml": "version: 1\ntags: [\n" };
    expect(await wrong(over("version: 1\ntags: [{name: pcy}]\n", {}, broken))).toEqual([
      expect.stringContaining("base/broken.yaml"),
    ]);
  });
});

describe("patches of an overlay", () => {
  it("do each operation, with positions that move along", async () => {
    const text = patch(
      "email_group/On-call",
      "{op: test, path: /email_addresses/0, value: noc@example.com}",
      "{op: add, path: /email_addresses/0, value: first@example.com}",
      "{op: add, path: /email_addresses/-, value: last@example.com}",
      "{op: copy, from: /email_addresses/1, path: /email_addresses/0}",
      "{op: remove, path: /email_addresses/2}",
      "{op: move, from: /email_addresses/0, path: /email_addresses/1}",
      "{op: replace, path: /system_notifications, value: true}",
    );
    expect(await fieldsOf(over(text), "email_group/On-call")).toEqual({
      email_addresses: ["first@example.com", "noc@example.com", "net@example.com", "last@example.com"],
      system_notifications: true,
    });
    const { manifest } = await over(text);
    const group = manifest?.resources.find(({ kind }) => kind === "email_group");
    const places = [
      "/email_addresses/0",
      "/email_addresses/1",
      "/email_addresses/2",
      "/email_addresses/3",
    ].map((at) => group?.at(at));
    expect(places.map((place) => `${place?.file}:${place?.line}`)).toEqual([
      "over/hq.yaml:6",
      "base/m.yaml:6",
      "base/m.yaml:6",
      "over/hq.yaml:7",
    ]);
  });

  it("come after the entries, and act on the entry as written", async () => {
    const text = `version: 1
email_groups: [{name: On-call, email_addresses: [a@example.com]}]
patches:
  - address: email_group/On-call
    patch: [{op: add, path: /email_addresses/-, value: "\${var:more}"}]
`;
    expect(
      await fieldsOf(over(text, { vars: { more: "b@example.com" } }), "email_group/On-call"),
    ).toMatchObject({
      email_addresses: ["a@example.com", "b@example.com"],
    });
  });

  it.each([
    ["what is not there", "{op: remove, path: /emails}", "patch-failed", "/emails", ""],
    [
      "a key nearly there",
      "{op: replace, path: /email_adresses, value: []}",
      "patch-failed",
      "/email_adresses",
      'mean "email_addresses"?',
    ],
    [
      "an item beyond the list",
      "{op: add, path: /email_addresses/3, value: x}",
      "patch-failed",
      "/email_addresses/3",
      "a list of 2",
    ],
    [
      "below a scalar",
      "{op: add, path: /system_notifications/x, value: 1}",
      "patch-failed",
      "/system_notifications/x",
      "neither",
    ],
    [
      "an index with a zero",
      "{op: remove, path: /email_addresses/01}",
      "patch-failed",
      "/email_addresses/01",
      "a list of 2",
    ],
    ["no pointer", "{op: remove, path: email}", "patch-failed", "email", "starts with a slash"],
    ["the name", "{op: replace, path: /name, value: x}", "patch-failed", "/name", "name"],
    ["the entry", "{op: replace, path: '', value: {}}", "patch-failed", "''", "as a whole"],
    ["the prototype", "{op: add, path: /__proto__/x, value: 1}", "patch-failed", "/__proto__/x", "__proto__"],
    [
      "the constructor",
      "{op: add, path: /constructor/prototype/x, value: 1}",
      "patch-failed",
      "/constructor/prototype/x",
      "constructor",
    ],
    [
      "from the prototype",
      "{op: copy, from: /__proto__, path: /x}",
      "patch-failed",
      "/__proto__",
      "__proto__",
    ],
    ["what is inherited", "{op: remove, path: /toString}", "patch-failed", "/toString", "has no"],
    [
      "into itself",
      "{op: move, from: /email_addresses, path: /email_addresses/0}",
      "patch-failed",
      "/email_addresses/0",
      "into itself",
    ],
    ["no value", "{op: add, path: /x}", "missing-key", "add", "value"],
    ["no source", "{op: copy, path: /x}", "missing-key", "copy", "from"],
    ["another operation", "{op: ad, path: /x}", "bad-value", "ad", '"add"?'],
    [
      "a failing test",
      "{op: test, path: /email_addresses/0, value: x}",
      "patch-test-failed",
      "x",
      "something else",
    ],
  ])("that do not apply are errors: %s", async (_what, operation, code, marked, words) => {
    const { diagnostics } = await over(patch("email_group/On-call", operation));
    expect(diagnostics.map((d) => [d.code, ...marks(d)])).toEqual([[code, "over/hq.yaml", 5, marked]]);
    expect(diagnostics[0]?.detail).toContain(words);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("tell an address that nothing has, or that is none", async () => {
    const unknown = await over(patch("email_group/Oncall", "{op: remove, path: /x}"));
    expect(unknown.diagnostics.map(spot)).toEqual(["over/hq.yaml:3:14 overlay-unused"]);
    expect(unknown.diagnostics[0]?.detail).toContain('Did you mean "email_group/On-call"?');
    expect(await wrong(over(patch("On-call", "{op: remove, path: /x}")))).toEqual([
      "over/hq.yaml:3:14 bad-format",
    ]);
  });

  it("put what is wrong with a value where the overlay has it", async () => {
    const text = patch("email_group/On-call", "{op: add, path: /email_addresses/0, value: 5}");
    const { diagnostics } = await over(text);
    expect(diagnostics.map((d) => [d.code, ...marks(d)])).toEqual([["wrong-type", "over/hq.yaml", 5, "5"]]);
  });
});

describe("the schema of overlays", () => {
  it("takes what the loader takes", () => {
    const validate = new Ajv2020({ allowUnionTypes: true, strict: false }).compile(overlaySchema());
    const operation = { op: "add", path: "/x", value: 1 };
    expect(
      validate({ version: 1, tags: [{ name: "a" }], patches: [{ address: "tag/a", patch: [operation] }] }),
    ).toBe(true);
    expect(validate({ version: 1, owner: "x" })).toBe(false);
  });
});

describe("an overlay", () => {
  it("that is a folder is all manifests in it", async () => {
    const files = {
      "base/m.yaml": BASE,
      ...SCRIPT,
      "over/a.yaml": "version: 1\ntags: [{name: pci, devices: []}]\n",
    };
    const loaded = await inFolder(files, (at) =>
      loadIn(at, { paths: ["base"], root: ".", overlays: ["over"] }),
    );
    expect(loaded.diagnostics).toEqual([]);
  });

  it("can change thousands of entries", async () => {
    const names = Array.from({ length: 3000 }, (_, i) => `t${i}`);
    const files = {
      "base/m.yaml": `version: 1\ntags:\n${names.map((name) => `- {name: ${name}, devices: []}\n`).join("")}`,
      "over/hq.yaml": `version: 1\ntags:\n${names.map((name) => `- {name: ${name}, devices: [10.0.0.1]}\n`).join("")}`,
    };
    const { manifest } = await load(files, { paths: ["base"], overlays: ["over"], root: "." });
    expect(manifest?.resources.filter(({ relations }) => relations.devices?.length === 1)).toHaveLength(3000);
  });
});
