import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFileNames } from "../../src/manifest/file-names.ts";
import { layOutManifests } from "../../src/manifest/layout.ts";
import type { ExportedEntry, JsonObject } from "../../src/model.ts";
import { manifestOf } from "./workspace.ts";

function entry(kind: string, value: JsonObject & { readonly name: string }): ExportedEntry {
  return { kind, address: `${kind}/${value.name}`, value, comments: {} };
}

function trigger(name: string, script: string): ExportedEntry {
  return entry("trigger", { name, script });
}

const ENTRIES = [
  entry("tag", { name: "a/b" }),
  entry("tag", { name: "A b" }),
  trigger("Slow HTTP", "debug(1);\n"),
  trigger("slow.http", "debug(2);\n"),
];

describe("names of files", () => {
  const names = (list: readonly string[]): readonly string[] => list.map(createFileNames("alert"));

  it("hold nothing that a system refuses, and differ where case or punctuation alone tells names apart", () => {
    expect(names(["Web/errors", "web errors", "WEB: ERRORS?", "web errors 2", "web-errors-3"])).toEqual([
      "web-errors",
      "web-errors-2",
      "web-errors-3",
      "web-errors-2-2",
      "web-errors-3-2",
    ]);
    expect(
      names(["../../etc/passwd", ".hidden", "日本 5%", "e\u0301", "\u00e9", "..", "🏷", "", "CON", "aux.h"]),
    ).toEqual(["etc-passwd", "hidden", "日本-5", "é", "é-2", "alert", "alert-2", "alert-3", "con-", "aux-h"]);
  });

  it("are short, safe and never the same, whatever the names are", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 300 })), (list) => {
        const made = names(list);
        expect(new Set(made.map((name) => name.normalize("NFC").toLowerCase())).size).toBe(list.length);
        for (const name of made) {
          expect(name).toMatch(/^[\p{L}\p{M}\p{N}_-]+$/u);
          expect(Buffer.byteLength(name)).toBeLessThan(240);
        }
      }),
    );
  });
});

describe("the files of an export", () => {
  it("are one manifest per kind, with scripts in a folder of the kind", async () => {
    const files = layOutManifests(ENTRIES, "kind");
    expect(Object.fromEntries(files.map(({ path, text }) => [path, text]))).toEqual({
      "tags.yaml": "version: 1\n\ntags:\n  - name: a/b\n  - name: A b\n",
      "triggers.yaml": `version: 1

triggers:
  - name: Slow HTTP
    script: {file: triggers/slow-http.js}

  - name: slow.http
    script: {file: triggers/slow-http-2.js}
`,
      "triggers/slow-http.js": "debug(1);\n",
      "triggers/slow-http-2.js": "debug(2);\n",
    });
  });

  it("are one manifest per object, with scripts beside them", () => {
    const files = layOutManifests(ENTRIES, "object");
    expect(files.map(({ path }) => path)).toEqual([
      "tags/a-b.yaml",
      "tags/a-b-2.yaml",
      "triggers/slow-http.yaml",
      "triggers/slow-http-2.yaml",
      "triggers/slow-http.js",
      "triggers/slow-http-2.js",
    ]);
    expect(files[2]?.text).toContain("script: {file: slow-http.js}");
  });

  it.each(["kind", "object"] as const)("per %s are read back as what they were made of", async (scope) => {
    const odd = [
      ...["debug(1);", "a\r\nb\r\n", "\n\n x \n\n", "// ${env:X} $${y}\n", "日本 🏷", "a\u2028"],
      ...["$${env:X} ${env:X} $$${env:Y}", "$$${z}"],
      // These the loader would not take from a file: nothing but blanks, binary, a byte order mark, too long.
      ...[" \n", "a\0b", "\ufeffa", "\ud800", "x".repeat(1024 * 1024 + 1)],
    ];
    const entries = odd.map((script, i) => trigger(`t${10 + i}`, script));
    const files = layOutManifests(entries, scope);
    expect(files.filter(({ path }) => path.endsWith(".js"))).toHaveLength(8);
    const { resources } = await manifestOf(Object.fromEntries(files.map(({ path, text }) => [path, text])));
    expect(resources.map(({ fields }) => fields.script)).toEqual(odd);
  });

  it("of nothing are none", () => {
    expect(layOutManifests([], "kind")).toEqual([]);
    expect(layOutManifests([], "object")).toEqual([]);
  });
});
