import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainDecimal } from "../../src/kinds/fields.ts";
import { kinds } from "../../src/kinds/index.ts";
import { normalise } from "../../src/kinds/wire.ts";

describe("plainDecimal", () => {
  it.each([
    [".05", "0.05"],
    ["0.050", "0.05"],
    ["5e-2", "0.05"],
    ["5E2", "500"],
    ["+007", "7"],
    ["-0.0", "0"],
    ["-0.10", "-0.1"],
    ["1.", "1"],
    [0.05, "0.05"],
    [1e21, "1000000000000000000000"],
    ["1100000000", "1100000000"],
    ["12345678901234567890.5", "12345678901234567890.5"],
  ])("writes %j as %j", (written, plain) => {
    expect(plainDecimal(written)).toBe(plain);
  });

  it("returns what is no decimal as it is", () => {
    expect(["", ".", "abc", "1.2.3", "0x10"].map(plainDecimal)).toEqual(["", ".", "abc", "1.2.3", "0x10"]);
  });

  it("keeps the value of any number and is idempotent", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (value) => {
        const plain = plainDecimal(value);
        expect(Number(plain)).toBe(value === 0 ? 0 : value);
        expect(plainDecimal(plain)).toBe(plain);
      }),
    );
  });
});

describe("normalise", () => {
  it("is idempotent for every field of every kind, on any JSON value", () => {
    const fields = kinds.flatMap((kind) => Object.keys(kind.fields).map((field) => ({ kind, field })));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), ({ kind, field }, value) => {
        const once = normalise(kind, field, value as never);
        expect(normalise(kind, field, once)).toEqual(once);
      }),
      { numRuns: 1000 },
    );
  });

  it("bears lists of what nothing can turn into text", () => {
    const odd: readonly unknown[] = [
      { toString: null },
      { valueOf: null, toString: null },
      [{ toString: null }],
    ];
    for (const kind of kinds) {
      for (const [name, field] of Object.entries(kind.fields)) {
        for (const value of [odd, ...odd, { operator: "=", operand: odd[0], cycle: odd }]) {
          const once = normalise(kind, name, value as never);
          expect(normalise(kind, name, once)).toEqual(once);
          expect(() => field.print?.(value as never)).not.toThrow();
        }
      }
    }
  });
});
