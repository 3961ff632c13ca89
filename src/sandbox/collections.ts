/**
 * The names of the simulated appliance: its collections, the field that names an object in each, and
 * which collections can be assigned to which (guide 8.7, the tables of operations).
 */
import type { JsonObject } from "../model.ts";

/** An object as the API answers it. */
export interface WireObject extends JsonObject {
  readonly id: number;
}

export const COLLECTIONS = [
  "tags",
  "alerts",
  "triggers",
  "devicegroups",
  "emailgroups",
  "exclusionintervals",
  "networks",
  "applications",
  "devices",
] as const;

/** A path segment below /api/v1 that holds objects. */
export type Collection = (typeof COLLECTIONS)[number];

/** Written as the side that the guide describes first, then what is assigned. */
export const RELATIONS = [
  "alerts/applications",
  "alerts/devicegroups",
  "alerts/devices",
  "alerts/emailgroups",
  "alerts/exclusionintervals",
  "alerts/networks",
  "triggers/devicegroups",
  "triggers/devices",
  "tags/devices",
  "devicegroups/devices",
] as const;

/** A set of links between the objects of two collections. */
export type Relation = (typeof RELATIONS)[number];

/** One side of a relation, as a path `/<parent>/{id}/<child>` sees it. */
export interface Side {
  readonly relation: Relation;
  readonly parent: Collection;
  readonly child: Collection;
  /** True when `parent` is the second name of the relation. */
  readonly reversed: boolean;
}

/** The relations that have routes from their first side only: email groups and intervals do not list alerts. */
const ONE_SIDED: readonly Relation[] = ["alerts/emailgroups", "alerts/exclusionintervals"];

export const SIDES: readonly Side[] = RELATIONS.flatMap((relation) => {
  const [first, second] = relation.split("/") as [Collection, Collection];
  const forward: Side = { relation, parent: first, child: second, reversed: false };
  const backward: Side = { relation, parent: second, child: first, reversed: true };
  return ONE_SIDED.includes(relation) ? [forward] : [forward, backward];
});

/** The field that holds an object's name; only email groups and what is discovered differ. */
export function nameKey(collection: Collection): string {
  if (collection === "emailgroups") return "group_name";
  return collection === "devices" || collection === "applications" ? "display_name" : "name";
}

/** The name of an object, or "" where it has none. */
export function nameOf(collection: Collection, object: JsonObject): string {
  const name = object[nameKey(collection)];
  return typeof name === "string" ? name : "";
}
