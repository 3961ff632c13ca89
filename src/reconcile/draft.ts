/** A change in the making: what all sorts of changes have in common. */
import type { Change, Id, Resource } from "../model.ts";
import { compareRelation, type RelationDifference } from "./compare.ts";
import type { Match } from "./match.ts";
import type { ResolvedRelations } from "./resolve.ts";

/** A change before its place in the order is known. */
export type Draft = Omit<Change, "wave" | "requires">;

/** One entry with all that decides what becomes of it. */
export interface Planned extends Match {
  readonly relations: ResolvedRelations;
  readonly draft?: Draft;
}

/** The entry that declares a live object, with its links; undefined for objects that no entry means. */
export type EntryOf = (kind: string, id: Id) => Pick<Planned, "resource" | "relations"> | undefined;

/** What every draft has. */
export function base(resource: Resource): Pick<Draft, "address" | "cause" | "source"> {
  return { address: resource.address, cause: null, source: resource.at("") };
}

/** All links of an object that has none yet. */
export function newLinks(relations: ResolvedRelations): readonly RelationDifference[] {
  return Object.entries(relations).flatMap(([name, wanted]) => compareRelation(name, wanted, []) ?? []);
}
