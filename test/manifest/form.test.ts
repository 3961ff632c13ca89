/** What is wrong with the form of a manifest: one problem, one diagnostic, at its place. */
import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../../src/kinds/kind.ts";
import { describe as describeError } from "../../src/manifest/form-messages.ts";
import { manifestSchema } from "../../src/manifest/schema.ts";
import { load, resourceOf, spots } from "./workspace.ts";

/** Every part of a schema that has a pattern. */
function withPattern(schema: unknown): readonly (JsonSchema & { readonly pattern: string })[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own = "pattern" in schema && typeof schema.pattern === "string" ? [schema as never] : [];
  return [...own, ...Object.values(schema).flatMap(withPattern)];
}

/** Title, manifest after `version: 1`, and what is said about it. */
type Case = readonly [title: string, yaml: string, expected: readonly string[]];

function table(cases: readonly Case[]): void {
  it.each(cases)("%s", async (_title, yaml, expected) => {
    expect(await spots(`version: 1\n${yaml}\n`)).toEqual(expected);
  });
}

describe("top level", () => {
  table([
    ["accepts a manifest that declares nothing", "", []],
    ["accepts the vendor comment for editors", "# yaml-language-server: $schema=x", []],
    ["accepts an empty list", "alerts: []", []],
    ["accepts inventory none", "inventory: none", []],
    ["accepts an inventory on the appliance", "inventory: appliance", []],
    ["accepts an inventory in a file", "inventory: {file: x.json}", []],
    ["refuses an inventory file outside the root", "inventory: {file: ../x.json}", ["2:12 outside-root"]],
    [
      "refuses an inventory of an unknown sort",
      "inventory: {url: x}",
      ["2:12 missing-key", "2:13 unknown-key"],
    ],
    ["accepts limits", "limits: {deletes: 0}", []],
    ["refuses limits below nothing", "limits: {deletes: -1}", ["2:19 out-of-range"]],
    ["refuses unknown limits", "limits: {delete: 1}", ["2:10 unknown-key"]],
    ["refuses another inventory word", "inventory: nome", ["2:12 bad-value"]],
    ["refuses an unknown key at the key", "alert: []", ["2:1 unknown-key"]],
    ["refuses a section of nothing at its key", "alerts:", ["2:1 empty-section"]],
    ["refuses a mapping as a section", "alerts: {a: 1}", ["2:9 wrong-type"]],
    ["refuses a number as owner", "owner: 5", ["2:8 wrong-type"]],
    ["refuses an empty owner", 'owner: ""', ["2:8 empty-text"]],
    [
      "takes __proto__ and constructor as unknown keys",
      "__proto__: {a: 1}\nconstructor: 1",
      ["2:1 unknown-key", "3:1 unknown-key"],
    ],
  ]);

  it("refuses a document without a version", async () => {
    expect(await spots("alerts: []\n")).toEqual(["1:1 missing-key"]);
  });

  it("says nothing but the version about a manifest of another version", async () => {
    expect(await spots("version: 2\nnews: []\n")).toEqual(["1:10 bad-version"]);
  });

  it("refuses the version as a text, and everything else that is wrong", async () => {
    expect(await spots('version: "1"\nnews: []\n')).toEqual(["1:10 bad-version", "2:1 unknown-key"]);
  });

  it("needs the version in each document", async () => {
    expect(await spots("version: 1\n---\nalerts: []\n")).toEqual(["3:1 missing-key"]);
  });

  it("refuses a list or a text as a manifest", async () => {
    expect(await spots("- a\n")).toEqual(["1:1 wrong-type"]);
    expect(await spots("hello\n")).toEqual(["1:1 wrong-type"]);
  });
});

