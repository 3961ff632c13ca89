/** The HTTP calls of one change, in the order in which they are sent. */
import { isArray } from "../json.ts";
import { writeBody } from "../kinds/dialect.ts";
import type { Kind } from "../kinds/kind.ts";
import { createBody, patchValue } from "../kinds/wire.ts";
import type { Address, Id, Json, JsonObject, LiveObject, LiveTarget, Operation, Resource } from "../model.ts";
import { templatedFields } from "../secrets.ts";
import type { RelationDifference } from "./compare.ts";
import { bodySecrets } from "./secrets.ts";

/** Ids in one bulk assignment; the vendor documents no limit (facts §6). */
const CHUNK = 1000;

/** What stands in a plan for the id of an object that this run creates. */
export function placeholder(address: Address): string {
  return `<${address}>`;
}

const PLACEHOLDER = /<(.+)>/s;

/** The addresses of what these calls name by placeholder: a path below one collection, links of their body. */
export function namedByPlaceholder(operations: readonly Operation[]): readonly Address[] {
  const texts = operations.flatMap(({ path, body }) => [
    path,
    ...links(body?.assign),
    ...links(body?.unassign),
  ]);
  return texts.flatMap((text) => PLACEHOLDER.exec(text)?.[1] ?? []);
}

function links(list: Json | undefined): readonly string[] {
  return isArray(list) ? list.filter((item) => typeof item === "string") : [];
}

/** `inherited` are live fields that a successor keeps. */
export function createOperation(kind: Kind, resource: Resource, inherited: JsonObject = {}): Operation {
  const variant = kind.variant?.({ fields: resource.fields, relations: Object.keys(resource.relations) });
  const body = createBody(kind, resource.name, { ...inherited, ...templatedFields(resource) }, variant);
  return { method: "POST", path: kind.path, body, ...bodySecrets(resource, body) };
}

/** A PATCH of exactly these fields, and of the name where the live one is another; undefined for neither. */
export function patchOperation(
  kind: Kind,
  resource: Resource,
  live: LiveObject,
  changed: readonly string[],
): Operation | undefined {
  const templated = templatedFields(resource);
  const name = live.name === resource.name ? {} : { [kind.nameField]: resource.name };
  const fields = changed.map((field) => [
    field,
    patchValue(kind, field, templated[field] ?? null, live.fields[field]),
  ]);
  const body: JsonObject = { ...name, ...Object.fromEntries(fields) };
  if (Object.keys(body).length === 0) return undefined;
  return { method: "PATCH", path: `${kind.path}/${live.id}`, body, ...bodySecrets(resource, body) };
}

/** The call as the firmware wants it; of what it links there is one form only. */
export function inDialect(operation: Operation, kind: Kind, firmware: string): Operation {
  const { method, path, body } = operation;
  const writesFields = method === "PATCH" || (method === "POST" && path === kind.path);
  return body === undefined || !writesFields
    ? operation
    : { ...operation, body: writeBody(kind, firmware, body) };
}

export function deleteOperation(kind: Kind, id: Id): Operation {
  return { method: "DELETE", path: `${kind.path}/${id}` };
}

/** One bulk call per relation, in chunks; `self` is the object's id or its placeholder. */
export function assignOperations(
  kind: Kind,
  self: string,
  differences: readonly RelationDifference[],
): readonly Operation[] {
  return differences.flatMap(({ relation, assign, unassign }) => {
    const path = `${kind.path}/${self}/${kind.relations[relation]?.path}`;
    const ids: readonly AssignmentId[] = [
      ...assign.map(
        ({ id, pending, address }) => ["assign", pending ? placeholder(address) : wireIdOf(id)] as const,
      ),
      ...unassign.map(
        ({ id, successor }) =>
          ["unassign", successor === undefined ? wireIdOf(id) : placeholder(successor)] as const,
      ),
    ];
    return assignmentCalls(path, ids);
  });
}

type AssignmentId = readonly ["assign" | "unassign", Json];

/**
 * Links that others have to an object, made to its successor (an id or placeholder) and then taken off the
 * old object, since the documents do not say whether an object in use can be deleted.
 */
export function moveOperations(
  kind: Kind,
  successor: string,
  oldId: Id,
  reverse: string,
  linked: readonly LiveTarget[],
): readonly Operation[] {
  const calls = (self: string, action: "assign" | "unassign"): readonly Operation[] =>
    assignmentCalls(
      `${kind.path}/${self}/${reverse}`,
      linked.map(({ id }) => [action, wireIdOf(id)] as const),
    );
  return [...calls(successor, "assign"), ...calls(oldId, "unassign")];
}

function assignmentCalls(path: string, ids: readonly AssignmentId[]): readonly Operation[] {
  return Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, i): Operation => {
    const chunk = ids.slice(i * CHUNK, (i + 1) * CHUNK);
    const side = (name: string): JsonObject => {
      const values = chunk.filter(([action]) => action === name).map(([, id]) => id);
      return values.length === 0 ? {} : { [name]: values };
    };
    return { method: "POST", path, body: { ...side("assign"), ...side("unassign") } };
  });
}

/** Ids are integers on the wire; the appliance port guarantees that they fit. */
function wireIdOf(id: Id | null): Json {
  return Number(id);
}
