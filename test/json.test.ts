import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalJson,
  equal,
  excessOf,
  isObject,
  MAX_PARTS,
  parseJson,
  partsOf,
  shapeOf,
} from "../src/json.ts";
import type { Json } from "../src/model.ts";

const values: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => {
  const key = fc.oneof(fc.string(), fc.constantFrom("10", "9", "01", "1a", "__proto__", "a\u2028"));
  return {
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Json>(null, true, 0, -0, 1.5, 1e21, "", "\ud800", "é\n"),
      fc.string(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
    ),
  };
}).value;

describe("equal JSON", () => {
  test("is what Node calls equal", () => {
    const few = fc.constantFrom<Json>({}, [], { a: 1 }, { a: 1, b: 2 }, { b: 2, a: 1 }, [1], [1, 2], {
      "0": 1,
    });
    const any = fc.oneof(few, values);
    const copied = values.map((value): readonly [Json, Json] => [value, structuredClone(value)]);
    fc.assert(
      fc.property(fc.oneof(copied, fc.tuple(any, any)), ([a, b]) => equal(a, b) === isDeepStrictEqual(a, b)),
    );
  });
});

describe("canonical JSON", () => {
  const sorted = (value: Json): string =>
    JSON.stringify(value, (_key, item: Json) =>
      isObject(item)
        ? Object.fromEntries(
            Object.keys(item)
              .sort()
              .map((key) => [key, item[key]]),
          )
        : item,
    );

  test("is what JSON.stringify makes of sorted keys: recorded hashes and digests hold", () => {
    fc.assert(fc.property(values, (one) => canonicalJson(one) === sorted(one)));
  });

  test("leaves out what is undefined", () => {
    expect(canonicalJson({ b: 1, a: undefined } as unknown as Json)).toBe('{"b":1}');
  });
});

describe("the shape of JSON", () => {
  test.each([
    ["1", 0, 0],
    ['"[{\\"[{"', 0, 0],
    ['{"a[":[{},{"b":"\\\\"}]}', 4, 3],
    ["[[],[[]]]", 4, 3],
  ])("%s has %i parts, %i deep", (json, parts, depth) => {
    expect(shapeOf(Buffer.from(json))).toEqual({ parts, depth });
    expect(partsOf(JSON.parse(json))).toBe(parts);
  });

  test("is looked at before values are made of what is long", () => {
    const long = (text: string): string => `{"a": ${text}, "z": "${"x".repeat(2 * MAX_PARTS)}"}`;
    const deep = `${"[".repeat(100)}${"]".repeat(100)}`;
    expect([long(deep), long(deep.slice(1, -1)), deep].map((json) => excessOf(Buffer.from(json)))).toEqual([
      "depth",
      undefined,
      undefined,
    ]);
    expect([long(deep), long(deep.slice(1, -1))].map((json) => parseJson(json) === undefined)).toEqual([
      true,
      false,
    ]);
    expect(excessOf(Buffer.from(`[${"{},".repeat(MAX_PARTS)}1]`))).toBe("parts");
  });
});

describe("JSON that a person or an appliance wrote", () => {
  test.each(["", "{", "[1,]", `${"[".repeat(101)}${"]".repeat(101)}`, "[".repeat(100_000)])(
    "is none: %.20s",
    (text) => {
      expect(parseJson(text)).toBeUndefined();
    },
  );

  test("is a value, with whatever names", () => {
    expect(parseJson(`${"[".repeat(100)}${"]".repeat(100)}`)).toBeDefined();
    expect(Object.keys(parseJson('{"__proto__": {"a": 1}, "constructor": 2}') ?? {})).toEqual([
      "__proto__",
      "constructor",
    ]);
  });
});
