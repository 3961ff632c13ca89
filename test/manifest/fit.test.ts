import { describe, expect, it } from "vitest";
import { fitEntries } from "../../src/manifest/fit.ts";
import { writeManifest } from "../../src/manifest/write.ts";
import type { ExportedEntry, JsonObject } from "../../src/model.ts";
import { manifestOf } from "./workspace.ts";

function entry(kind: string, value: JsonObject & { readonly name: string }): ExportedEntry {
  return { kind, address: `${kind}/${value.name}`, value, comments: {} };
}

describe("fitEntries", () => {
  it("leaves out values, options and whole lists that a manifest cannot hold, and says which", async () => {
    const { entries, diagnostics } = fitEntries([
      entry("tag", { name: "fine" }),
      entry("alert", {
        name: "a",
        refire_interval: 61,
        severity: 12,
        networks: ["N", ""],
        param: { p: 0.1 + 0.2 },
        description: "d",
      }),
      entry("trigger", {
        name: "t",
        script: "x",
        events: ["HTTP_REQUEST", "odd event"],
        hints: { snaplen: 1, "new/er": 2 },
      }),
      entry("trigger", { name: "u", script: "", hints: { new: 2 } }),
      entry("device_group", {
        name: "g",
        filter: { operator: "and", rules: [{ field: "of_firmware_99", operator: "=", operand: 5 }] },
      }),
    ]);
    expect(entries.map(({ value }) => value)).toEqual([
      { name: "fine" },
      { name: "g" },
      { name: "a", description: "d" },
      { name: "t", script: "x", hints: { snaplen: 1 } },
      { name: "u" },
    ]);
    expect(new Set(diagnostics.map(({ severity, code }) => `${severity} ${code}`))).toEqual(
      new Set(["warning not-declarable"]),
    );
    const told = diagnostics.map(({ address, detail }) => `${address}: ${detail.split(",")[0]}`);
    expect(told.sort()).toEqual([
      'alert/a: networks is ["N"',
      'alert/a: param is {"p":0.30000000000000004}',
      "alert/a: refire_interval is 61",
      "alert/a: severity is 12",
      expect.stringContaining("device_group/g: filter is "),
      expect.stringContaining("trigger/t: events is "),
      "trigger/t: hints.new/er is 2",
      "trigger/u: hints.new is 2",
      'trigger/u: script is ""',
    ]);
    expect((await manifestOf(writeManifest(entries))).resources).toHaveLength(5);
  });

  it("leaves out an object whose name no entry can have", () => {
    const { entries, diagnostics } = fitEntries([
      entry("tag", { name: "" }),
      entry("tag", { name: " " }),
      entry("tag", { name: " a" }),
    ]);
    expect(entries.map(({ value }) => value.name)).toEqual([" a"]);
    expect(diagnostics).toMatchObject([
      { code: "not-declarable", address: "tag/" },
      { code: "not-declarable", address: "tag/ " },
    ]);
  });
});
