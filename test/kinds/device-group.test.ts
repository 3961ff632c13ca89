import { describe, expect, it } from "vitest";
import { deviceGroup } from "../../src/kinds/device-group.ts";
import type { JsonObject } from "../../src/model.ts";
import { sameValue } from "../helpers/same-value.ts";

const FILTER = { operator: "and", rules: [{ field: "tag", operator: "=", operand: "pci" }] };

function codes(fields: JsonObject, relations: readonly string[] = []): readonly string[] {
  const found = deviceGroup.check?.({ fields, relations, own: Object.keys(fields) }) ?? [];
  return found.map((p) => `${p.code} ${p.pointer}`);
}

describe("a device group", () => {
  it("is dynamic or static, and by one form of rule", () => {
    expect(codes({ filter: FILTER }, ["devices"])).toEqual(["group-kind-conflict /devices"]);
    expect(codes({ filter: FILTER, field: "tag", value: "x" })).toEqual(["group-kind-conflict /filter"]);
    expect(codes({ field: "tag" })).toEqual(["group-kind-conflict /field"]);
    expect(codes({ value: "x" })).toEqual(["group-kind-conflict /value"]);
    expect(codes({ field: "any" })).toEqual([]);
    expect(codes({ description: "d" }, ["devices"])).toEqual([]);
  });

  it("says which of the two it is, or nothing", () => {
    const variant = (fields: JsonObject, relations: string[] = []): string | undefined =>
      deviceGroup.variant?.({ fields, relations });
    expect([variant({ filter: FILTER }), variant({}, ["devices"]), variant({})]).toEqual([
      "dynamic",
      "static",
      undefined,
    ]);
    expect(deviceGroup.variantFields?.(undefined)).toEqual({ dynamic: false });
  });

  it("depends on the tags that its rule names literally, however deep", () => {
    const nested = {
      operator: "or",
      rules: [FILTER, { operator: "not", rules: [{ ...FILTER.rules[0], operand: "x" }] }],
    };
    expect(deviceGroup.references?.({ filter: nested })).toEqual([
      { kind: "tag", name: "pci", pointer: "/filter/rules/0/rules/0/operand" },
      { kind: "tag", name: "x", pointer: "/filter/rules/1/rules/0/operand" },
    ]);
    const regex = { field: "tag", operator: "=", operand: { value: "p.*", is_regex: true } };
    expect(deviceGroup.references?.({ filter: regex })).toEqual([]);
    expect(deviceGroup.references?.({ field: "tag", value: "pci" })).toEqual([
      { kind: "tag", name: "pci", pointer: "/value" },
    ]);
    expect(deviceGroup.references?.({ field: "tag", value: "/^p/" })).toEqual([]);
  });
});

describe("filters", () => {
  it.each([
    [
      { field: "vlan", operator: "=", operand: 0 },
      { field: "vlan", operator: "=", operand: "0" },
    ],
    [
      { field: "name", operator: "=", operand: { value: "a", is_regex: false } },
      { field: "name", operator: "=", operand: "a" },
    ],
    [
      { field: "discover_time", operator: "=", operand: { from: 1, until: 2 } },
      { field: "discover_time", operator: "=", operand: { from: "1", until: "2" } },
    ],
    [FILTER, { ...FILTER, field: null, operand: null, rules: [{ ...FILTER.rules[0], rules: [] }] }],
  ])("%j is the same as %j", (declared, live) => {
    expect(sameValue(deviceGroup, "filter", declared, live)).toBe(true);
  });

  it("differ where an operand is a regular expression on one side only", () => {
    const rule = (operand: JsonObject | string): JsonObject => ({ field: "name", operator: "=", operand });
    expect(sameValue(deviceGroup, "filter", rule("a"), rule({ value: "a", is_regex: true }))).toBe(false);
  });
});
