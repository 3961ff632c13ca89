import { describe, expect, it } from "vitest";
import type { Document, InventoryEntry, InventoryReport } from "../../src/model.ts";
import { toDocument } from "../../src/render/document.ts";
import { renderInventory, renderInventoryQuestion, renderRepair } from "../../src/render/inventory-text.ts";
import { displayWidth } from "../../src/render/text-width.ts";
import { plain } from "./documents.ts";

function entry(address: string, more: Partial<InventoryEntry> = {}): InventoryEntry {
  const rest = { file: "a.yaml", fields: {}, relations: {}, preventDestroy: false, adopted: false };
  return { address, id: "16", ...rest, ...more };
}

function documentOf(more: Partial<InventoryReport>): Document {
  const owned: InventoryReport = {
    place: "appliance",
    keptIn: ["20", "21"],
    found: "whole",
    written: false,
    appliedAt: null,
    entries: [],
    ...more,
  };
  const target = { host: "eda-01", firmware: "8.7.1.2", platform: "discover" };
  return toDocument({ command: "inventory show", exitCode: 0, version: "1", target, owner: "net", owned });
}

describe("an inventory as text", () => {
  it("keeps its columns with wide, long and hidden characters, and hides nothing", () => {
    const long = `alert/${"long ".repeat(20)}name`;
    const entries = [
      entry("tag/日本"),
      entry("tag/\u001b[31mred\u202e", { id: null, file: "b\n.yaml" }),
      entry(long, { id: "7", adopted: true }),
      entry("tag/x", { preventDestroy: true }),
    ];
    const lines = renderInventory(documentOf({ entries }), plain).split("\n");
    const rows = lines.filter((line) => /^ {2}tag/.test(line));
    const columns = rows.map((line) => displayWidth(line.slice(0, line.search(/(\?|16) /))));
    expect([rows.length, new Set(columns).size]).toEqual([3, 1]);
    expect(lines.join("\n")).toContain("tag/\\x1b[31mred\\u202e");
    expect(lines.join("\n")).toContain("b\\n.yaml");
    expect(lines[lines.indexOf(`  ${long}`) + 1]).toMatch(/^ +7 +yes +a\.yaml$/);
    expect(lines.at(-2)).toMatch(/^\?: announced/);
    expect(lines.slice(1, 3).join(" ")).toBe(
      "4 objects, the time of the last apply is not known, kept on the appliance (ids 20, 21).",
    );
  });

  it("of a repair counts what stays and names what comes and goes", () => {
    const [a, b, c] = [entry("tag/a"), entry("tag/b"), entry("tag/c", { id: null })];
    const document = documentOf({ entries: [a, b], gained: [b], givenUp: [c] });
    const text = renderRepair(document, plain);
    expect(text).toContain("Becomes owned (1):\n  = tag/b  id 16 · a.yaml\n");
    expect(text).toContain("\n1 object owned as before.\n");
    expect(text).toContain("no longer managed (1):\n  < tag/c  id ? · a.yaml\n");
    expect(renderInventoryQuestion(document)).toContain("for eda-01 (1 object given up)?");
  });
});
