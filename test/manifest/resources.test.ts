/** Entries as resources: friendly forms, defaults, the kinds' own rules, places. */
import { describe, expect, it } from "vitest";
import { load, manifestOf, resourceOf, spots } from "./workspace.ts";

describe("fields", () => {
  it("are in the API's form", async () => {
    const { fields } = await resourceOf(
      "version: 1\nalerts: [{name: a, severity: critical, interval_length: 5m, refire_interval: 3600, operand: .050, description: null}]\n",
    );
    expect(fields).toEqual({
      severity: 2,
      interval_length: 300,
      refire_interval: 3600,
      operand: "0.05",
      description: null,
    });
  });

  it("that need a second one are read with it", async () => {
    const { resources } = await manifestOf(`version: 1
exclusion_intervals:
  - {name: a, interval_type: daily, start: "01:00", end: "24:00"}
  - {name: b, interval_type: weekly, start: "sat 00:00", end: "mon 00:00"}
`);
    expect(resources.map((r) => [r.fields.start, r.fields.end])).toEqual([
      [3600, 86_400],
      [432_000, 604_800],
    ]);
  });

  it("with another spelling become the field that is meant", async () => {
    expect((await resourceOf("version: 1\ntriggers: [{name: t, event: HTTP_REQUEST}]\n")).fields).toEqual({
      events: ["HTTP_REQUEST"],
    });
  });

  const cases: readonly (readonly [title: string, yaml: string, expected: readonly string[]])[] = [
    [
      "in reading",
      'exclusion_intervals:\n  - {name: a, interval_type: daily, start: "25:00", end: "02:00"}',
      ["3:44 bad-time"],
    ],
    ["between fields", "alerts:\n  - {name: a, type: detection, operand: 5}", ["3:41 not-applicable"]],
    [
      "between a field and a relation",
      "device_groups:\n  - name: g\n    devices: []\n    filter: {operator: '=', field: name, operand: x}",
      ["4:14 group-kind-conflict"],
    ],
    ["as warnings", "triggers:\n  - name: t\n    events: [HTTP_REQEST]", ["4:14 warning unknown-event"]],
  ];
  it.each(cases)("break a kind's rules at their place: %s", async (_title, yaml, expected) => {
    expect(await spots(`version: 1\n${yaml}\n`)).toEqual(expected);
  });
});

