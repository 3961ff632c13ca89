/** Checks that every body goes through before the rules of its collection: fields, types, enumerations, nulls. */
import { isArray, isObject } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";
import { refusal } from "./answer.ts";
import type { Quirks } from "./quirks.ts";
import type { Field, FieldType, Schema } from "./schemas.ts";

const TYPES: Readonly<Record<FieldType, { readonly name: string; readonly is: (value: Json) => boolean }>> = {
  string: { name: "a string", is: (value) => typeof value === "string" },
  integer: { name: "an integer", is: (value) => Number.isSafeInteger(value) },
  boolean: { name: "a boolean", is: (value) => typeof value === "boolean" },
  object: { name: "an object", is: isObject },
  strings: {
    name: "an array of strings",
    is: (value) => isArray(value) && value.every((v) => typeof v === "string"),
  },
  objects: { name: "an array of objects", is: (value) => isArray(value) && value.every(isObject) },
};

/** The object that a route's body must be. */
export function bodyObject(body: Json | undefined): JsonObject {
  if (body !== undefined && isObject(body)) return body;
  throw refusal(400, "The request body must be a JSON object.");
}

/** Refuses keys that the documents do not list for this body. */
export function checkKeys(body: JsonObject, known: readonly string[], where = "request body"): void {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) throw refusal(400, `The ${where} has an unknown field: ${unknown}`);
}

/** A value outside its enumeration. */
export function badValue(quirks: Quirks, field: string, value: Json): Error {
  return refusal(quirks.badEnumStatus, `Invalid value for the ${field} field: ${JSON.stringify(value)}`);
}

/** The body of a create, checked field by field. */
export function checkCreate(schema: Schema, body: JsonObject, quirks: Quirks): void {
  checkKeys(body, Object.keys(schema.fields));
  for (const [key, value] of Object.entries(body)) {
    if (value === null) throw refusal(400, `The ${key} field cannot be null in POST requests.`);
    checkField(schema, key, value, quirks);
  }
  const missing = Object.entries(schema.fields).find(([key, field]) => field.required && !(key in body));
  if (missing !== undefined) throw refusal(422, `The ${missing[0]} field is required.`);
}

/** The body of an update, checked field by field. */
export function checkUpdate(schema: Schema, body: JsonObject, quirks: Quirks): void {
  checkKeys(body, updatableKeys(schema, quirks));
  for (const [key, value] of Object.entries(body)) {
    if (value === null) checkCleared(schema, key, quirks);
    else checkField(schema, key, value, quirks);
  }
}

function updatableKeys(schema: Schema, quirks: Quirks): readonly string[] {
  return Object.entries(schema.fields)
    .filter(([key, field]) => !field.createOnly || (key === "dynamic" && quirks.dynamicInPatch === "ignore"))
    .map(([key]) => key);
}

function checkCleared(schema: Schema, key: string, quirks: Quirks): void {
  if (quirks.patchNull === "refuse") throw refusal(400, `The ${key} field cannot be null.`);
  if (schema.fields[key]?.required) throw refusal(422, `The ${key} field cannot be cleared.`);
}

function checkField(schema: Schema, key: string, value: Json, quirks: Quirks): void {
  const field = schema.fields[key];
  if (field !== undefined) checkValue(key, field, value, quirks);
}

function checkValue(key: string, field: Field, value: Json, quirks: Quirks): void {
  const type = TYPES[field.type];
  if (!type.is(value)) throw refusal(400, `The ${key} field must be ${type.name}.`);
  if (field.values !== undefined && !field.values.some((v) => v === value))
    throw badValue(quirks, key, value);
  if (field.filled && typeof value === "string" && value.trim() === "") {
    throw refusal(422, `The ${key} field cannot be empty.`);
  }
}

/**
 * Body values as the server stores them: sets in another order, empty descriptions as null, a cleared
 * field as its default.
 */
export function storedValues(schema: Schema, body: JsonObject, quirks: Quirks): JsonObject {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, storedValue(schema.fields[key], key, value, quirks)]),
  );
}

function storedValue(field: Field | undefined, key: string, value: Json, quirks: Quirks): Json {
  if (key === "description" && (value === "" || value === null)) return emptyDescription(quirks);
  if (value === null) return field?.initial ?? null;
  return field?.unordered && isArray(value) ? value.toReversed() : value;
}

/** What a create stores for the fields that its body leaves out. */
export function initialValues(schema: Schema, quirks: Quirks): JsonObject {
  return Object.fromEntries(
    Object.entries(schema.fields).map(([key, field]) => [
      key,
      key === "description" ? emptyDescription(quirks) : (field.initial ?? null),
    ]),
  );
}

function emptyDescription(quirks: Quirks): Json {
  return quirks.emptyDescription === "text" ? "" : null;
}
