/**
 * The appliance's own side: what a person does in its web interface, for tests and for the demonstration of
 * drift. Nothing is refused here, and every write is in the audit log under the person's name.
 */
import type { JsonObject } from "../model.ts";
import type { Collection, Relation, Side, WireObject } from "./collections.ts";
import { nameKey, nameOf, SIDES } from "./collections.ts";
import type { Context } from "./context.ts";
import { changeDetails, changeWrite, newWrite, storeChanged, storeNew } from "./objects.ts";
import type { AuditEntry } from "./state.ts";

/** `alerts/devicegroups` or `devicegroups/alerts`: the first name is whose id comes first. */
export type Path = `${Collection}/${Collection}`;

export interface Operator {
  list(collection: Collection): readonly WireObject[];
  get(collection: Collection, id: number): WireObject | undefined;
  /** The object with the lowest id of this name (`display_name` of devices and applications). */
  find(collection: Collection, name: string): WireObject | undefined;
  /** Creates with the server's defaults, and returns the id. */
  add(collection: Collection, fields: JsonObject, user?: string): number;
  /** Changes fields as an update would; null clears. */
  edit(collection: Collection, id: number, fields: JsonObject, user?: string): void;
  remove(collection: Collection, id: number, user?: string): void;
  link(path: Path, id: number, other: number, user?: string): void;
  unlink(path: Path, id: number, other: number, user?: string): void;
  /** Direct links only, by id. */
  linked(path: Path, id: number): readonly number[];
  /** Newest first. */
  auditLog(): readonly AuditEntry[];
}

const PERSON = "admin";

export function createOperator(context: Context): Operator {
  const { state } = context;
  const note = (user: string, operation: string, details: string): void =>
    state.commit({ user, operation, details, facility: "Web UI" });
  return {
    list: (collection) => state.list(collection),
    get: (collection, id) => state.get(collection, id),
    find: (collection, name) => state.list(collection).find((object) => object[nameKey(collection)] === name),
    add: (collection, fields, user = PERSON) => {
      const object = storeNew(context, collection, newWrite(context, collection, fields, user));
      note(user, "Create", `${collection}/${object.id} "${nameOf(collection, object)}"`);
      return object.id;
    },
    edit: (collection, id, fields, user = PERSON) => {
      const before = existing(context, collection, id);
      storeChanged(context, collection, changeWrite(context, collection, before, fields));
      note(user, "Modify", changeDetails(collection, before, fields));
    },
    remove: (collection, id, user = PERSON) => {
      const before = existing(context, collection, id);
      state.remove(collection, id);
      note(user, "Delete", `${collection}/${id} "${nameOf(collection, before)}"`);
    },
    link: (path, id, other, user = PERSON) => {
      const side = checkedSide(context, path, id, other);
      state.links.add(side, id, other);
      note(user, "Assign", linkDetails(context, side, id));
    },
    unlink: (path, id, other, user = PERSON) => {
      const side = checkedSide(context, path, id, other);
      state.links.remove(side, id, other);
      note(user, "Assign", linkDetails(context, side, id));
    },
    linked: (path, id) => [...state.links.of(sideOf(path), id)].sort((a, b) => a - b),
    auditLog: () => state.auditLog(),
  };
}

function existing(context: Context, collection: Collection, id: number): WireObject {
  const object = context.state.get(collection, id);
  if (object === undefined) throw new RangeError(`The sandbox has no ${collection}/${id}.`);
  return object;
}

function checkedSide(context: Context, path: Path, id: number, other: number): Side {
  const side = sideOf(path);
  existing(context, side.parent, id);
  existing(context, side.child, other);
  return side;
}

function linkDetails(context: Context, side: Side, id: number): string {
  const parent = existing(context, side.parent, id);
  return `${side.parent}/${id} "${nameOf(side.parent, parent)}": ${side.child} (1)`;
}

function sideOf(path: Path): Side {
  const [parent, child] = path.split("/") as [Collection, Collection];
  const known = SIDES.find((side) => side.parent === parent && side.child === child);
  if (known !== undefined) return known;
  const relation: Relation | undefined = SIDES.find(
    (side) => side.parent === child && side.child === parent,
  )?.relation;
  if (relation === undefined) throw new RangeError(`The sandbox has no relation ${path}.`);
  return { relation, parent, child, reversed: true };
}
