/** `for_each`: one entry for each item of a list, within bounds, and located where something is wrong. */
import { describe, expect, it } from "vitest";
import type { Json, Resource } from "../../src/model.ts";
import { type Given, load, manifestOf, spot } from "./workspace.ts";

const SITES: readonly Json[] = [
  { name: "berlin", nets: ["10.1.0.0/24", "10.1.1.0/24"], limit: 5 },
  { name: "paris", nets: [], limit: 7 },
];

async function resources(text: string, given: Given = {}): Promise<readonly Resource[]> {
  return (await manifestOf(`version: 1\n${text}`, given)).resources;
}

async function wrong(text: string, given: Given = {}): Promise<readonly (readonly [string, string])[]> {
  const { diagnostics } = await load(`version: 1\n${text}`, given);
  return diagnostics.map((d) => [spot(d), d.detail]);
}

describe("for_each", () => {
  it("makes an entry for each item, beside entries without it", async () => {
    const text = 'tags:\n- {name: all}\n- {name: "site-${each}", for_each: [a, 2, true]}\n- {name: last}\n';
    expect((await resources(text)).map(({ name }) => name)).toEqual([
      "all",
      "last",
      "site-2",
      "site-a",
      "site-true",
    ]);
  });

  it("takes keys of items, whole lists too, and numbers where a number is wanted", async () => {
    const text = `tags:
  - {name: "\${each:name}", for_each: "\${var:sites}", devices: "\${each:nets}"}
exclusion_intervals:
  - {name: "x \${each:name}", for_each: "\${var:sites}", interval_type: daily, start: 0, end: "\${each:limit}"}
`;
    const found = await resources(text, { vars: { sites: SITES } });
    expect(found.map(({ name, fields, relations }) => [name, fields.end, relations.devices?.length])).toEqual(
      [
        ["berlin", undefined, 2],
        ["paris", undefined, 0],
        ["x berlin", 5, undefined],
        ["x paris", 7, undefined],
      ],
    );
  });

  it("takes numbers as texts where texts are wanted", async () => {
    const text = 'tags: [{name: "${each}", for_each: [7], devices: ["${each}", {name: "${each}"}]}]\n';
    const [tag] = await resources(text);
    expect([tag?.name, tag?.relations.devices]).toMatchObject([
      "7",
      [{ selector: { by: "name", value: "7" } }],
    ]);
  });

  it("says the same as the entries written out", async () => {
    const made = await manifestOf('version: 1\ntags: [{name: "s-${each}", for_each: [a, b]}]\n');
    const written = await manifestOf("version: 1\ntags: [{name: s-a}, {name: s-b}]\n");
    expect(made.digest()).toBe(written.digest());
    expect((await manifestOf("version: 1\ntags: [{name: x, for_each: []}]\n")).kinds).toEqual(["tag"]);
  });

  it("leaves places, and the entries behind it, where they stand", async () => {
    const text = "tags:\n- name: s-${each}\n  for_each: [a, b]\n- name: last\n  devices: [10.0.0.300]\n";
    expect((await wrong(text)).map(([at]) => at)).toEqual(["6:13 bad-address"]);
    const [first] = await resources(text.replace(".300", ".3"));
    expect([first?.name, first?.at("/name").line]).toEqual(["last", 5]);
  });

  it("keeps secrets, the environment and a script's own ${each} apart", async () => {
    const text = `email_groups: [{name: "\${each}", for_each: [a, b], email_addresses: ["\${env:MAIL}"]}]
triggers: [{name: "\${each}", for_each: [t], events: [HTTP_RESPONSE], script: "var a = \`\${each}\`;"}]
`;
    const found = await resources(text, { env: { MAIL: "x@example.com" } });
    expect(found.map(({ secrets }) => Object.keys(secrets).length)).toEqual([1, 1, 0]);
    expect(found[2]?.fields.script).toBe("var a = `${each}`;");
  });

  it.each([
    ["no list", "for_each: a", "2:38 bad-for-each", "takes a list"],
    ["a mapping", "for_each: {a: 1}", "2:38 bad-for-each", "takes a list"],
    ["no variable", 'for_each: "${var:sits}"', "2:38 missing-variable", 'Did you mean "sites"?'],
    ["a variable that is a text", 'for_each: "${var:text}"', "2:38 bad-for-each", "takes a list"],
    ["null as item", "for_each: [a, null]", "2:42 bad-for-each", "Item 2 is null"],
    ["a list as item", "for_each: [[a]]", "2:39 bad-for-each", "Item 1 is a list"],
    ["a secret", 'for_each: ["${env:A}"]', "2:39 secret-not-allowed", "sensitive"],
    [
      "too many items",
      `for_each: [${Array.from({ length: 1001 }, (_, i) => i).join(",")}]`,
      "2:38 for-each-too-long",
      "1001 items",
    ],
  ])("is told what cannot be: %s", async (_what, list, place, words) => {
    const found = await wrong(`tags: [{name: "a \${each}", ${list}}]\n`, {
      vars: { sites: SITES, text: "a" },
    });
    expect(found).toEqual([[place, expect.stringContaining(words)]]);
  });

  it.each([
    [
      "a key that is nearly there",
      "${each:nme}",
      '"${var:sites}"',
      "unknown-item-key",
      'Did you mean "name"?',
    ],
    ["a key of a text", "${each:name}", "[a]", "unknown-item-key", "has no keys. Write ${each}."],
    [
      "no key of a mapping",
      "x ${each}",
      '"${var:sites}"',
      "structured-value",
      "Write ${each:KEY}; there is name, nets, limit.",
    ],
    [
      "a list within a text",
      "x ${each:nets}",
      '"${var:sites}"',
      "structured-value",
      "nets of the item is a list",
    ],
    ["another spelling", "${each.name}", '"${var:sites}"', "bad-placeholder", "Did you mean ${each:name}?"],
  ])("is told a wrong placeholder once: %s", async (_what, name, list, code, words) => {
    const found = await wrong(`tags: [{name: "${name}", for_each: ${list}}]\n`, { vars: { sites: SITES } });
    expect(found).toEqual([[`2:15 ${code}`, expect.stringContaining(words)]]);
  });

  it("tells which items make the same resource, and what else does", async () => {
    const same = await wrong('tags:\n- {name: "s-${each}", for_each: [a, b, a]}\n- {name: s-b}\n');
    expect(same).toEqual([
      [
        "3:40 duplicate-address",
        expect.stringContaining('Item 3 of for_each, "a", makes tag/s-a, and item 1 does too'),
      ],
      ["4:10 duplicate-address", expect.stringContaining("tag/s-b is declared in two places")],
    ]);
    const constant = await wrong("tags:\n- name: s\n  for_each: ${var:sites}\n", { vars: { sites: SITES } });
    expect(constant).toEqual([
      ["4:13 duplicate-address", expect.stringContaining("write ${each} into the name")],
    ]);
  });

  it("is a key of the entry itself, and ${each} of nothing else", async () => {
    expect(await wrong('tags: [{name: "${each}"}]\n')).toEqual([
      ["2:15 bad-placeholder", expect.stringContaining("has no for_each")],
    ]);
    const merged = "tags:\n- &a {name: x, for_each: [a]}\n- {<<: *a, name: y}\n";
    expect((await wrong(merged)).map(([at]) => at)).toEqual(["3:16 bad-for-each"]);
    expect((await wrong("defaults: {tags: {for_each: [a]}}\n")).map(([at]) => at)).toEqual([
      "2:19 unknown-key",
    ]);
  });

  it("is bounded over a whole document", async () => {
    const items = Array.from({ length: 1000 }, (_, i) => i);
    const entries = Array.from(
      { length: 21 },
      (_, i) => `- {name: "${i} \${each}", for_each: "\${var:n}"}\n`,
    );
    const found = await wrong(`tags:\n${entries.join("")}`, { vars: { n: items } });
    expect(found).toEqual([["23:34 for-each-too-long", expect.stringContaining("more than 20000 entries")]]);
    const wide = Array.from({ length: 2000 }, (_, i) => `10.0.${i % 250}.0/24`);
    const large = await wrong('tags: [{name: "${each}", for_each: "${var:n}", devices: "${var:wide}"}]\n', {
      vars: { n: items, wide },
    });
    expect(large.map(([at]) => at)).toEqual(["2:8 for-each-too-long"]);
  });

  it("makes entries that overlays change by their address", async () => {
    const files = {
      "base/m.yaml": 'version: 1\ntags: [{name: "s-${each}", for_each: [a, b], devices: []}]\n',
      "over/o.yaml": "version: 1\ntags: [{name: s-b, devices: [10.0.0.1]}]\n",
    };
    const { resources: found } = await manifestOf(files, {
      paths: ["base"],
      overlays: ["over/o.yaml"],
      root: ".",
    });
    expect(found.map(({ relations }) => relations.devices?.length)).toEqual([0, 1]);
  });
});

describe("variables that are lists or mappings", () => {
  it("stand for a whole value, and never for a part of a text", async () => {
    const vars = { nets: ["10.0.0.0/24", "10.0.1.0/24"] };
    const [tag] = await resources('tags: [{name: a, devices: "${var:nets}"}]\n', { vars });
    expect(tag?.relations.devices).toHaveLength(2);
    expect(await wrong('tags: [{name: "a ${var:nets}"}]\n', { vars })).toEqual([
      ["2:15 structured-value", expect.stringContaining("Write ${var:nets} alone")],
    ]);
    expect((await wrong('tags: [{name: "${var:nets}"}]\n', { vars })).map(([at]) => at)).toEqual([
      "2:15 name-not-text",
    ]);
  });
});