describe("entries", () => {
  table([
    ["refuses an entry without a name at the entry", "tags:\n  - devices: []", ["3:5 missing-key"]],
    ["takes a misspelt key once, not as a missing one too", "tags:\n  - nmae: x", ["3:5 unknown-key"]],
    ["refuses the API's key for a name", "email_groups:\n  - group_name: x", ["3:5 unknown-key"]],
    ["refuses a number as a name", "tags:\n  - name: 5", ["3:11 name-not-text"]],
    ["refuses a boolean as a name", "tags:\n  - name: true", ["3:11 name-not-text"]],
    ["refuses an unquoted date as a name", "tags:\n  - name: 2027-01-16", ["3:11 name-not-text"]],
    ["accepts a quoted date as a name", 'tags:\n  - name: "2027-01-16"', []],
    ["refuses nothing as a name", "tags:\n  - name:", ["3:5 name-not-text"]],
    ["refuses an empty name", 'tags:\n  - name: ""', ["3:11 empty-text"]],
    [
      "refuses names of blanks",
      'tags:\n  - name: " "\n  - name: "\\t\\u00a0"\n  - name: " "',
      ["3:11 empty-text", "4:11 empty-text", "5:11 empty-text"],
    ],
    [
      "refuses references of blanks",
      'alerts:\n  - {name: a, device_groups: [" "], applications: [" ", {discovery_id: " "}], devices: [" ", {name: " "}]}',
      ["3:31 empty-text", "3:52 empty-text", "3:72 empty-text", "3:89 empty-text", "3:101 empty-text"],
    ],
    [
      "refuses a former name of blanks",
      'tags: [{name: t, lifecycle: {renamed_from: " "}}]',
      ["2:44 empty-text"],
    ],
    ["refuses an owner of blanks", 'owner: " "', ["2:8 empty-text"]],
    ["refuses a trigger without events", "triggers: [{name: t, events: []}]", ["2:30 empty-list"]],
    ["refuses to clear events", "triggers: [{name: t, events: null}]", ["2:30 not-clearable"]],
    [
      "refuses to clear what a threshold alert cannot do without",
      'alerts: [{name: t, stat_name: null, field_name: "", operator: null, operand: null, field_name2: null, field_op: null}]',
      ["2:31 not-clearable", "2:49 empty-text", "2:63 not-clearable", "2:78 not-clearable"],
    ],
    ["refuses a text as an entry", "tags: [pci]", ["2:8 wrong-type"]],
    ["refuses an unknown field", "alerts:\n  - name: a\n    sevrity: 3", ["4:5 unknown-key"]],
    [
      "refuses a word that an enumeration lacks",
      "alerts:\n  - {name: a, severity: eror}",
      ["3:25 bad-value"],
    ],
    ["refuses a list for a word", "alerts:\n  - {name: a, severity: [error]}", ["3:25 bad-value"]],
    [
      "refuses a duration that the API lacks",
      "alerts:\n  - {name: a, interval_length: 7m}",
      ["3:32 bad-value"],
    ],
    ["refuses a text for a flag", "alerts:\n  - {name: a, disabled: yes}", ["3:25 wrong-type"]],
    ["refuses null where the API cannot clear", "alerts:\n  - {name: a, type: null}", ["3:21 not-clearable"]],
    [
      "refuses nothing where the API cannot clear",
      "alerts:\n  - name: a\n    hints:\n    disabled:",
      ["4:5 unknown-key", "5:5 not-clearable"],
    ],
    ["accepts null where it clears", "alerts:\n  - {name: a, description: null, cc: null, param: null}", []],
    [
      "refuses a mapping for a list",
      "email_groups:\n  - {name: a, email_addresses: {b: c}}",
      ["3:32 wrong-type"],
    ],
    [
      "refuses an item of a list at the item",
      "email_groups:\n  - {name: a, email_addresses: [a@b, foo, ~]}",
      ["3:38 bad-format", "3:43 wrong-type"],
    ],
    ["accepts null in hints", "triggers:\n  - {name: a, hints: {snaplen: null}}", []],
    [
      "tells of one branch in hints",
      "triggers:\n  - {name: a, hints: {snaplen: 70000, cycle: [1s], foo: 1}}",
      ["3:32 out-of-range", "3:47 bad-value", "3:52 unknown-key"],
    ],
    [
      "tells the types of all branches at once",
      "triggers:\n  - {name: a, hints: {snaplen: x}}",
      ["3:32 wrong-type"],
    ],
    ["refuses a script that is no text", "triggers:\n  - {name: a, script: 5}", ["3:23 wrong-type"]],
    ["refuses a misspelt script file", "triggers:\n  - {name: a, script: {fiel: x}}", ["3:24 unknown-key"]],
    [
      "refuses a variable's name with a dash",
      "triggers:\n  - {name: a, script: {file: x, env: [A-B]}}",
      ["3:39 bad-format"],
    ],
  ]);
});

