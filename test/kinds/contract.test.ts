/** What shared code relies on, of every kind. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FILTER_SCHEMA } from "../../src/kinds/filter.ts";
import { kinds } from "../../src/kinds/index.ts";
import { DEVICE, referenceTargets } from "../../src/kinds/targets.ts";
import { createBody, fromWire, missingOnCreate, normalise, patchValue } from "../../src/kinds/wire.ts";
import type { Json, JsonObject } from "../../src/model.ts";
import { sameValue } from "../helpers/same-value.ts";
import { valuesOf } from "../helpers/schema-values.ts";

const ajv = new Ajv2020({ allowUnionTypes: true, strict: false });

const fields = kinds.flatMap((kind) =>
  Object.entries(kind.fields).map(([name, field]) => ({ title: `${kind.kind}.${name}`, kind, name, field })),
);

const compiled = new Map<object, ValidateFunction>();

/** Whether the field's schema, which may refer to filters, takes a value. */
function accepts(schema: object, value: Json): boolean {
  const validate = compiled.get(schema) ?? ajv.compile({ ...schema, $defs: { filter: FILTER_SCHEMA } });
  compiled.set(schema, validate);
  return validate(value);
}

describe("the list of kinds", () => {
  it("has no two with the same name, section or path", () => {
    for (const key of ["kind", "section", "path"] as const) {
      expect(new Set(kinds.map((kind) => kind[key])).size).toBe(kinds.length);
    }
  });

  it("has names that can stand in addresses, keys and paths", () => {
    for (const { kind, section, path } of kinds) {
      expect([kind, section]).toEqual([
        expect.stringMatching(/^[a-z_]+$/),
        expect.stringMatching(/^[a-z_]+$/),
      ]);
      expect(path).toMatch(/^\/[a-z]+$/);
    }
  });
});

describe.each(kinds.map((kind) => [kind.kind, kind] as const))("%s", (_name, kind) => {
  it("points with its relations at targets that exist, and knows the other side by its own path", () => {
    const targets = [DEVICE, ...referenceTargets.map((target) => target.kind), ...kinds.map((k) => k.kind)];
    for (const { to, reverse } of Object.values(kind.relations)) {
      expect(targets).toContain(to);
      if (reverse !== undefined) expect(`/${reverse}`).toBe(kind.path);
    }
  });

  it("has no field that is called like a relation, the name or another key of an entry", () => {
    const taken = [...Object.keys(kind.relations), "name", "group_name", "lifecycle", "id", "mod_time"];
    expect(Object.keys(kind.fields).filter((name) => taken.includes(name))).toEqual([]);
  });

  it("finds nothing wrong with an empty entry, and changes no argument", () => {
    const empty = Object.freeze({}) as JsonObject;
    expect(kind.check?.({ fields: empty, relations: [], own: [] }) ?? []).toEqual([]);
    expect(kind.parse?.(empty) ?? { fields: {}, problems: [] }).toEqual({ fields: {}, problems: [] });
    expect(kind.references?.(empty) ?? []).toEqual([]);
  });

  it("reads its objects from the wire and tells built-in ones by a property", () => {
    const wire = { id: 0, [kind.nameField]: "n" };
    expect(fromWire(kind, wire)).toEqual({ id: "0", name: "n", builtIn: false, fields: wire });
  });

  it("refuses to make an object look built-in, since it could never be deleted again", () => {
    const marks = Object.keys(kind.fields).filter((name) => kind.builtIn({ id: 5, [name]: "ExtraHop" }));
    const found = marks.map((name) =>
      kind.check?.({ fields: { [name]: "ExtraHop" }, relations: [], own: [name] }),
    );
    expect(found).toMatchObject(
      marks.map((name) => [{ severity: "error", code: `reserved-${name}`, pointer: `/${name}` }]),
    );
    expect(kind.check?.({ fields: { author: "ops" }, relations: [], own: ["author"] }) ?? []).toEqual([]);
  });

  it("creates an object with its name and what the API requires", () => {
    const body = createBody(kind, "n", {}, undefined);
    expect(body[kind.nameField]).toBe("n");
    expect(Object.values(body)).not.toContain(null);
    expect(missingOnCreate(kind, body).filter((name) => body[name] !== undefined)).toEqual([]);
  });
});

describe("fields", () => {
  const filled = fields.flatMap(({ title, field }) =>
    field.fill === undefined ? [] : [{ title, schema: field.schema, fill: field.fill }],
  );
  it.each(filled)("$title accepts what it fills in", ({ schema, fill }) => {
    expect(accepts(schema, fill)).toBe(true);
  });

  const clearable = fields.flatMap(({ title, kind, name, field }) =>
    field.empty === undefined ? [] : [{ title, kind, name, empty: field.empty }],
  );
  it.each(clearable)(
    "$title is the same empty, null and absent, and is sent empty",
    ({ kind, name, empty }) => {
      expect(normalise(kind, name, empty)).toEqual(normalise(kind, name, null));
      expect(normalise(kind, name, undefined)).toEqual(normalise(kind, name, null));
      expect(patchValue(kind, name, null, "live")).toEqual(empty);
    },
  );

  const friendly = fields.flatMap(({ title, field: { schema, parse } }) => {
    const forms = schema.enum as readonly Json[] | undefined;
    return forms === undefined || parse === undefined ? [] : [{ title, forms, parse }];
  });
  it.each(friendly)("$title parses each form to a value that the API lists", ({ forms, parse }) => {
    const values = new Set(forms.filter((form) => typeof form === "number"));
    expect(forms.filter((form) => !values.has(parse(form) as number))).toEqual([]);
  });

  it.each(fields)("$title reads what it prints as the same value, and prints that alike", (entry) => {
    const { kind, name, field } = entry;
    const { parse = (v) => v, print = (v) => v } = field;
    fc.assert(
      fc.property(valuesOf(field.schema), (written) => {
        const value = parse(written);
        const printed = print(value);
        expect(sameValue(kind, name, parse(printed), value), JSON.stringify(printed)).toBe(true);
        expect(print(parse(printed))).toEqual(printed);
        expect(accepts(field.schema, printed)).toBe(true);
      }),
    );
  });

  const initial = fields.filter(({ field }) => field.initial !== undefined);
  it.each(initial)("$title fills in nothing but what a new object has anyway", ({ field }) => {
    expect(field.fill ?? field.initial).toEqual(field.initial);
    expect(accepts(field.schema, field.initial ?? null)).toBe(true);
  });

  it("that can come from a file say how such a file ends, and no others do", () => {
    const wrong = fields.filter(({ field }) => (field.fromFile === true) !== (field.extension !== undefined));
    expect(wrong.map(({ title }) => title)).toEqual([]);
  });

  it("of every sort are among them", () => {
    expect(
      [filled.length, clearable.length, friendly.length, initial.length].every((count) => count > 2),
    ).toBe(true);
  });
});
