/** Links of live objects as a manifest writes them: names where they are clear, identifiers that never change. */
import { DEVICE, referenceTargets } from "../kinds/targets.ts";
import type { Id, Json, LiveTarget } from "../model.ts";
import type { Chosen } from "./export-entry.ts";
import { groupByName } from "./match.ts";
import type { Node } from "./named-targets.ts";

/** A link as an item of a relation's list, or the ids among which its name does not choose. */
export type WrittenReference =
  | { readonly item: Json; readonly comment?: string }
  | { readonly name: string; readonly ambiguous: readonly Id[] };

export type ReferenceWriter = (to: string, link: LiveTarget) => WrittenReference;

/** Something that can be referred to. */
export interface Named {
  readonly id: Id;
  readonly name: string;
  readonly discoveryId?: string;
  readonly node?: Node;
}

/** `live` is everything that can be referred to, by kind. */
export function referenceWriter(
  chosen: readonly Chosen[],
  live: ReadonlyMap<string, readonly Named[]>,
): ReferenceWriter {
  const declared = new Set(chosen.map(({ kind, live: { id } }) => `${kind.kind} ${id}`));
  const named = new Map([...live].map(([kind, list]) => [kind, groupByName(list)]));
  const byId = new Map([...live].map(([kind, list]) => [kind, new Map(list.map((o) => [o.id, o]))]));
  return (to, link) => {
    if (to === DEVICE) return deviceReference(link);
    const found = byId.get(to)?.get(link.id);
    const name = found?.name ?? link.address.slice(to.length + 1);
    const namesakes = named.get(to)?.get(name) ?? [];
    const ids = namesakes.map(({ id }) => id);
    // A name that the manifest declares means what it declares.
    if (name !== "" && (ids.length <= 1 || declared.has(`${to} ${link.id}`))) return { item: name };
    const node = found?.node;
    if (node !== undefined && namesakes.filter((other) => other.node?.name === node.name).length === 1) {
      return { item: { name, node: node.name } };
    }
    const identified = referenceTargets.some(({ kind, byDiscoveryId }) => kind === to && byDiscoveryId);
    return identified && found?.discoveryId !== undefined
      ? { item: { discovery_id: found.discoveryId }, comment: name }
      : { name, ambiguous: ids };
  };
}

/** Addresses and names of devices change; an id is one appliance's own, and the last resort. */
function deviceReference({ id, discoveryId, label }: LiveTarget): WrittenReference {
  const item = discoveryId === undefined ? { id } : { discovery_id: discoveryId };
  return label === undefined || label === discoveryId ? { item } : { item, comment: label };
}
