/** Arbitrary values that a field's schema accepts, for the parts of JSON Schema that fields use. */
import fc from "fast-check";
import type { JsonSchema } from "../../src/kinds/kind.ts";
import type { Json } from "../../src/model.ts";
import { filter } from "./arbitrary.ts";

export function valuesOf(schema: JsonSchema): fc.Arbitrary<Json> {
  if (schema.$ref === "#/$defs/filter") return filter as unknown as fc.Arbitrary<Json>;
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as Json[]));
  if (Array.isArray(schema.anyOf)) return fc.oneof(...(schema.anyOf as JsonSchema[]).map(valuesOf));
  const types = [schema.type].flat() as string[];
  return fc.oneof(...types.map((type) => valuesOfType(type, schema)));
}

function valuesOfType(type: string, schema: JsonSchema): fc.Arbitrary<Json> {
  switch (type) {
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({
        min: Number(schema.minimum ?? -1000),
        max: Number(schema.maximum ?? 4_000_000_000),
      });
    case "number":
      return fc.oneof(fc.integer(), fc.constantFrom(0.05, 1e-7, 1e21, 123456.789, -0.5));
    case "string":
      return typeof schema.pattern === "string"
        ? fc.stringMatching(new RegExp(schema.pattern))
        : fc.string({ unit: "grapheme", minLength: Number(schema.minLength ?? 0) });
    case "array":
      return fc.array(valuesOf(schema.items as JsonSchema), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: 5,
      });
    case "object":
      return objects(schema.properties as Record<string, JsonSchema> | undefined);
    default:
      return fc.constant(null);
  }
}

function objects(properties: Record<string, JsonSchema> | undefined): fc.Arbitrary<Json> {
  if (properties === undefined) return fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.constant(null)));
  const parts = Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema)] as const);
  const record: Record<string, fc.Arbitrary<Json>> = Object.fromEntries(parts);
  return fc.record(record, { requiredKeys: [] }) as fc.Arbitrary<Json>;
}
