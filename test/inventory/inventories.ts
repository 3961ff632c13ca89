/** Inventories for tests: one entry, many, and arbitrary ones. */
import fc from "fast-check";
import { kinds } from "../../src/kinds/index.ts";
import type { Inventory, InventoryEntry, Json, Recorded } from "../../src/model.ts";

const SALT = "00112233445566778899aabbccddeeff";

export function entry(address: string, parts: Partial<InventoryEntry> = {}): InventoryEntry {
  return {
    address,
    id: "16",
    file: "manifests/alerts.yaml",
    fields: { severity: { value: 3 }, description: { hash: `sha256:${"ab".repeat(32)}` } },
    relations: { device_groups: { value: ["7", "12"] } },
    preventDestroy: false,
    adopted: false,
    ...parts,
  };
}

/** Entries in any order; the inventory has them sorted. */
export function inventory(entries: readonly InventoryEntry[], owner = "network-team"): Inventory {
  const sorted = [...entries].sort((a, b) => (a.address < b.address ? -1 : 1));
  return { owner, salt: SALT, appliedAt: 1_800_000_000_000, entries: sorted };
}

/** Entries that compress badly, as hashes do; another seed gives others. */
export function manyEntries(count: number, seed = 1): readonly InventoryEntry[] {
  let state = seed;
  const hex = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(16).padStart(8, "0");
  };
  return Array.from({ length: count }, (_, i) =>
    entry(`alert/${String(i).padStart(5, "0")} ${"a long name, ".repeat(12)}*/ ${hex()}`, {
      id: String(i),
      fields: { description: { hash: `sha256:${Array.from({ length: 8 }, hex).join("")}` } },
    }),
  );
}

/** What a value is after a way through JSON. */
export function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

const key = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "", "a/b", "*/", "10", "9"),
  fc.string({ unit: "binary" }),
);
const recorded: fc.Arbitrary<Recorded> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => ({ value: asJson(value as Json) })),
  fc
    .tuple(fc.constantFrom("sha256", "scrypt"), fc.stringMatching(/^[0-9a-f]{64}$/))
    .map(([kind, hex]) => ({ hash: `${kind}:${hex}` })),
);
const records = fc.array(fc.tuple(key, recorded), { maxLength: 4 }).map((list) => Object.fromEntries(list));

const name = fc.oneof(
  fc.constantFrom("*/", "/* */ x", "two\nlines", "\u2028", "日本 🏷", "\ud800", "__proto__", "${x}"),
  fc.string({ unit: "binary", minLength: 1 }),
);

export const arbitraryAddress: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...kinds.map(({ kind }) => kind)), name)
  .map(([kind, text]) => `${kind}/${text}`);

export function arbitraryEntry(
  address: fc.Arbitrary<string> = arbitraryAddress,
): fc.Arbitrary<InventoryEntry> {
  const required = {
    address,
    id: fc.option(fc.maxSafeNat().map(String), { nil: null }),
    file: fc.string(),
    fields: records,
    relations: records,
    preventDestroy: fc.boolean(),
    adopted: fc.boolean(),
  };
  const keys = Object.keys(required) as (keyof typeof required)[];
  return fc.record(
    { ...required, replaced: fc.record({ name: fc.string(), owned: fc.boolean() }) },
    { requiredKeys: keys },
  );
}

export const arbitraryInventory: fc.Arbitrary<Inventory> = fc
  .record({
    owner: name,
    entries: fc.uniqueArray(arbitraryEntry(), { selector: ({ address }) => address, maxLength: 8 }),
    appliedAt: fc.option(fc.maxSafeNat(), { nil: null }),
  })
  .map(({ owner, entries, appliedAt }) => ({ ...inventory(entries, owner), appliedAt }));
