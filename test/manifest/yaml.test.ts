/** The YAML of a manifest: syntax, aliases, tags, numbers, and places in the file. */
import { describe, expect, it } from "vitest";
import { sourceText } from "../../src/manifest/source-text.ts";
import { readYaml } from "../../src/manifest/yaml-text.ts";
import { load, manifestOf, resourceOf, spots } from "./workspace.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the text of a file", () => {
  const cases: readonly (readonly [title: string, text: string, expected: readonly string[]])[] = [
    ["refuses an empty file", "", ["1:1 empty-manifest"]],
    ["refuses a file of comments", "# nothing\n\n# here\n", ["1:1 empty-manifest"]],
    ["refuses an empty document at its marker", "version: 1\n---\n", ["2:1 empty-document"]],
    ["refuses an empty document before another", "---\n---\nversion: 1\n", ["1:1 empty-document"]],
    ["refuses a tab as indentation", "version: 1\ntags:\n\t- name: x\n", ["3:1 yaml-syntax"]],
    [
      "refuses wrong indentation once",
      "version: 1\ntags:\n  - name: x\n     devices: []\n",
      ["4:6 yaml-syntax"],
    ],
    ["refuses a deeper line at that line", "version: 1\n  tags: []\n", ["2:3 yaml-syntax"]],
    [
      "refuses a deeper line after a blank one there",
      "version: 1\ntags:\n  - name: x\n\n      devices: []\n",
      ["5:7 yaml-syntax"],
    ],
    ["refuses a colon in a text at the text", "version: 1\nowner: a: b\n", ["2:8 yaml-syntax"]],
    ["refuses an open bracket", "version: 1\ntags: [{name: x}\n", ["3:1 yaml-syntax"]],
    ["refuses an open quote", 'version: 1\nowner: "x\n', ["3:1 yaml-syntax"]],
    ["refuses a line after a placeholder alone", "${env:X}\n<<: *a", ["1:1 yaml-syntax"]],
    ["refuses a key that stands twice", "version: 1\nowner: a\nowner: b\n", ["3:1 duplicate-key"]],
    ["refuses a mapping as a key", "version: 1\n? {a: 1}\n: 2\n", ["2:3 bad-key"]],
    ["refuses an alias without an anchor", "version: 1\nowner: *x\n", ["2:8 unknown-alias"]],
    ["refuses an alias before its anchor", "version: 1\nowner: *x\ntags: &x []\n", ["2:8 unknown-alias"]],
    ["refuses an alias inside its anchor", "version: 1\ntags: &x [*x]\n", ["2:11 unknown-alias"]],
    ["refuses a tag for code", "version: 1\nowner: !!js/function x\n", ["2:8 custom-tag"]],
    ["refuses a tag of one's own", "version: 1\nowner: !foo x\n", ["2:8 custom-tag"]],
    ["refuses binary data", "version: 1\nowner: !!binary aGk=\n", ["2:8 custom-tag"]],
    ["refuses a set", "version: 1\nalerts: !!set {a}\n", ["2:9 custom-tag"]],
    ["accepts the tags of plain data", "version: 1\nowner: !!str 5\n", []],
    ["accepts such a tag by a handle", "%TAG !y! tag:yaml.org,2002:\n---\nversion: !y!int 1\n", []],
    ["refuses a text that is not of its tag", "version: !!int one\n", ["1:16 custom-tag"]],
    ["refuses the tag of a text at a list", "version: 1\ntags: !!str []\n", ["2:7 custom-tag"]],
    ["refuses an undeclared handle", "version: 1\nowner: !x!y z\n", ["2:12 yaml-syntax"]],
    ["refuses a character that nobody sees", "version: 1\nowner: a\u0007b\n", ["2:9 yaml-syntax"]],
    ["refuses it in quotes, where it can be written", 'version: 1\nowner: "\u001b"\n', ["2:9 yaml-syntax"]],
    ["accepts it as it can be written", 'version: 1\nowner: "a\\x1bb"\n', []],
    [
      "refuses more than fits into memory",
      `version: 1\ntags: [${"a,".repeat(1_000_001)}]\n`,
      ["1:1 file-too-large"],
    ],
    ["refuses to merge a text", "version: 1\ntags:\n  - <<: x\n    name: y\n", ["3:9 bad-merge"]],
    ["refuses infinity", "version: 1\nalerts: [{name: a, operand: .inf}]\n", ["2:29 inexact-number"]],
    [
      "refuses more digits than a number keeps",
      "version: 1\nalerts: [{name: a, operand: 0.12345678901234567}]\n",
      ["2:29 inexact-number"],
    ],
    [
      "tells the rest of the file as well",
      "version: 1\ntags: [\n---\nversion: 1\nalert: []\n",
      ["3:1 yaml-syntax", "5:1 unknown-key"],
    ],
    [
      "tells what stands before a mistake as well",
      "version: 1\nalert: []\n---\nversion: 1\ntags: [\n---\nversion: 1\nalerts: {}\n",
      ["2:1 unknown-key", "6:1 yaml-syntax", "8:9 wrong-type"],
    ],
  ];
  it.each(cases)("%s", async (_title, text, expected) => {
    expect(await spots(text)).toEqual(expected);
  });

  it.each([
    ["inventory: {file: a-${var:x}.json}", 21],
    ["tags: [{name: ${var:x}}]", 15],
    ["tags: [${var:x}]", 8],
  ])("says that a placeholder needs quotes between braces and brackets: %s", async (line, column) => {
    const { diagnostics } = await load(`version: 1\n${line}\n`);
    expect(diagnostics).toMatchObject([
      { code: "yaml-syntax", detail: expect.stringContaining("in quotes"), source: { line: 2, column } },
    ]);
  });

  it("counts lines and columns in files with CRLF", async () => {
    const { diagnostics } = await load("version: 1\r\nalerts:\r\n  - name: a\r\n    sevrity: 3\r\n");
    expect(diagnostics[0]?.source).toEqual({
      file: "m.yaml",
      line: 4,
      column: 5,
      excerpt: "    sevrity: 3",
      length: 7,
    });
  });

  it("takes a byte order mark for nothing", async () => {
    expect(await spots({ "m.yaml": utf8("\uFEFFversion: 1\nalert: []\n") })).toEqual(["2:1 unknown-key"]);
  });

  it("shows a length that ends with the line, and no excerpt of a very long one", async () => {
    const { diagnostics } = await load(`version: 1\ntags: {a: 1,\n  b: 2}\n`);
    expect(diagnostics[0]?.source).toMatchObject({ line: 2, column: 7, length: 6 });
    const long = await load(`version: 1\nalert: [${"x, ".repeat(500)}]\n`);
    expect(long.diagnostics[0]?.source).toEqual({ file: "m.yaml", line: 2, column: 1, length: 5 });
  });
});

