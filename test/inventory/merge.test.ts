import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { announce, settle } from "../../src/inventory/merge.ts";
import type { Inventory, InventoryEntry } from "../../src/model.ts";
import { arbitraryEntry, entry, inventory } from "./inventories.ts";

const pool = fc.constantFrom("tag/a", "tag/b", "alert/a", "alert/B", "trigger/日本", "alert/");
const entries = fc.array(arbitraryEntry(pool), { maxLength: 4 });
const addresses = fc.array(pool, { maxLength: 3 });

type Step =
  | { readonly do: "announce"; readonly entries: readonly InventoryEntry[] }
  | {
      readonly do: "settle";
      readonly applied: readonly InventoryEntry[];
      readonly removed: readonly string[];
    };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("announce" as const), entries }),
    fc.record({ do: fc.constant("settle" as const), applied: entries, removed: addresses }),
  ),
);

function run(state: Inventory, step: Step): Inventory {
  if (step.do === "announce") return announce(state, step.entries);
  return settle(state, { appliedAt: 5, applied: step.applied, removed: step.removed });
}

const addressesOf = (state: Inventory): readonly string[] => state.entries.map(({ address }) => address);

describe("any sequence of announce and settle", () => {
  it("keeps every address that was announced or applied and not removed since, sorted and once", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        let state = inventory([]);
        const expected = new Set<string>();
        for (const step of sequence) {
          state = run(state, step);
          if (step.do === "settle") for (const address of step.removed) expected.delete(address);
          const added = step.do === "announce" ? step.entries : step.applied;
          for (const { address } of added) expected.add(address);
          expect(addressesOf(state)).toEqual([...expected].sort((a, b) => (a < b ? -1 : 1)));
        }
      }),
    );
  });

  it("changes nothing when its last step is repeated", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const state = sequence.reduce(run, inventory([]));
        const last = sequence.at(-1);
        if (last !== undefined) expect(run(state, last)).toEqual(state);
      }),
    );
  });

  it("loses no id that is known", () => {
    fc.assert(
      fc.property(entries, entries, (first, second) => {
        const before = announce(inventory([]), first);
        const after = announce(before, second);
        const ids = new Map(after.entries.map(({ address, id }) => [address, id]));
        for (const { address, id } of before.entries) if (id !== null) expect(ids.get(address)).toBe(id);
      }),
    );
  });
});

describe("announce", () => {
  it("leaves an entry as it was last applied, and fills in the id that it lacks", () => {
    const state = inventory([entry("alert/a", { id: "1" }), entry("alert/b", { id: null })]);
    const announced = announce(state, [
      entry("alert/c", { id: null }),
      entry("alert/b", { id: "2", fields: {} }),
      entry("alert/a", { id: "9", fields: {} }),
    ]);
    expect(announced).toEqual({
      ...state,
      entries: [entry("alert/a", { id: "1" }), entry("alert/b", { id: "2" }), entry("alert/c", { id: null })],
    });
  });
});

describe("settle", () => {
  it("replaces what was applied, drops what is gone, and keeps what failed", () => {
    const state = inventory([
      entry("alert/deleted"),
      entry("alert/failed", { id: null }),
      entry("alert/renamed from"),
      entry("alert/updated"),
    ]);
    const settled = settle(state, {
      appliedAt: 7,
      applied: [entry("alert/updated", { fields: {} }), entry("alert/renamed to")],
      removed: ["alert/deleted", "alert/renamed from", "alert/never there"],
    });
    expect(settled).toEqual({
      ...state,
      appliedAt: 7,
      entries: [
        entry("alert/failed", { id: null }),
        entry("alert/renamed to"),
        entry("alert/updated", { fields: {} }),
      ],
    });
  });

  it("keeps an address that was removed and applied in one run", () => {
    const settled = settle(inventory([entry("alert/a", { id: "1" })]), {
      appliedAt: 7,
      applied: [entry("alert/a", { id: "2" })],
      removed: ["alert/a"],
    });
    expect(settled.entries).toEqual([entry("alert/a", { id: "2" })]);
  });
});
