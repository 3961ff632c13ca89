/** The routes that every collection has: list, create, read, update, delete. */
import type { JsonObject } from "../model.ts";
import { type Answer, DONE, found, notFound, refusal } from "./answer.ts";
import { bodyObject, checkCreate, checkUpdate, initialValues, storedValues } from "./bodies.ts";
import { type Collection, nameOf, RELATIONS, type WireObject } from "./collections.ts";
import type { Context, Handler } from "./context.ts";
import { isOfNode, wideId } from "./platforms.ts";
import type { Quirks } from "./quirks.ts";
import { RULES, type Write } from "./rules.ts";

/** The object of a path's first id. */
export function objectOf(context: Context, collection: Collection, id: number | undefined): WireObject {
  const object = id === undefined ? undefined : context.state.get(collection, id);
  if (object === undefined) throw notFound();
  return object;
}

export function listObjects(collection: Collection): Handler {
  return (context) => found(context.state.listed(collection));
}

export function readObject(collection: Collection): Handler {
  return (context, call) => found(objectOf(context, collection, call.ids[0]));
}

export function createObject(collection: Collection): Handler {
  return (context, call) => {
    const body = bodyObject(call.body);
    checkCreate(context.generation.schemas[collection], body, context.quirks);
    const write = newWrite(context, collection, body, call.user);
    RULES[collection].check?.(context, write);
    const object = storeNew(context, collection, write);
    commit(context, call.user, "Create", `${collection}/${object.id} "${nameOf(collection, object)}"`);
    context.state.hide(collection, object.id, Math.max(context.quirks.listLag, call.steering.lag));
    return { status: 201, headers: { location: `/api/v1/${collection}/${object.id}` } };
  };
}

export function updateObject(collection: Collection): Handler {
  return (context, call) => {
    const before = objectOf(context, collection, call.ids[0]);
    const body = bodyObject(call.body);
    checkUpdate(context.generation.schemas[collection], body, quirksOf(context, collection));
    const write = changeWrite(context, collection, before, body);
    RULES[collection].check?.(context, write);
    storeChanged(context, collection, write);
    commit(context, call.user, "Modify", changeDetails(collection, before, body));
    return DONE;
  };
}

/** PATCH /devices/{id} declares 400 for an invalid update, whatever is wrong with it (Swagger). */
function quirksOf({ quirks }: Context, collection: Collection): Quirks {
  return collection === "devices" ? { ...quirks, badEnumStatus: 400 } : quirks;
}

export function deleteObject(collection: Collection): Handler {
  return (context, call): Answer => {
    const object = objectOf(context, collection, call.ids[0]);
    if (context.state.builtIn(collection, object.id))
      throw refusal(422, "A built-in object cannot be deleted.");
    if (context.quirks.deleteInUse === "refuse" && inUse(context, collection, object.id)) {
      throw refusal(422, "The object is in use.");
    }
    context.state.remove(collection, object.id);
    commit(context, call.user, "Delete", `${collection}/${object.id} "${nameOf(collection, object)}"`);
    return DONE;
  };
}

/** A tag is in use by its devices, everything else by what it is assigned to: an email group by an alert. */
function inUse(context: Context, collection: Collection, id: number): boolean {
  const { links } = context.state;
  const users = RELATIONS.filter((relation) => relation.endsWith(`/${collection}`));
  const tagged =
    collection === "tags" && links.of({ relation: "tags/devices", reversed: false }, id).size > 0;
  return tagged || users.some((relation) => links.of({ relation, reversed: true }, id).size > 0);
}

/** A create with the server's defaults under its body. */
export function newWrite(context: Context, collection: Collection, body: JsonObject, user: string): Write {
  const schema = context.generation.schemas[collection];
  const author = "author" in schema.fields ? { author: user } : {};
  const stored = storedValues(schema, body, context.quirks);
  return { before: null, body, after: { ...initialValues(schema, context.quirks), ...author, ...stored } };
}

/** An update over what is there. A `dynamic` that is accepted is not stored. */
export function changeWrite(
  context: Context,
  collection: Collection,
  before: WireObject,
  sent: JsonObject,
): Write {
  const { dynamic: _ignored, ...body } = sent;
  const stored = storedValues(context.generation.schemas[collection], body, context.quirks);
  return { before, body, after: { ...before, ...stored } };
}

export function storeNew(context: Context, collection: Collection, write: Write): WireObject {
  const fields = RULES[collection].complete?.(context, write) ?? write.after;
  const object = { ...fields, ...stamps(context, collection, null) };
  return context.state.insert(collection, object, freeId(context, collection, fields));
}

/** On a console an application has the next id of its sensor, or of the console itself. */
function freeId(
  { state, platform }: Context,
  collection: Collection,
  fields: JsonObject,
): number | undefined {
  if (collection !== "applications" || platform === "sensor") return undefined;
  const node = typeof fields.node_id === "number" ? fields.node_id : null;
  const taken = state
    .list(collection)
    .map(({ id }) => id)
    .filter((id) => isOfNode(node, id));
  return Math.max(wideId(node, 0), ...taken) + 1;
}

export function storeChanged(context: Context, collection: Collection, write: Write): void {
  const { before } = write;
  if (before === null) return;
  const fields = RULES[collection].complete?.(context, write) ?? write.after;
  context.state.replace(collection, { ...fields, ...stamps(context, collection, before), id: before.id });
}

/** The times that the server keeps. */
function stamps(context: Context, collection: Collection, before: WireObject | null): JsonObject {
  const { state, generation } = context;
  if (!generation.schemas[collection].modTime) return {};
  const time = state.modTime(before?.mod_time);
  if (collection !== "applications") return { mod_time: time };
  return { mod_time: time, user_mod_time: time };
}

export function changeDetails(collection: Collection, object: WireObject, body: JsonObject): string {
  return `${collection}/${object.id} "${nameOf(collection, object)}": ${Object.keys(body).join(", ")}`;
}

/** Notes a write that came over the API. */
export function commit(context: Context, user: string, operation: string, details: string): void {
  context.state.commit({ user, operation, details, facility: "REST API" });
}
