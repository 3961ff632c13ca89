/** Letting go of objects without deleting them: the inventory without their entries. Pure. */
import { didYouMean } from "../diagnostics.ts";
import type { Address, Diagnostic, Inventory, InventoryEntry } from "../model.ts";
import { nameOf } from "./ownership.ts";

export interface Forgotten {
  readonly inventory: Inventory;
  readonly givenUp: readonly InventoryEntry[];
  /** An error for each address that the inventory does not have. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The inventory without the entries of these addresses. */
export function forgetEntries(inventory: Inventory, addresses: readonly Address[]): Forgotten {
  const named = new Set(addresses);
  const known = new Map(inventory.entries.map((entry) => [entry.address, entry]));
  return {
    inventory: { ...inventory, entries: inventory.entries.filter(({ address }) => !named.has(address)) },
    givenUp: inventory.entries.filter(({ address }) => named.has(address)),
    diagnostics: [...named].filter((address) => !known.has(address)).map((a) => notOwned(a, inventory)),
  };
}

function notOwned(address: Address, { owner, entries }: Inventory): Diagnostic {
  const known = entries.map((entry) => entry.address);
  const named = known.filter((candidate) => nameOf(candidate) === address);
  const meant =
    named.length > 0
      ? ` Did you mean ${named.map((candidate) => JSON.stringify(candidate)).join(" or ")}?`
      : didYouMean(address, known);
  return {
    severity: "error",
    code: "not-owned",
    summary: "The owner does not have this object",
    detail: `The inventory of owner ${JSON.stringify(owner)} has no ${JSON.stringify(address)}.${meant} \`hopsync inventory show\` lists what it has.`,
  };
}
