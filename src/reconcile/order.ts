/**
 * What must be done before what:
 *
 *     referenced object created, replaced, renamed ──▶ whoever names or assigns it, or takes a link off its successor
 *     whoever unassigns it or stops naming it      ──▶ object deleted
 *     deletes of kinds that can refer to a kind    ──▶ deletes and replaces of that kind
 *     object gives up its name (renamed, deleted)  ──▶ object that takes the name, unless it moves that object aside
 */

import { parsePointer } from "../json.ts";
import { kindNamed, kinds } from "../kinds/index.ts";
import type { Address } from "../model.ts";
import { topField } from "./compare.ts";
import { type Draft, freesName, type Planned } from "./draft.ts";
import type { Requirements } from "./graph.ts";
import { groupByName } from "./match.ts";
import { namedByPlaceholder } from "./operations.ts";

type Entry = Planned & { readonly draft: Draft };

const MAKES_ANEW: readonly Draft["action"][] = ["create", "replace", "rename"];
const ENDS_ONE: readonly Draft["action"][] = ["delete", "replace"];

export interface Order {
  /** For every change, the changes that must be done first. */
  readonly requirements: Requirements;
  /** Addresses in `requirements` that stand for no change. */
  readonly barriers: ReadonlySet<Address>;
}

/** What must come before what. */
export function orderOf(planned: readonly Planned[]): Order {
  const entries = planned.filter((entry): entry is Entry => entry.draft !== undefined);
  const drafts = new Map(entries.map((entry) => [entry.draft.address, entry]));
  const deleted = deletedByLiveName(entries);
  const barriers = new Set(kinds.map(({ kind }) => barrierOf(kind)));
  const addresses = [...entries.map(({ draft }) => draft.address), ...barriers];
  const required = new Map(addresses.map((address) => [address, new Set<Address>()]));
  const add = (before: Address, after: Address): void => {
    if (before !== after) required.get(after)?.add(before);
  };
  for (const entry of entries) {
    for (const used of usedAddresses(entry)) {
      if (MAKES_ANEW.includes(drafts.get(used)?.draft.action ?? "update")) add(used, entry.draft.address);
    }
    for (const left of leftAddresses(entry)) {
      for (const end of deleted.get(left) ?? []) add(entry.draft.address, end);
    }
  }
  for (const [before, after] of [...deletesInOrder(entries), ...namesInOrder(entries)]) add(before, after);
  return { requirements: required, barriers };
}

/** What the change's own operations assign or name. */
function usedAddresses({ resource, draft }: Entry): readonly Address[] {
  const pending = namedByPlaceholder(draft.operations);
  if (draft.action === "delete") return pending;
  const changed = new Set(draft.fields.map(topField));
  const named = (kindNamed(resource.kind).references?.(resource.fields) ?? [])
    .filter(({ pointer }) => changed.has(parsePointer(pointer)[0] ?? ""))
    .map(({ kind, name }) => `${kind}/${name}`);
  return [...pending, ...named, ...draft.relations.flatMap(({ assign }) => assign)];
}

/** What is deleted, by the name that it has now: somebody may have renamed it on the appliance. */
function deletedByLiveName(entries: readonly Entry[]): ReadonlyMap<Address, readonly Address[]> {
  const deleted = entries
    .filter(({ draft }) => draft.action === "delete")
    .map(({ resource, live, draft }) => ({ name: `${resource.kind}/${live?.name}`, address: draft.address }));
  return new Map([...groupByName(deleted)].map(([name, list]) => [name, list.map(({ address }) => address)]));
}

/** What the change takes its hands off, by live names; only matters where that is deleted. */
function leftAddresses(entry: Entry): readonly Address[] {
  const { resource, live, draft } = entry;
  const unassigned = draft.relations.flatMap(({ unassign }) => unassign);
  const named = live === undefined ? [] : (kindNamed(resource.kind).references?.(live.fields) ?? []);
  if (named.length === 0) return unassigned;
  const used = new Set(usedAddresses(entry));
  const left = named.map(({ kind, name }) => `${kind}/${name}`).filter((address) => !used.has(address));
  return [...left, ...unassigned];
}

type Edge = readonly [Address, Address];

/** Stands between the deletes of kinds that can refer to a kind and the deletes of that kind. */
function barrierOf(kind: string): Address {
  return `(deletes before ${kind})`;
}

/**
 * Links of objects to be deleted are not read, so the kinds decide: who can refer to it goes first. A
 * barrier for each kind keeps the edges as few as the deletes.
 */
function deletesInOrder(entries: readonly Entry[]): readonly Edge[] {
  const ending = entries.filter(({ draft }) => ENDS_ONE.includes(draft.action));
  return ending.flatMap(({ resource, draft }): Edge[] => {
    const targets = new Set(Object.values(kindNamed(resource.kind).relations).map(({ to }) => to));
    const after =
      draft.action === "delete" ? [...targets].map((to): Edge => [draft.address, barrierOf(to)]) : [];
    return [...after, [barrierOf(resource.kind), draft.address]];
  });
}

function namesInOrder(entries: readonly Entry[]): readonly Edge[] {
  const givenUp = new Map(
    entries
      .filter(({ draft }) => freesName(draft))
      .map(({ resource, live, draft }) => [`${resource.kind}/${live?.name}`, draft.address]),
  );
  return entries
    .filter(({ draft }) => draft.action === "create" || (freesName(draft) && draft.action !== "delete"))
    .flatMap(({ draft }): Edge[] => {
      const holder = givenUp.get(draft.address);
      return holder === undefined || holder === draft.aside?.address ? [] : [[holder, draft.address]];
    });
}
