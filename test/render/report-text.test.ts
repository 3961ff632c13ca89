import { describe, expect, it } from "vitest";
import type { Diagnostic, Result } from "../../src/model.ts";
import { renderReport } from "../../src/render/report-text.ts";
import { createStyle } from "../../src/render/style.ts";
import { expectGolden } from "../helpers/golden.ts";
import { change, everyAction, plain, relation, reportDocument } from "./documents.ts";

const verification: Diagnostic = {
  severity: "error",
  code: "not-kept",
  summary: "Stored differently",
  detail: "",
};

const applied: readonly Result[] = everyAction().map(({ address, action }) => ({
  address,
  action,
  outcome: "applied",
}));

const partial: readonly Result[] = applied.map((result, i) => {
  if (i === 1) {
    const error =
      "[PATCH] /alerts/16: 422 Unprocessable: the field \x1b[31minterval_length\nmust be one of 30, 60, 120, 300, 600, 1200 or 1800";
    return { ...result, outcome: "failed", error };
  }
  if (i === 3) return { ...result, outcome: "blocked", blockedBy: "alert/HTTP errors" };
  return i > 6 ? { ...result, outcome: "not_tried" } : result;
});

describe("renderReport", () => {
  it("needs one line when all was applied", () => {
    const changes = [
      change("tag/pci", "create"),
      change("alert/A", "update", {
        relations: [relation("device_groups", ["device_group/X", "device_group/Y"])],
      }),
      change("alert/B", "update", {
        relations: [relation("device_groups", ["device_group/X"], ["device_group/Z"])],
      }),
    ];
    const results = changes.map(({ address, action }): Result => ({ address, action, outcome: "applied" }));
    expect(renderReport(reportDocument(changes, results), plain)).toBe(
      "Applied: 1 created, 2 updated, 3 links added, 1 removed. 31 requests.\n",
    );
  });

  it("says what is applied, failed, blocked and not tried, with the appliance's words", () => {
    expectGolden("render/report-partial.txt", renderReport(reportDocument(everyAction(), partial, 3), plain));
  });

  it("colours the outcomes", () => {
    const text = renderReport(
      reportDocument(everyAction(), partial, 3),
      createStyle({ color: true, width: 80 }),
    );
    expectGolden("render/report-color.txt", text.replaceAll("\x1b", "␛"));
  });

  it("says when nothing was applied, and why", () => {
    const results: readonly Result[] = [
      { address: "tag/pci", action: "create", outcome: "failed", error: "[POST] /tags: 403 Forbidden" },
      { address: "tag/pos", action: "create", outcome: "not_tried" },
    ];
    const changes = [change("tag/pci", "create"), change("tag/pos", "create")];
    expectGolden("render/report-failed.txt", renderReport(reportDocument(changes, results, 1), plain));
  });

  it("says that a run was interrupted", () => {
    const document = reportDocument(everyAction(), partial, 130);
    expect(renderReport(document, plain)).toContain("\nInterrupted. Applied 5 of 10 changes:");
  });

  it("does not call a failed verification a success", () => {
    const document = reportDocument(everyAction(), applied, 1, [verification]);
    expect(renderReport(document, plain)).toMatch(/^Applied, but with 1 error: 1 created/);
  });

  it.each([
    [
      "nothing differs",
      [],
      [],
      "Nothing to apply. The appliance matches the manifest (7 resources). 14 requests.\n",
    ],
    ["a guard refused", everyAction(), [verification], "Nothing was applied: 1 error. 14 requests.\n"],
    ["the question was answered with no", everyAction(), [], "Nothing was applied. 14 requests.\n"],
  ] as const)("has one line when %s", (_what, changes, diagnostics, text) => {
    expect(renderReport(reportDocument(changes, [], 0, diagnostics), plain)).toBe(text);
  });
});
