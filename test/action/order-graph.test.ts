import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderParts } from "../../src/action/order-graph.ts";
import type { Change } from "../../src/model.ts";
import { printable } from "../../src/render/clean.ts";
import { change } from "../render/documents.ts";
import { anyText } from "../render/markdown-text.ts";
import { expectHarmless, nodes } from "../render/markdown-tree.ts";

/** Each waits for the one before it. */
function chain(names: readonly string[]): readonly Change[] {
  return names.map((name, i) =>
    change(`alert/${i}${name}`, i % 2 === 0 ? "update" : "delete", {
      requires: i === 0 ? ["alert/of another plan"] : [`alert/${i - 1}${names[i - 1]}`],
    }),
  );
}

/** What Mermaid shows of a label. */
function shown(label: string): string {
  return label.replace(/#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number)));
}

describe("the order of changes", () => {
  it("is nothing but nodes with harmless labels and arrows, whatever the names", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 2, maxLength: 6 }), (names) => {
        const tree = expectHarmless(orderParts(chain(names)).join("\n\n"));
        const [block, ...others] = nodes(tree).filter(({ type }) => type === "code");
        expect([block?.lang, others]).toEqual(["mermaid", []]);
        const lines = (block?.value ?? "").split("\n");
        expect([lines[0], lines.at(-1)?.split(" ")[2]]).toEqual(["flowchart LR", "classDef"]);
        const labels = lines.flatMap(
          (line) => /^ {2}n\d+\["(?:update|delete) ([^"]*)"\]/.exec(line)?.[1] ?? [],
        );
        expect(labels.filter((label) => !/^([\p{L}\p{M}\p{Nd} /_-]|#\d+;)*$/u.test(label))).toEqual([]);
        const full = names.map((name, i) => [...printable(`alert/${i}${name}`)]);
        expect(labels.map(shown)).toEqual(
          full.map((signs) => (signs.length > 60 ? `${signs.slice(0, 59).join("")}…` : signs.join(""))),
        );
        expect(lines.filter((line) => / n\d+ --> n\d+$/.test(line))).toHaveLength(names.length - 1);
        expect(lines).toHaveLength(2 * names.length + 1);
      }),
      { numRuns: 40 },
    );
  });

  it("is a sentence where there is nothing to draw or too much", () => {
    const alone = [change("tag/a", "create"), change("tag/b", "create")];
    expect(orderParts(alone.slice(1))).toEqual([]);
    expect(orderParts(alone)).toEqual(["### Order", "No change waits for another."]);
    expect(orderParts([...alone, ...chain(["", ""])]).at(-1)).toBe("2 more changes wait for none.");
    const many = chain(Array.from({ length: 151 }, () => ""));
    expect(orderParts(many)).toEqual([
      "### Order",
      "Too large to be drawn: 151 changes with 150 links between them.",
    ]);
    expect(orderParts(many.slice(0, 150))[1]).toContain("mermaid");
    const dense = chain(Array.from({ length: 26 }, () => ""));
    const all = dense.map((one, i) => ({
      ...one,
      requires: dense.slice(0, i).map(({ address }) => address),
    }));
    expect(orderParts(all)[1]).toBe("Too large to be drawn: 26 changes with 325 links between them.");
    const wide = chain(Array.from({ length: 140 }, () => "😀".repeat(100)));
    expect(orderParts(wide)[1]).toBe("Too large to be drawn: 140 changes with 139 links between them.");
  });
});
