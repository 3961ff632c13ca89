import { describe, expect, it } from "vitest";
import { alert } from "../../src/kinds/alert.ts";
import { createBody, missingOnCreate, normalise, patchValue } from "../../src/kinds/wire.ts";
import type { JsonObject } from "../../src/model.ts";
import { sameValue } from "../helpers/same-value.ts";

function problems(fields: JsonObject, own = Object.keys(fields)): readonly string[] {
  const found = alert.check?.({ fields, relations: [], own }) ?? [];
  return found.map((p) => `${p.severity} ${p.code} ${p.pointer}`);
}

describe("fields of one type of alert", () => {
  it("are refused on the other type", () => {
    expect(problems({ type: "detection", stat_name: "x", categories: ["sec"] })).toEqual([
      "error not-applicable /stat_name",
    ]);
    expect(problems({ stat_name: "x", protocols: ["udp"] })).toEqual(["error not-applicable /protocols"]);
  });

  it("may come from the owner's defaults, which concern both types", () => {
    expect(problems({ type: "detection", interval_length: 300 }, ["type"])).toEqual([]);
  });

  it("are needed for a create of that type only", () => {
    expect(missingOnCreate(alert, {})).toEqual(["stat_name", "field_name", "operator", "operand"]);
    expect(missingOnCreate(alert, { type: "detection" })).toEqual([]);
  });
});

describe("a ratio", () => {
  it("without a second metric is an error where the second metric is cleared, else a warning", () => {
    expect(problems({ field_op: "/" })).toEqual(["warning ratio-needs-field /field_op"]);
    expect(problems({ field_op: "/", field_name2: null })).toEqual(["error ratio-needs-field /field_op"]);
    expect(problems({ field_op: "/", field_name2: "rsp" })).toEqual([]);
  });

  it("that is none is null, absent and the text null alike, and sent as the text", () => {
    expect(["null", null, undefined, ""].map((v) => normalise(alert, "field_op", v))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(patchValue(alert, "field_op", null, "/")).toBe("null");
  });
});

describe("values", () => {
  it("compare by what they mean", () => {
    expect(sameValue(alert, "operand", "0.05", ".05")).toBe(true);
    expect(sameValue(alert, "cc", ["B@x.org", "a@x.org"], ["a@x.org", "b@x.org"])).toBe(true);
    expect(sameValue(alert, "description", null, "")).toBe(true);
    expect(sameValue(alert, "param", null, undefined)).toBe(true);
    expect(sameValue(alert, "param", { a: null, b: 1 }, { b: 1 })).toBe(true);
    expect(sameValue(alert, "categories", [], undefined)).toBe(true);
    expect(sameValue(alert, "severity", 0, undefined)).toBe(false);
    expect(sameValue(alert, "apply_all", false, undefined)).toBe(false);
  });

  it("are read from their friendly forms", () => {
    expect(alert.fields.severity?.parse?.("critical")).toBe(2);
    expect(["300s", "5m", 300].map((v) => alert.fields.interval_length?.parse?.(v))).toEqual([300, 300, 300]);
    expect(alert.fields.refire_interval?.parse?.("4h")).toBe(14_400);
    expect(alert.fields.operand?.parse?.(0.05)).toBe("0.05");
  });
});

describe("a create", () => {
  it("fills what the API requires, and sends what is cleared as empty, since POST refuses null", () => {
    expect(createBody(alert, "A", { severity: 3, description: null, field_op: null }, undefined)).toEqual({
      name: "A",
      type: "threshold",
      apply_all: false,
      severity: 3,
      description: "",
      field_op: "null",
    });
  });
});
