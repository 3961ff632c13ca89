import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planWaves } from "../../src/reconcile/graph.ts";

function requirements(edges: Readonly<Record<string, readonly string[]>>): Map<string, Set<string>> {
  return new Map(Object.entries(edges).map(([k, v]) => [k, new Set(v)]));
}

describe("planWaves", () => {
  it("puts each address one wave after the latest that it waits for", () => {
    const result = planWaves(requirements({ alert: ["group", "mail"], group: ["tag"], mail: [], tag: [] }));
    expect("waves" in result && Object.fromEntries(result.waves)).toEqual({
      tag: 1,
      mail: 1,
      group: 2,
      alert: 3,
    });
  });

  it("names the members of a cycle, and only them", () => {
    const result = planWaves(requirements({ start: ["a"], a: ["b"], b: ["c"], c: ["a"] }));
    expect("cycle" in result && [...result.cycle].sort()).toEqual(["a", "b", "c"]);
  });

  it("never puts an address before or beside what it waits for", () => {
    const edges = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 80 });
    fc.assert(
      fc.property(edges, (pairs) => {
        // Edges from higher to lower numbers have no cycle.
        const nodes = new Map(Array.from({ length: 31 }, (_, i) => [String(i), new Set<string>()]));
        for (const [a, b] of pairs)
          if (a !== b) nodes.get(String(Math.max(a, b)))?.add(String(Math.min(a, b)));
        const result = planWaves(nodes);
        if ("cycle" in result) throw new Error("no cycle was possible");
        for (const [node, required] of nodes) {
          const after = [...required].map((r) => result.waves.get(r) ?? Number.NaN);
          expect(result.waves.get(node)).toBe(Math.max(0, ...after) + 1);
        }
      }),
    );
  });
});