describe("limits", () => {
  const nested = (depth: number): string => `version: 1\nowner: ${"[".repeat(depth)}${"]".repeat(depth)}\n`;

  it("refuses nesting beyond 64, however deep it is", async () => {
    expect(await spots(nested(60))).toEqual(["2:8 wrong-type"]);
    for (const depth of [63, 64, 65, 66, 67, 68, 70])
      expect(await spots(nested(depth))).toContainEqual(expect.stringMatching(/ (wrong-type|too-deep)$/));
    expect(await spots(nested(70))).toEqual([expect.stringMatching(/ too-deep$/)]);
    expect(await spots(nested(50_000))).toEqual([expect.stringMatching(/ too-deep$/)]);
    expect(await spots(`${"- ".repeat(5000)}a\n`)).toEqual([expect.stringMatching(/ too-deep$/)]);
  });

  it("refuses nesting that aliases make", async () => {
    const lines = Array.from(
      { length: 5 },
      (_, i) => `  - &a${i + 1} ${"[".repeat(20)}*a${i}${"]".repeat(20)}`,
    );
    const said = await spots(`version: 1\ntags:\n  - &a0 x\n${lines.join("\n")}\n`);
    expect(said.filter((spot) => spot.endsWith("too-deep"))).not.toEqual([]);
  });

  it("refuses aliases that expand to a huge value", async () => {
    const lines = Array.from({ length: 8 }, (_, i) => `  - &a${i + 1} [${`*a${i}, `.repeat(20)}]`);
    expect(await spots(`version: 1\ntags:\n  - &a0 x\n${lines.join("\n")}\n`)).toEqual([
      "8:10 too-many-aliases",
    ]);
  });

  it("refuses merge keys that expand to a huge value", async () => {
    const addresses = Array.from({ length: 1000 }, (_, i) => `a${i}@b`).join(", ");
    const entries = Array.from({ length: 300 }, (_, i) => `  - {<<: *base, name: t${i}}\n`).join("");
    const text = `version: 1\nemail_groups:\n  - &base {name: x, email_addresses: [${addresses}]}\n${entries}`;
    expect(await spots(text)).toEqual([expect.stringMatching(/^253:10 too-many-aliases$/)]);
  });
});

