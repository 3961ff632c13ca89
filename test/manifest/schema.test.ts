/** The schema for editors. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { FILTER_SCHEMA } from "../../src/kinds/filter.ts";
import { kinds } from "../../src/kinds/index.ts";
import { manifestSchema } from "../../src/manifest/schema.ts";

interface Definition {
  readonly properties: Readonly<Record<string, { readonly description?: string } & Record<string, unknown>>>;
}

const schema = manifestSchema();
const definitions = schema.$defs as Readonly<Record<string, Definition>>;

describe("the manifest's schema", () => {
  it("is JSON and a schema of draft 2020-12", () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(new Ajv2020({ strict: false }).validateSchema(schema)).toBe(true);
  });

  it("has the filter of the kinds", () => {
    expect(definitions.filter).toEqual(FILTER_SCHEMA);
  });

  it.each(kinds.map((kind) => [kind.kind, kind] as const))("describes every key of %s", (name, kind) => {
    const { properties } = definitions[name]!;
    expect(Object.keys(properties)).toEqual([
      "name",
      "for_each",
      ...Object.keys(kind.fields),
      ...Object.keys(kind.relations),
      "lifecycle",
    ]);
    for (const [field, { doc }] of Object.entries(kind.fields))
      expect(properties[field]?.description).toBe(doc);
    for (const property of Object.values(properties)) expect(property.description).toMatch(/\S/);
  });

  it.each(kinds.map((kind) => [kind.kind, kind] as const))(
    "allows only fields as defaults of %s",
    (name, kind) => {
      const fields = Object.entries(kind.fields).filter(([, field]) => field.alias !== true);
      expect(Object.keys(definitions[`${name}_defaults`]!.properties)).toEqual(fields.map(([key]) => key));
    },
  );

  it("allows null exactly where a field can be cleared", () => {
    const validate = new Ajv2020({ strict: false, logger: false }).compile(schema);
    for (const kind of kinds) {
      for (const [name, field] of Object.entries(kind.fields)) {
        const valid = validate({ version: 1, [kind.section]: [{ name: "x", [name]: null }] });
        expect([name, valid]).toEqual([name, field.empty !== undefined]);
      }
    }
  });
});