describe("defaults", () => {
  const alerts = (defaults: string, ...entries: readonly string[]): string =>
    `version: 1\ndefaults:\n  alerts: ${defaults}\nalerts:\n${entries.map((e) => `  - {name: ${e}}\n`).join("")}`;

  it("stand under what an entry says", async () => {
    const { resources } = await manifestOf(
      alerts(
        "{refire_interval: 30m, notify_snmp: false, description: d}",
        "a, refire_interval: 5m",
        "b, description: null",
      ),
    );
    expect(resources.map((r) => r.fields)).toEqual([
      { refire_interval: 300, notify_snmp: false, description: "d" },
      { refire_interval: 1800, notify_snmp: false, description: null },
    ]);
  });

  it("do not reach entries to which they do not apply", async () => {
    const { resources } = await manifestOf(
      alerts("{operand: 5, severity: error}", "a, type: detection", "b", "c, lifecycle: {state: absent}"),
    );
    expect(resources.map((r) => r.fields)).toEqual([
      { type: "detection", severity: 3 },
      { operand: "5", severity: 3 },
      {},
    ]);
  });

  it("reach entries of all files", async () => {
    const { resources } = await manifestOf({
      "a.yaml": "version: 1\nalerts: [{name: a}]\n",
      "b.yaml": "version: 1\ndefaults: {alerts: {severity: 1}}\n",
    });
    expect(resources[0]?.fields).toEqual({ severity: 1 });
  });

  it("join an object whose keys are managed one by one", async () => {
    const { fields, secrets } = await resourceOf(
      `version: 1
defaults: {triggers: {hints: {payloadBytes: 5, flowClientString: "\${env:A}", flowServerString: "\${env:B}"}}}
triggers: [{name: t, hints: {payloadBytes: 7, flowServerString: x}}]
`,
      { env: { A: "a", B: "b" } },
    );
    expect(fields.hints).toEqual({ payloadBytes: 7, flowClientString: "a", flowServerString: "x" });
    expect(secrets).toEqual({ "/hints/flowClientString": { template: "${env:A}", names: ["A"] } });
  });

  it("give way to another spelling of the field", async () => {
    const { fields } = await resourceOf(
      "version: 1\ndefaults: {triggers: {events: [DNS_REQUEST]}}\ntriggers: [{name: t, event: HTTP_REQUEST}]\n",
    );
    expect(fields).toEqual({ events: ["HTTP_REQUEST"] });
  });

  it("bring their secrets, unless an entry says otherwise", async () => {
    const yaml = alerts('{author: "${env:A}"}', "a", "b, author: x");
    const { resources } = await manifestOf(yaml, { env: { A: "s" } });
    expect(resources.map((r) => [r.fields.author, Object.keys(r.secrets)])).toEqual([
      ["s", ["/author"]],
      ["x", []],
    ]);
  });

  it("do not mention a kind", async () => {
    expect((await manifestOf("version: 1\ndefaults: {alerts: {severity: 1}}\n")).kinds).toEqual([]);
  });

  const cases: readonly (readonly [title: string, defaults: string, expected: readonly string[]])[] = [
    ["a bad value", "{severity: eror}", ["3:22 bad-value"]],
    ["a name", "{name: x}", ["3:12 unknown-key"]],
    ["a relation", "{device_groups: [x]}", ["3:12 unknown-key"]],
    ["lifecycle", "{lifecycle: {prevent_destroy: true}}", ["3:12 unknown-key"]],
    ["nothing", "", ["3:3 wrong-type"]],
    ["a field that cannot be cleared", "{type: null}", ["3:18 not-clearable"]],
    ["a missing variable", '{author: "${var:x}"}', ["3:20 missing-variable"]],
  ];
  it.each(cases)("are judged at their own place: %s", async (_title, defaults, expected) => {
    expect(await spots(alerts(defaults, "a", "b"))).toEqual(expected);
  });

  it("refuse an unknown kind and another spelling of a field", async () => {
    expect(await spots("version: 1\ndefaults: {alert: {}}\n")).toEqual(["2:12 unknown-key"]);
    expect(await spots("version: 1\ndefaults: {triggers: {event: X_Y}}\n")).toEqual(["2:23 unknown-key"]);
  });

  it("that break a kind's rule are told once, with an entry beside", async () => {
    const { diagnostics } = await load(`version: 1
defaults: {exclusion_intervals: {interval_type: daily, start: "26:00"}}
exclusion_intervals:
  - {name: a, end: "03:00"}
  - {name: b, end: "04:00"}
`);
    expect(diagnostics).toMatchObject([
      { code: "bad-time", source: { line: 2, column: 63 }, related: [{ line: 4, column: 12 }] },
    ]);
  });

  it("that are wrong make no entry wrong", async () => {
    expect(
      await spots(`version: 1
defaults: {exclusion_intervals: {interval_type: dialy}}
exclusion_intervals: [{name: a, start: "01:00", end: "03:00"}]
`),
    ).toEqual(["2:49 bad-value"]);
  });
});

describe("places", () => {
  it("lead to values, their nearest ancestor, or the name", async () => {
    const { at } = await resourceOf(`version: 1
defaults: {alerts: {author: x}}
alerts:
  - severity: error
    cc: [a@b, c@d]
    name: here
    lifecycle: {renamed_from: old}
`);
    const place = (pointer: string): string => `${at(pointer).line}:${at(pointer).column}`;
    expect(place("/severity")).toBe("4:15");
    expect(place("/cc/1")).toBe("5:15");
    expect(place("/cc/7")).toBe("5:9");
    expect(place("/lifecycle/renamed_from/0")).toBe("7:31");
    expect(place("/author")).toBe("6:11");
    expect(place("")).toBe("6:11");
    expect(at("/name")).toEqual({
      file: "m.yaml",
      line: 6,
      column: 11,
      excerpt: "    name: here",
      length: 4,
    });
  });
});