describe("filters", () => {
  const group = (filter: string): string => `device_groups:\n  - name: g\n    filter: ${filter}`;
  table([
    [
      "refuses an unknown operator and nothing that hangs on it",
      group("{operator: adn, rules: []}"),
      ["4:24 bad-value", "4:36 empty-list"],
    ],
    [
      "refuses a comparison without an operand",
      group(
        '{operator: or, rules: [{operator: "=", field: tag}, {operator: "!~", field: name, operand: null}]}',
      ),
      ["4:36 missing-key", "4:104 wrong-type"],
    ],
    ["refuses an empty operand", group('{operator: "=", field: tag, operand: ""}'), ["4:50 empty-text"]],
    [
      "needs no operand for what exists",
      group(
        "{operator: and, rules: [{operator: exists, field: model}, {operator: not_exists, field: model}]}",
      ),
      [],
    ],
    [
      "takes a misspelt operand key for it",
      group('{operator: "=", field: tag, oprand: x}'),
      ["4:41 unknown-key"],
    ],
    [
      "says nothing of an operand to a misspelt operator",
      group("{operator: eq, field: tag}"),
      ["4:24 bad-value"],
    ],
    [
      "refuses several rules of not",
      group("{operator: not, rules: [{operator: exists, field: model}, {operator: exists, field: tag}]}"),
      ["4:36 too-many-items"],
    ],
    ["accepts one rule of not", group("{operator: not, rules: [{operator: exists, field: model}]}"), []],
    ["accepts a discovery id", group('{operator: "=", field: discovery_id, operand: d}'), []],

    [
      "refuses a field beside and",
      group('{operator: and, field: tag, rules: [{operator: "=", field: tag, operand: x}]}'),
      ["4:29 not-applicable-here"],
    ],
    ["refuses rules that are missing", group("{operator: and}"), ["4:13 missing-key"]],
    [
      "refuses an unknown field deep inside",
      group('{operator: or, rules: [{operator: "=", field: tga, operand: x}]}'),
      ["4:59 bad-value"],
    ],
    ["refuses a list as operand", group('{operator: "=", field: tag, operand: []}'), ["4:50 wrong-type"]],
    [
      "takes a misspelt operand key once",
      group('{operator: "=", field: tag, operand: {valeu: x}}'),
      ["4:51 unknown-key"],
    ],
  ]);
});

describe("lifecycle", () => {
  const tag = (lifecycle: string): string => `tags:\n  - name: t\n    lifecycle: ${lifecycle}`;
  table([
    ["refuses an unknown key", tag("{prevent_destory: true}"), ["4:17 unknown-key"]],
    ["refuses ignoring what is no field or relation", tag("{ignore_changes: [device]}"), ["4:34 bad-value"]],
    ["accepts ignoring a relation", tag("{ignore_changes: [devices]}"), []],
    ["refuses an id that is no number", tag("{id: x}"), ["4:21 bad-format"]],
    ["refuses a negative id", tag("{id: -1}"), ["4:21 out-of-range"]],
    ["refuses an id that a number cannot hold", tag("{id: 12345678901234567890}"), ["4:21 inexact-number"]],
    ["refuses an unknown state", tag("{state: gone}"), ["4:24 bad-value"]],
    ["refuses a list of no former names", tag("{renamed_from: []}"), ["4:31 empty-list"]],
    [
      "refuses fields beside absent at their keys",
      `${tag("{state: absent}")}\n    devices: [5]`,
      ["5:5 absent-with-fields"],
    ],
  ]);

  it.each([
    ["16", "16"],
    ['"16"', "16"],
    ["0", "0"],
    ["1e21", "1000000000000000000000"],
    ['"12345678901234567890"', "12345678901234567890"],
    ['"016"', "16"],
  ])("reads the id %s as text", async (written, id) => {
    expect((await resourceOf(`version: 1\n${tag(`{id: ${written}}`)}\n`)).lifecycle.id).toBe(id);
  });

  it("reads everything, and what is left out", async () => {
    const full = tag(
      "{prevent_destroy: true, ignore_changes: [devices], renamed_from: [b, a], state: present}",
    );
    expect((await resourceOf(`version: 1\n${full}\n`)).lifecycle).toEqual({
      preventDestroy: true,
      ignoreChanges: ["devices"],
      renamedFrom: ["b", "a"],
      id: null,
      state: "present",
    });
    expect((await resourceOf("version: 1\ntags: [{name: t}]\n")).lifecycle).toEqual({
      preventDestroy: false,
      ignoreChanges: [],
      renamedFrom: [],
      id: null,
      state: "present",
    });
  });
});

