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

  it("never says that nothing was applied when nobody knows", () => {
    const results: readonly Result[] = [
      { address: "tag/pos", action: "create", outcome: "failed", error: "[POST] /tags: 403 Forbidden" },
      {
        address: "tag/pci",
        action: "create",
        outcome: "failed",
        error: "[POST] /tags: no answer within 30 s",
        unknown: true,
      },
      { address: "alert/A", action: "create", outcome: "blocked", blockedBy: "tag/pci" },
    ];
    const changes = results.map(({ address, action }) => change(address, action));
    const text = renderReport(reportDocument(changes, results, 1), plain);
    expect(text).not.toContain("Nothing was applied");
    expectGolden("render/report-unknown.txt", text);
    const some = renderReport(
      reportDocument(
        [...changes, change("tag/a", "create")],
        [...results, { address: "tag/a", action: "create", outcome: "applied" }],
        3,
      ),
      plain,
    );
    expect(some.replaceAll("\n", " ")).toContain(
      " Applied 1 of 4 changes: 1 created. 1 may have been applied: nobody knows. 1 failed, 1 blocked. ",
    );
  });

  it("never says that nothing was applied when a change was done in part", () => {
    const results: readonly Result[] = [
      { address: "tag/pci", action: "replace", outcome: "failed", error: "[DELETE] /tags/4: 403 Forbidden" },
    ];
    const text = (exitCode: number): string =>
      renderReport(reportDocument([change("tag/pci", "replace")], results, exitCode), plain);
    expect(text(3)).toContain("\nNo change was applied whole. 1 failed. 31 requests.\nRun apply again");
    expect(text(130)).toContain("\nInterrupted. No change was applied whole. 1 failed.");
    expect(text(1)).toContain("\nNothing was applied. 1 failed.");
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
