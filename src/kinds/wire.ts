/** Kind ⇄ wire: reading live objects, building request bodies, comparing values. */
import { ApplianceError } from "../errors.ts";
import { isObject } from "../json.ts";
import type { Id, Json, JsonObject, LiveObject } from "../model.ts";
import type { Kind } from "./kind.ts";

/** Reads one object of a list answer, in the newest form. What lacks an integer id or a name is not one. */
export function fromWire(kind: Kind, wire: JsonObject): LiveObject {
  const name = wire[kind.nameField];
  if (typeof name !== "string") {
    throw new ApplianceError("malformed", `${kind.path} holds an object without ${kind.nameField}.`, {
      method: "GET",
      path: kind.path,
      hint: "Nothing was written. The answer is not one of a known firmware; please report it.",
    });
  }
  return { id: wireId(wire, kind.path), name, builtIn: kind.builtIn(wire), fields: wire };
}

/** The id of a wire object as text; 0 is valid. */
export function wireId(wire: JsonObject, path: string): Id {
  const id = wire.id;
  if (typeof id === "number" && Number.isSafeInteger(id)) return String(id);
  throw new ApplianceError("malformed", `${path} holds an object without an integer id.`, {
    method: "GET",
    path,
    hint: "Nothing was written. The answer is not one of a known firmware; please report it.",
  });
}

/** A field's value in the form that compares; null for what counts as absent. */
export function normalise(kind: Kind, name: string, value: Json | undefined): Json {
  const field = kind.fields[name];
  const normal = field?.normal ?? ((v: Json): Json => v);
  const cleared = value === undefined || value === null ? (field?.empty ?? null) : value;
  return normal(cleared);
}

/**
 * Everything declared, in the kind's own order, with the fields that the API requires filled in. POST
 * refuses null (facts §1.5), so a cleared field is sent empty: left out, the appliance would choose a value.
 */
export function createBody(
  kind: Kind,
  name: string,
  fields: JsonObject,
  variant: string | undefined,
): JsonObject {
  const declared = Object.entries(kind.fields).flatMap(([key, { fill, empty }]): [string, Json][] => {
    const value = fields[key] === null ? empty : (fields[key] ?? fill);
    return value === undefined ? [] : [[key, dropNulls(value)]];
  });
  return { [kind.nameField]: name, ...Object.fromEntries(declared), ...kind.variantFields?.(variant) };
}

/** What a PATCH sends for one changed field. */
export function patchValue(kind: Kind, name: string, declared: Json, live: Json | undefined): Json {
  const field = kind.fields[name];
  if (declared === null) return field?.empty ?? null;
  if (field?.merge === true && isObject(declared))
    return dropNulls({ ...(isObject(live) ? live : {}), ...declared });
  return declared;
}

function dropNulls(value: Json): Json {
  return isObject(value) ? Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null)) : value;
}

/**
 * Fields that a create of this resource lacks: required by the API without a documented default, or
 * needed for the object to do anything.
 */
export function missingOnCreate(kind: Kind, fields: JsonObject): readonly string[] {
  return Object.entries(kind.fields)
    .filter(([name, field]) => field.requiredOnCreate === true && (kind.applies?.(name, fields) ?? true))
    .map(([name]) => name)
    .filter((name) => fields[name] === undefined || fields[name] === null || fields[name] === "");
}
