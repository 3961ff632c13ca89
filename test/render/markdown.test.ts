import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action, Change, Diagnostic, Document, Result } from "../../src/model.ts";
import { printable } from "../../src/render/clean.ts";
import { toDocument } from "../../src/render/document.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { expectGolden } from "../helpers/golden.ts";
import {
  causes,
  change,
  devices,
  everyAction,
  field,
  HOSTILE,
  hostileChanges,
  LONG_SCRIPT,
  longChanges,
  manyLinks,
  planDocument,
  planOf,
  relation,
  replaced,
  reportDocument,
} from "./documents.ts";
import { hostileDocument } from "./hostile-document.ts";
import { anyText } from "./markdown-text.ts";
import { expectHarmless, type Node, nodes, tables, textOf } from "./markdown-tree.ts";

const GITHUB = 60_000;

const warning: Diagnostic = {
  severity: "warning",
  code: "interval-wraps",
  summary: "The interval wraps",
  detail: "It ends before it begins.",
  address: "exclusion_interval/Night",
  source: { file: "manifests/b.yaml", line: 12, column: 5, excerpt: "  end: 01:00", length: 3 },
  related: [{ file: "manifests/b.yaml", line: 11, column: 5 }],
};

const refused: Diagnostic = {
  severity: "error",
  code: "guard-deletes",
  summary: "More deletes than are allowed",
  detail:
    "The plan deletes 2 objects, and 1 is allowed:\n- alert/Old latency alert\n- device_group/Jump hosts\nIf that is meant, allow it with:\n  --max-deletes 2",
};

/** The table under a heading. */
function tableUnder(tree: Node, heading: string): readonly (readonly Node[])[] {
  const all = tree.children ?? [];
  const at = all.findIndex((node) => node.type === "heading" && textOf(node) === heading);
  const next = all[at + 1];
  return next?.type === "table" ? (tables(next)[0] ?? []) : [];
}

function addressesIn(tree: Node, heading: string, column: number): readonly string[] {
  return tableUnder(tree, heading)
    .slice(1)
    .map((row) => textOf(row[column] ?? { type: "none" }));
}

/** How a text stands in a cell: the one thing that no table can hold is a bar after a backslash. */
function inCell(text: string): string {
  return printable(text).replaceAll(/(?<=\\)\|/g, "\\x7c");
}

describe("renderMarkdown", () => {
  it.each<[string, Document, Parameters<typeof renderMarkdown>[1]?]>([
    ["plan.md", planDocument(everyAction(), { inventory: true, diagnostics: [warning] })],
    ["plan-requests.md", planDocument(everyAction().slice(0, 3)), { showRequests: true }],
    ["plan-causes.md", planDocument([...causes(), replaced()])],
    ["plan-long.md", planDocument([...longChanges(), ...manyLinks()])],
    ["plan-hostile.md", planDocument(hostileChanges()), { showRequests: true }],
    [
      "plan-refused.md",
      { ...planDocument(everyAction(), { diagnostics: [refused, warning] }), exit_code: 4 },
    ],
    ["hostile.md", hostileDocument([0, 3, 7, 8].map((i) => HOSTILE[i] ?? ""))],
  ])("looks like %s", (name, document, options) => {
    const text = renderMarkdown(document, options);
    expectHarmless(text);
    expectGolden(`render/${name}`, text);
  });

  it("has a row for each change, with its very name, and nothing alive from any value", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 6 }), fc.boolean(), (values, showRequests) => {
        const document = hostileDocument(values);
        const tree = expectHarmless(renderMarkdown(document, { showRequests }));
        const rows = tableUnder(tree, "Changes");
        expect(rows.map((row) => row.length)).toEqual(rows.map(() => rows[0]?.length));
        expect([...addressesIn(tree, "Changes", 2)].sort()).toEqual(
          document.changes.map(({ address }) => inCell(address)).sort(),
        );
        const undone = (document.results ?? []).filter(({ outcome }) => outcome !== "applied");
        if (undone.length > 0)
          expect([...addressesIn(tree, `Not applied (${undone.length})`, 2)].sort()).toEqual(
            undone.map(({ address }) => inCell(address)).sort(),
          );
      }),
      { numRuns: 12 },
    );
  });

  it("masks a sensitive value even where the data does not", () => {
    const secret = field("/hints/key", "s3cret", "other s3cret\nline", { sensitive: true });
    for (const action of ["update", "create", "delete", "adopt"] as const) {
      const document = planDocument([change("trigger/T", action, { fields: [secret] })]);
      expect(renderMarkdown(document)).not.toContain("s3cret");
    }
  });

  it("says in one line that nothing is to be done", () => {
    const drift = toDocument({ command: "drift", exitCode: 0, version: "0.1.0", plan: planOf([]) });
    const lines = [planDocument([]), planDocument([], { inventory: true }), drift].map((document) =>
      renderMarkdown(document)
        .split("\n")
        .find((line) => line.startsWith("**")),
    );
    expect(lines).toEqual([
      "**No changes.** The appliance matches the manifest (7 resources).",
      "**No changes.** The appliance matches the manifest (7 resources). The inventory is brought up to date.",
      "**No drift.** The appliance is as it was last applied (7 resources).",
    ]);
  });

  it("never says that nothing was applied when there is no plan to tell it", () => {
    const parts = { command: "apply", version: "0.1.0", diagnostics: [refused] } as const;
    expect(renderMarkdown(toDocument({ ...parts, exitCode: 1 }))).toContain("**Not done:** 1 error.");
    expect(renderMarkdown(toDocument({ ...parts, exitCode: 130 }))).toContain("**Interrupted.**");
  });
});

