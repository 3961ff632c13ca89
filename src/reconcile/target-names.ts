/** What ids stand for, told from all that was read. */
import { kinds } from "../kinds/index.ts";
import { DEVICE, referenceTargets } from "../kinds/targets.ts";
import type { Id, LiveTarget } from "../model.ts";
import { kindOf } from "./ownership.ts";
import type { ResolvedRelations } from "./resolve.ts";
import type { Snapshot } from "./snapshot.ts";

/** Owned objects go by the name they were applied with; later sources of a name count before earlier ones. */
export function targetNames(
  snapshot: Snapshot,
  resolved: readonly ResolvedRelations[],
): (kind: string, id: Id) => LiveTarget {
  const { inventory, objects, targets, links } = snapshot;
  const objectTargets = [...objects].flatMap(([kind, list]) =>
    list.map(({ id, name }): LiveTarget => ({ id, address: `${kind}/${name}` })),
  );
  const wanted = resolved.flatMap((relations) =>
    Object.values(relations).flatMap((list) =>
      list.flatMap(({ id, address, label }): LiveTarget[] =>
        id === null ? [] : [{ id, address, ...(label === undefined ? {} : { label }) }],
      ),
    ),
  );
  const owned = inventory.ownership.inventory.entries.flatMap(({ id, address }): LiveTarget[] =>
    id === null ? [] : [{ id, address }],
  );
  const all = [...objectTargets, ...[...targets.values()].flat(), ...[...links.values()].flat(), ...wanted];
  const names = new Map(
    [...all, ...owned].map((target) => [`${kindOf(target.address)} ${target.id}`, target]),
  );
  return (kind, id) => names.get(`${kind} ${id}`) ?? { id, address: `${kind}/(id ${id})` };
}

/** The name for people of what a bulk assignment at this path links, with its id. */
export type NameLinked = (path: string, id: Id) => string;

export function createNamer(snapshot: Snapshot, resolved: readonly ResolvedRelations[]): NameLinked {
  const named = targetNames(snapshot, resolved);
  const collections = new Map([...kinds, ...referenceTargets].map(({ path, kind }) => [path, kind]));
  return (path, id) => {
    const collection = path.slice(path.lastIndexOf("/"));
    const { label, address } = named(collections.get(collection) ?? DEVICE, id);
    return `${label ?? address}, id ${id}`;
  };
}
