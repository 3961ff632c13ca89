/** A change in the making: what all sorts of changes have in common. */

import type { Kind } from "../kinds/kind.ts";
import type {
  Cause,
  Change,
  FieldChange,
  Id,
  InventoryEntry,
  Json,
  LiveObject,
  LiveTarget,
  RelationChange,
  Resource,
} from "../model.ts";
import { compareRelation, type Part, type RelationDifference, relationChange } from "./compare.ts";
import type { Match } from "./match.ts";
import { causeOf, type Ownership } from "./ownership.ts";
import type { ResolvedRelations } from "./resolve.ts";
import type { Snapshot } from "./snapshot.ts";

/** A change before its place in the order is known. */
export type Draft = Omit<Change, "wave" | "requires">;

/** An entry before its links are compared. */
export interface PreparedEntry extends Match {
  readonly relations: ResolvedRelations;
  /** How a live object's fields differ from what is declared. */
  readonly fields: readonly FieldChange[];
  /** What the inventory is to say of it where nothing new is linked, as far as that is told in advance. */
  readonly recorded?: InventoryEntry;
}

/** One entry with what becomes of it. */
export interface Planned extends PreparedEntry {
  readonly draft?: Draft;
}

/** The entry that declares a live object, with its links; undefined for objects that no entry means. */
export type EntryOf = (kind: string, id: Id) => PreparedEntry | undefined;

/** What a draft is made from, besides the entry. */
export interface Circumstances {
  readonly snapshot: Snapshot;
  readonly ownership: Ownership;
  readonly entryOf: EntryOf;
}

/** An entry with its kind and with what the inventory says of its object. */
export interface Subject extends PreparedEntry {
  readonly kind: Kind;
  readonly record: InventoryEntry | undefined;
}

/** A subject whose object exists. */
export type LiveSubject = Subject & { readonly live: LiveObject };

/** What every draft has. */
export function base(resource: Resource): Pick<Draft, "address" | "source"> {
  return { address: resource.address, source: resource.at("") };
}

/** Whether the change leaves the live name free: a successor has it at the same time as the old object, unless it gets another. */
export function freesName({ action, previousName }: Draft): boolean {
  return action === "rename" || action === "delete" || (action === "replace" && previousName !== undefined);
}

/** All links of an object that has none yet. */
export function newLinks(relations: ResolvedRelations): readonly RelationDifference[] {
  return Object.entries(relations).flatMap(([name, wanted]) => compareRelation(name, wanted, []) ?? []);
}

/** The inventory's entry for an entry of the manifest: of its live object, or announced under its name. */
export function recordOf(
  ownership: Ownership,
  resource: Resource,
  live: LiveObject | undefined,
): InventoryEntry | undefined {
  const named = ownership.entryAt(resource.address);
  const owned = live === undefined ? undefined : ownership.entryOf(resource.kind, live.id);
  return owned ?? (live === undefined || named?.id === null ? named : undefined);
}

/** Why a part's values differ. */
export function explainPart(
  ownership: Ownership,
  record: InventoryEntry | undefined,
): (part: Pick<Part, "part" | "live" | "declared">) => Cause {
  return ({ part, live, declared }) => causeOf(ownership, record?.fields[part], live, declared);
}

/** Links as the inventory records them; an object that this run creates has no id yet. */
export function recordedLinks(links: readonly { readonly id: Id | null }[]): Json {
  return links.map(({ id }) => id ?? "").sort();
}

/** The relation's difference as the plan shows it, with its cause. */
export function explainedRelation(
  { ownership }: Circumstances,
  record: InventoryEntry | undefined,
  difference: RelationDifference,
  live: readonly LiveTarget[],
  wanted: ResolvedRelations[string],
): RelationChange {
  const recorded = record?.relations[difference.relation];
  return relationChange(difference, causeOf(ownership, recorded, recordedLinks(live), recordedLinks(wanted)));
}