// ---------------------------------------------------------------- limits

function numbered(number: number, action: Action, more: Partial<Change> = {}): readonly Change[] {
  return Array.from({ length: number }, (_, i) =>
    change(`alert/Errors of the web servers ${action} ${i + 1}`, action, more),
  );
}

const script = { fields: [field("/script", undefined, LONG_SCRIPT)] };

describe("a limit", () => {
  it("takes details of what destroys nothing, and says how many", () => {
    const changes = [...numbered(250, "create", script), ...numbered(50, "delete", script)];
    const text = renderMarkdown(planDocument(changes, { diagnostics: [refused, warning] }), {
      limit: GITHUB,
    });
    expect(text.length).toBeLessThanOrEqual(GITHUB);
    const tree = expectHarmless(text);
    const addresses = addressesIn(tree, "Changes", 1);
    expect(addresses).toHaveLength(300);
    expect(addresses.slice(0, 50)).toEqual(changes.slice(250).map(({ address }) => address));
    const shown = nodes(tree).filter(
      ({ type, value }) => type === "html" && /<code>/.test(value ?? ""),
    ).length;
    expect(text).toContain(
      `Left out: the details of ${300 - shown} changes. \`--format json\` has all of it.`,
    );
    expect(text).toContain("--max-deletes 2");
  });

  it("names thousands of deletes, and counts those that have no room", () => {
    const lines = (number: number): { text: string; named: number } => {
      const document = planDocument([...numbered(number, "delete"), ...numbered(100, "create")]);
      const text = renderMarkdown(document, { limit: GITHUB });
      expect(text.length).toBeLessThanOrEqual(GITHUB);
      return { text, named: text.match(/^- {3}alert\/Errors/gm)?.length ?? 0 };
    };
    const fits = lines(1200);
    expect(fits.named).toBe(1200);
    expect(fits.text).toContain("Left out: all but the names of what is deleted or replaced; ");
    const most = lines(5000);
    expect(most.named).toBeGreaterThan(1200);
    expect(most.text).toContain(`; ${5000 - most.named} of these names; 100 rows of the table. `);
  });

  it("keeps room for errors beside deletes, and for deletes beside errors", () => {
    const diagnostics = Array.from({ length: 2000 }, (_, i) => ({ ...refused, code: `code-${i}` }));
    const document = planDocument(numbered(5000, "delete"), { diagnostics });
    const text = renderMarkdown(document, { limit: GITHUB });
    expect(text.length).toBeLessThanOrEqual(GITHUB);
    expect(text.match(/^- \*\*error\*\*/gm)?.length).toBeGreaterThan(100);
    expect(text.match(/^- {3}alert\//gm)?.length).toBeGreaterThan(500);
  });

  it("cuts a manifest at the end of a line", () => {
    const manifest = `tags:\n${"  - name: pci\n".repeat(1000)}`;
    const exported = { objects: { tags: 1000 }, files: [], manifest };
    const document = toDocument({ command: "export", exitCode: 0, version: "0.1.0", exported });
    const text = renderMarkdown(document, { limit: 4000 });
    expect(text.length).toBeLessThanOrEqual(4000);
    const [block] = nodes(expectHarmless(text)).filter(({ type }) => type === "code");
    expect(manifest.startsWith(`${block?.value}\n`)).toBe(true);
    const left = 1001 - (block?.value ?? "").split("\n").length;
    expect(text).toContain(`the last ${left} lines`);
    expect(renderMarkdown(document)).toContain(manifest);
  });

  it("is kept, and leaves Markdown that is whole, whatever the document", () => {
    fc.assert(
      fc.property(
        fc.array(anyText, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 4000, max: 12_000 }),
        (values, limit) => {
          const text = renderMarkdown(hostileDocument(values), { limit });
          expect(text.length).toBeLessThanOrEqual(limit);
          expectHarmless(text);
        },
      ),
      { numRuns: 12 },
    );
  });

  it("that is not reached changes nothing", () => {
    const document = planDocument([...everyAction(), replaced(60)]);
    const whole = renderMarkdown(document);
    expect(renderMarkdown(document, { limit: whole.length + 4000 })).toBe(whole);
    expect(whole).not.toContain("Left out");
  });

  it("leaves a plan of many changes readable: their details are folded away together", () => {
    const { addresses, labels } = devices(3);
    const changes = numbered(30, "update", { relations: [relation("devices", addresses, [], labels)] });
    const text = renderMarkdown(planDocument([...changes, replaced()]));
    expect(text).toContain("<summary>Details of 30 changes</summary>");
    expect(text.match(/<details>/g)).toHaveLength(32);
  });
});

describe("a report", () => {
  it("has what became of each change, and why", () => {
    const results = everyAction().map(({ address, action }, i): Result => {
      if (i === 1)
        return { address, action, outcome: "failed", error: '[PATCH] /alerts/16: 422: no "field"' };
      if (i === 3) return { address, action, outcome: "blocked", blockedBy: "alert/HTTP errors" };
      if (i === 4)
        return { address, action, outcome: "failed", error: "no answer within 30 s", unknown: true };
      return { address, action, outcome: i > 6 ? "not_tried" : "applied" };
    });
    const text = renderMarkdown(reportDocument(everyAction(), results, 3, [warning]));
    expectHarmless(text);
    expectGolden("render/report.md", text);
  });
});