describe("aliases and merge keys", () => {
  it("stand for the values of their anchors", async () => {
    const { resources } = await manifestOf(`version: 1
alerts:
  - &base {name: a, severity: error, notify_snmp: true}
  - {<<: *base, name: b, severity: 1}
  - {<<: [{severity: 2, disabled: true}, *base], name: c}
`);
    expect(resources.map(({ name, fields }) => [name, fields])).toEqual([
      ["a", { severity: 3, notify_snmp: true }],
      ["b", { severity: 1, notify_snmp: true }],
      ["c", { severity: 2, disabled: true, notify_snmp: true }],
    ]);
  });

  it("refer to the anchor before them, wherever it stands", async () => {
    const { resources } = await manifestOf(`version: 1
alerts:
  - {<<: &d {severity: 1}, name: a, description: &x one}
  - {<<: *d, name: b, description: *x}
  - {name: c, description: &x two}
  - {name: d, description: *x}
`);
    expect(resources.map((r) => [r.fields.severity, r.fields.description])).toEqual([
      [1, "one"],
      [1, "one"],
      [undefined, "two"],
      [undefined, "two"],
    ]);
  });

  it("merged into each other again and again are merged once", async () => {
    const lines = Array.from(
      { length: 40 },
      (_, i) => `  - &m${i + 1} {<<: [*m${i}, *m${i}], name: t${i + 1}}`,
    );
    const { manifest, diagnostics } = await load(
      `version: 1\nalerts:\n  - &m0 {name: t0, disabled: true}\n${lines.join("\n")}\n`,
    );
    expect(diagnostics).toEqual([]);
    expect(manifest?.resources.map((r) => r.fields)).toEqual(
      Array.from({ length: 41 }, () => ({ disabled: true })),
    );
    expect(manifest?.resources.map((r) => r.at("/nope").column)).toHaveLength(41);
  });

  it("have the place of the anchor's value", async () => {
    const said = await spots(`version: 1
alerts:
  - &base {name: a, severity: eror}
  - {<<: *base, name: b}
`);
    expect(said).toEqual(["3:31 bad-value"]);
  });

  it("leave no secret of a value that is not used", async () => {
    const given = { env: { A: "x" } };
    const { resources } = await manifestOf(
      `version: 1
alerts:
  - &base {name: a, description: "\${env:A}"}
  - {<<: *base, name: b, description: plain}
`,
      given,
    );
    expect(resources.map((r) => r.secrets)).toEqual([
      { "/description": { template: "${env:A}", names: ["A"] } },
      {},
    ]);
  });

  it("in quotes, << is a key as any other", async () => {
    expect(await spots('version: 1\n"<<": {owner: x}\n')).toEqual(["2:1 unknown-key"]);
  });
});

describe("values", () => {
  it("do not reach the prototype of anything", async () => {
    await load("version: 1\ntags:\n  - {name: a, __proto__: {polluted: yes}}\n__proto__: {polluted: yes}\n");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("keep the names of object properties as names", async () => {
    expect((await resourceOf("version: 1\ntags: [{name: __proto__}]\n")).address).toBe("tag/__proto__");
    expect((await resourceOf("version: 1\ntags: [{name: constructor}]\n")).address).toBe("tag/constructor");
  });
});

describe("a text that was read", () => {
  it("is not parsed again for another target, unless it stands in another file", () => {
    const read = (file: string, text: string) => readYaml(sourceText(file, text));
    const first = read("a.yaml", "version: 1\n");
    expect(read("a.yaml", "version: 1\n")).toBe(first);
    expect(read("b.yaml", "version: 1\n")).not.toBe(first);
    const [root] = read("a.yaml", "version: 2\n").documents;
    expect(root).toMatchObject({ pairs: [{ key: { text: "version" }, value: { text: "2" } }] });
  });
});
