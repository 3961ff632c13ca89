import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/model.ts";
import { renderDiagnostics } from "../../src/render/diagnostics.ts";
import { createStyle } from "../../src/render/style.ts";
import { displayWidth } from "../../src/render/text-width.ts";
import { expectGolden } from "../helpers/golden.ts";
import { plain } from "./documents.ts";

const unknownKey: Diagnostic = {
  severity: "error",
  code: "unknown-key",
  summary: "Unknown key",
  detail:
    'An alert has no field "severty". Did you mean "severity"? The appliance would refuse it, so nothing is sent until it is corrected.',
  address: "alert/HTTP error ratio",
  pointer: "/severty",
  source: { file: "manifests/alerts.yaml", line: 12, column: 5, excerpt: "    severty: error", length: 7 },
};

const duplicate: Diagnostic = {
  severity: "error",
  code: "duplicate-address",
  summary: "Declared twice",
  detail: "Remove one of the two, or give it another name.",
  address: "tag/pci",
  source: { file: "manifests/tags.yaml", line: 104, column: 11, excerpt: "  - name: pci", length: 3 },
  related: [{ file: "manifests/base.yaml", line: 7, column: 11, excerpt: "  - name: pci", length: 3 }],
};

const ambiguous: Diagnostic = {
  severity: "error",
  code: "ambiguous-name",
  summary: "Several objects have this name",
  detail: "Write one of these into the entry:\n  lifecycle: {id: 16}\n  lifecycle: {id: 17}",
  address: "alert/HTTP errors",
  pointer: "/lifecycle",
};

const longExcerpt = `  - {${"name: Weekend, ".repeat(7)}interval_type: weekly, start: mon, ${"note: long, ".repeat(9)}}`;

const longLine: Diagnostic = {
  severity: "warning",
  code: "interval-wraps",
  summary: "The interval wraps",
  detail: "It ends before it begins.",
  source: {
    file: "manifests/long.yaml",
    line: 3,
    column: longExcerpt.indexOf("interval_type") + 1,
    excerpt: longExcerpt,
    length: "interval_type: weekly".length,
  },
};

const tabs: Diagnostic = {
  severity: "error",
  code: "yaml-tab",
  summary: "A tab as indentation",
  detail: "YAML allows spaces only.",
  source: {
    file: "manifests/tabs.yaml",
    line: 2,
    column: 3,
    excerpt: "\t\tname:\t日本語 \x1b[31m",
    length: 8,
  },
};

const unauthorized: Diagnostic = {
  severity: "error",
  code: "unauthorized",
  summary: "The appliance does not accept the API key",
  detail: "[GET] /extrahop: 401. Check EXTRAHOP_API_KEY.",
};

const all = [longLine, unknownKey, duplicate, ambiguous, tabs, unauthorized];

describe("renderDiagnostics", () => {
  it("shows each with its place, sorted, and counts them", () => {
    expectGolden("render/diagnostics-80.txt", renderDiagnostics(all, plain));
  });

  it("does not depend on the order of what it is given", () => {
    expect(renderDiagnostics(all.toReversed(), plain)).toBe(renderDiagnostics(all, plain));
  });

  it("colours severity, mark and rule", () => {
    const text = renderDiagnostics([unknownKey, longLine], createStyle({ color: true, width: 80 }));
    expectGolden("render/diagnostics-color.txt", text.replaceAll("\x1b", "␛"));
  });

  it("makes what a file or an appliance says harmless", () => {
    const hostile: Diagnostic = {
      severity: "warning",
      code: "unknown-name",
      summary: "Unknown name",
      detail: "There is no \x1b[2J\u202eevil.\nerror[fake]: look here",
      address: "alert/a\nb",
      source: {
        file: "a\x07.yaml",
        line: 1,
        column: 3,
        excerpt: "- \u200bname: \x1b]0;title\x07",
        length: 5,
      },
    };
    expectGolden("render/diagnostics-hostile.txt", renderDiagnostics([hostile], plain));
  });

  it.each([40, 60, 80, 120])("keeps within %i columns and the mark under what is meant", (width) => {
    const lines = renderDiagnostics([longLine], createStyle({ color: false, width })).split("\n");
    const excerpt = lines.findIndex((line) => line.startsWith("3 |"));
    const mark = lines[excerpt + 1]!;
    const meant = lines[excerpt]!.slice(mark.indexOf("^"), mark.lastIndexOf("^") + 1);
    expect(meant).toBe("interval_type: weekly".slice(0, meant.length));
    expect(meant.length).toBeGreaterThan(10);
    expect(lines.slice(1).filter((line) => displayWidth(line) > width)).toEqual([]);
  });

  it("marks one column where no length is known or the line ends before", () => {
    const at = (column: number): string =>
      renderDiagnostics([{ ...tabs, source: { file: "a.yaml", line: 1, column, excerpt: "abc" } }], plain);
    expect(at(3)).toContain("1 | abc\n  |   ^\n");
    expect(at(9)).toContain("1 | abc\n  |    ^\n");
  });

  it("is empty without diagnostics", () => {
    expect(renderDiagnostics([], plain)).toBe("");
  });
});
