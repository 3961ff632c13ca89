/** Entries as YAML: what is written is read back exactly, and looks as a person would write it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { writeManifest } from "../../src/manifest/write.ts";
import type { ExportedEntry, Json, JsonObject } from "../../src/model.ts";
import { expectGolden } from "../helpers/golden.ts";
import { manifestOf } from "./workspace.ts";

function entry(
  kind: string,
  value: JsonObject & { readonly name: string },
  comments: ExportedEntry["comments"] = {},
): ExportedEntry {
  return { kind, address: `${kind}/${value.name}`, value, comments };
}

/** Texts that YAML, or another reader of it, takes for something else unless they are quoted. */
const ODD = [
  ...["", " ", "yes", "No", "on", "~", "null", "true", "1", "007", "1e3", "0x1f", "0o7", ".5", "1_000", "-"],
  ...["1:30", "2027-01-16", "2027-01-16T18:00:00Z", ".inf", ".nan", "=", "<<", "---", "...", "? x", "- a"],
  ...["a: b", "a:", ":a", "a #b", "#a", "*x", "&x", "!x", "%x", "@x", "`x`", "|", ">", "'", '"', "[a", "{a}"],
  ...["a, b", "x ", " x", "a\tb", "\t", "a\nb", "a\n", "a\n\n", "\na", "\n", " a\n  b", "a \nb", "a\n b\n "],
  ...[
    "a\r\nb",
    "\0",
    "\x1b[31m",
    "\x85",
    "\u2028",
    "\ufeffa",
    "\ud800",
    "\u202e",
    "a\u200db",
    "👩‍💻",
    "日本 🏷",
  ],
  ...["${x}", "$${", "$$${env:X}", "${env:HOME}", "$", "a\n---\nb", "a\n...\n", "é", "e\u0301", "\u{e0061}"],
];

const text = fc.oneof(
  fc.constantFrom(...ODD),
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom(...ODD, "\n", " ", "  ", "\t", "${", "x"), { maxLength: 6 })
    .map((p) => p.join("")),
);
const filled = text.filter((t) => t !== "");
/** A name or a reference needs something to be seen. */
const named = text.filter((t) => /\S/.test(t));

describe("every text", () => {
  it("is read back exactly: as a name, a field, a script, a reference, a nested value and an operand", async () => {
    await fc.assert(
      fc.asyncProperty(named, text, filled, named, text, async (name, field, script, reference, param) => {
        const filter = { field: "name", operator: "=", operand: { value: param, is_regex: true } };
        const written = writeManifest([
          entry("device_group", { name, description: field, filter }),
          entry("alert", { name, description: field, param: { p: param }, networks: [reference] }),
          entry("trigger", { name, script }),
        ]);
        const { resources } = await manifestOf(written);
        expect(resources.map((r) => [r.kind, r.name, r.fields])).toEqual([
          ["device_group", name, { description: field, filter }],
          ["alert", name, { description: field, param: { p: param } }],
          ["trigger", name, { script }],
        ]);
        expect(resources[1]?.relations.networks).toMatchObject([{ to: "name", name: reference }]);
      }),
      { numRuns: 200 },
    );
  });

  it("is the same text to readers of YAML 1.1", () => {
    const texts = ODD.map((t) => t.replaceAll("${", "x"));
    const written = writeManifest(texts.map((t) => entry("alert", { name: "n", description: t, cc: [t] })));
    const { alerts } = parse(written, { version: "1.1", strict: false });
    expect(alerts.map((alert: JsonObject) => [alert.description, alert.cc])).toEqual(
      texts.map((t) => [t, [t]]),
    );
  });

  it("holds no character that a terminal obeys or hides", () => {
    const written = writeManifest(
      ODD.map((t) => entry("trigger", { name: `n${t}`, script: t }, { "/x": t })),
    );
    expect(written).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e\ufeff\ud800]/);
  });
});

describe("the look", () => {
  it("is that of a manifest written by hand", () => {
    const web = { field: "role", operator: "=", operand: "http_server" };
    const written = writeManifest([
      entry("trigger", {
        name: "Slow",
        script: "if (x) {\n  debug(`${x}`);\n}\n",
        events: ["HTTP_RESPONSE"],
      }),
      entry("trigger", { name: "Kept", script: "\n  a\n\n" }),
      entry("trigger", { name: "CRLF", script: "a\r\nb" }),
      entry("tag", { name: "a" }),
      entry("tag", { name: "no" }),
      entry("device_group", { name: "Short", filter: web }),
      entry("device_group", {
        name: "Long",
        filter: { operator: "and", rules: [web, { operator: "not", rules: [{ ...web, operand: "x" }] }] },
      }),
      entry(
        "device_group",
        {
          name: "Static",
          devices: [{ discovery_id: "a1" }, { discovery_id: "0123" }, { id: 7 }],
          lifecycle: { id: 3 },
        },
        { "/devices/0": "web-01 (10.1.0.1)", "/devices/1": " line\nbreak # \u202e" },
      ),
      entry("alert", { name: "0123", description: "Two\nlines.", operand: 0.05, cc: [], field_op: "/" }),
    ]);
    expectGolden("manifest/written.yaml", written);
  });

  it("of nothing is a manifest without entries", async () => {
    expect(writeManifest([])).toBe("version: 1\n");
    expect((await manifestOf("version: 1\n")).resources).toEqual([]);
  });

  it("breaks lines only where a value has them", () => {
    const long = "word ".repeat(100).trim();
    const written = writeManifest([
      entry("alert", { name: "n", description: long, cc: Array(30).fill(long) as Json[] }),
    ]);
    expect(written.split("\n").filter((line) => line.includes("word"))).toHaveLength(31);
  });
});
