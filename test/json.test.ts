import { describe, expect, test } from "vitest";
import { parseJson, shapeOf } from "../src/json.ts";

describe("the shape of JSON", () => {
  test.each([
    ["1", 0, 0],
    ['"[{\\"[{"', 0, 0],
    ['{"a[":[{},{"b":"\\\\"}]}', 4, 3],
    ["[[],[[]]]", 4, 3],
  ])("%s has %i parts, %i deep", (json, parts, depth) => {
    expect(shapeOf(Buffer.from(json))).toEqual({ parts, depth });
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