describe("messages", () => {
  const cases: readonly (readonly [title: string, yaml: string, word: string])[] = [
    ["a section in the singular", "alert: []", '"alerts"'],
    ["a section in another writing", "deviceGroups: []", '"device_groups"'],
    ["letters in another order", "tags: [{nmae: x}]", '"name"'],
    ["a word of an enumeration", "alerts: [{name: a, severity: eror}]", '"error"'],
    ["a field to ignore", "alerts: [{name: a, lifecycle: {ignore_changes: [severty]}}]", '"severity"'],
    ["a key of a selector", "tags: [{name: a, devices: [{discovery-id: x}]}]", '"discovery_id"'],
  ];
  it.each(cases)("suggest what was meant: %s", async (_title, yaml, word) => {
    const { diagnostics } = await load(`version: 1\n${yaml}\n`);
    expect(diagnostics.map((d) => d.detail.includes(`Did you mean ${word}?`))).toEqual([true]);
  });

  const quotes: readonly (readonly [field: string, advice: RegExp])[] = [
    ['severity: "3"', /; allowed: .*\. Remove the quotes\.$/],
    ['interval_length: "300"', /; allowed: .*30m\. Remove the quotes\.$/],
    ['interval_length: "301"', /30m\.$/],
    ['severity: "8"', /debug\.$/],
    ["interval_length: 7m", /30m\.$/],
    ['operator: "=>"', /Did you mean ">="\?$/],
    ['disabled: "true"', /Remove the quotes\.$/],
  ];
  it.each(quotes)("advise against quotes, and suggest no other number: %s", async (field, advice) => {
    const { diagnostics } = await load(`version: 1\nalerts: [{name: a, ${field}}]\n`);
    expect(diagnostics.map((d) => d.detail)).toEqual([expect.stringMatching(advice)]);
  });

  it("list each allowed duration once, in its shortest form", async () => {
    const { diagnostics } = await load("version: 1\nalerts: [{name: a, refire_interval: 31m}]\n");
    expect(diagnostics[0]?.detail).toContain("allowed: 5m, 10m, 15m, 30m, 1h, 2h, 4h.");
  });

  const wordings: readonly (readonly [yaml: string, words: string])[] = [
    ["defaults: {tags: {color: x}}", '"color" is no key of defaults of tags, which have none. Remove it.'],
    [
      "alerts: [{name: a, operand: .nan}]",
      ".nan is beyond what a number here can hold. Write a number in range, or put it in quotes if a text is meant.",
    ],
    ["alerts: [{name: a, cc: [5]}]", "Expected text, found the number 5."],
    ["alerts: [{name: a, author: 5}]", "Expected text or null, found the number 5. Put it in quotes."],
    ["exclusion_intervals: [{name: a, start: 1.5}]", "Expected an integer or text, found the number 1.5."],
  ];
  it.each(wordings)("advise what helps: %s", async (yaml, words) => {
    const { diagnostics } = await load(`version: 1\n${yaml}\n`);
    expect(diagnostics.map((d) => d.detail)).toEqual([words]);
  });

  const forms: readonly (readonly [yaml: string, words: string])[] = [
    ["alerts: [{name: a, operand: 5%}]", 'Expected a number such as 0.05, found the text "5%".'],
    [
      "tags: [{name: a, lifecycle: {id: x16}}]",
      'Expected an id, a whole number such as 16, found the text "x16".',
    ],
    [
      "tags: [{name: a, devices: [{id: x16}]}]",
      'Expected an id, a whole number such as 16, found the text "x16".',
    ],
    [
      "triggers: [{name: a, events: [http_request]}]",
      'Expected an event such as HTTP_REQUEST, found the text "http_request".',
    ],
    ["triggers: [{name: a, event: x y}]", 'Expected an event such as HTTP_REQUEST, found the text "x y".'],
    [
      "triggers: [{name: a, script: {file: x, env: [A-B]}}]",
      'Expected the name of an environment variable, such as SLACK_HOOK, found the text "A-B".',
    ],
    [
      "alerts: [{name: a, cc: [ops]}]",
      'Expected an email address such as noc@example.com, found the text "ops".',
    ],
    ['tags: [{name: " "}]', "The text holds nothing but blanks. Write something, or leave the key out."],
  ];
  it.each(forms)("say in words what a text should look like: %s", async (yaml, words) => {
    const { diagnostics } = await load(`version: 1\n${yaml}\n`);
    expect(diagnostics.map((d) => d.detail)).toEqual([words]);
  });

  it("never show a regular expression", () => {
    const parents = withPattern(manifestSchema());
    expect(parents.length).toBeGreaterThan(forms.length);
    for (const parent of parents) {
      const params = { pattern: parent.pattern };
      const error = { keyword: "pattern", pointer: "/owner", params, parent, data: " " };
      const { detail } = describeError(error, { secrets: new Map() });
      expect(detail).not.toContain(parent.pattern);
      expect(detail).toMatch(/^Expected an? |^Expected the |nothing but blanks/);
    }
  });

  it("tell what was expected and found, and how lists are written", async () => {
    const { diagnostics } = await load("version: 1\nalerts: {a: 1}\n");
    expect(diagnostics[0]?.detail).toBe(
      "Expected a list, found a mapping. Each entry of a list starts with `- `.",
    );
  });

  it("say whose entry it is and where in it", async () => {
    const { diagnostics } = await load("version: 1\nalerts: [{name: a, cc: [x]}]\n");
    expect(diagnostics[0]).toMatchObject({ address: "alert/a", pointer: "/cc/0" });
    expect(diagnostics[0]?.source).toEqual({
      file: "m.yaml",
      line: 2,
      column: 25,
      excerpt: "alerts: [{name: a, cc: [x]}]",
      length: 1,
    });
  });
});
