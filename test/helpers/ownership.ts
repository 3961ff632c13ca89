/** Inventories as they stand after an apply, for tests. */
import { record } from "../../src/inventory/record.ts";
import type { InventoryEntry, Json } from "../../src/model.ts";
import { createOwnership, type Ownership } from "../../src/reconcile/ownership.ts";

export const SALT = "c2FsdA==";

/** `values` and `links` as they were applied; links are sorted ids. */
export function entry(
  address: string,
  id: string | null,
  more: Partial<InventoryEntry> & {
    values?: Readonly<Record<string, Json>>;
    links?: Readonly<Record<string, Json>>;
  } = {},
): InventoryEntry {
  const { values = {}, links = {}, ...rest } = more;
  const recorded = (all: Readonly<Record<string, Json>>) =>
    Object.fromEntries(
      Object.entries(all).map(([name, v]) => [name, record(v, { salt: SALT, sensitive: false })]),
    );
  return {
    address,
    id,
    file: "manifests/test.yaml",
    fields: recorded(values),
    relations: recorded(links),
    preventDestroy: false,
    adopted: false,
    ...rest,
  };
}

/** The inventory of the owner "test". */
export function owned(...entries: readonly InventoryEntry[]): Ownership {
  return createOwnership({ owner: "test", salt: SALT, appliedAt: 1, entries }, [], true);
}
