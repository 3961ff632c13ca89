import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exclusionInterval } from "../../src/kinds/exclusion-interval.ts";
import type { JsonObject } from "../../src/model.ts";

function times(type: string, start: unknown, end: unknown): unknown {
  const parsed = exclusionInterval.parse?.({ interval_type: type, start, end } as JsonObject);
  return parsed?.problems.length
    ? parsed.problems.map((p) => `${p.code} ${p.pointer}`)
    : [parsed?.fields.start, parsed?.fields.end];
}

function problems(fields: JsonObject): readonly string[] {
  const found = exclusionInterval.check?.({ fields, relations: [], own: Object.keys(fields) }) ?? [];
  return found.map((p) => `${p.severity} ${p.code} ${p.pointer}`);
}

describe("clock times", () => {
  it.each([
    ["daily", "01:00", "03:30", [3600, 12_600]],
    ["daily", "1:00:30", "24:00", [3630, 86_400]],
    ["daily", "22:00", "00:00", [79_200, 86_400]],
    ["daily", 0, 86_400, [0, 86_400]],
    ["weekly", "sat 00:00", "mon 00:00", [432_000, 604_800]],
    ["weekly", "Monday 08:00", "FRI 24:00", [28_800, 432_000]],
    ["onetime", "2027-01-16T18:00:00Z", "2027-01-17T06:00:00+01:00", [1_800_122_400, 1_800_162_000]],
    ["onetime", "2027-01-16 18:00Z", 1_800_162_000, [1_800_122_400, 1_800_162_000]],
  ])("understands %s %j to %j", (type, start, end, expected) => {
    expect(times(type, start, end)).toEqual(expected);
  });

  it.each([
    ["daily", "25:00", "03:30", ["bad-time /start"]],
    ["daily", "24:01", "03:60", ["bad-time /start", "bad-time /end"]],
    ["daily", "sat 01:00", "03:30", ["bad-time /start"]],
    ["weekly", "01:00", "tue 03:30", ["bad-time /start"]],
    ["weekly", "smu 01:00", "tue 03:30", ["bad-time /start"]],
    ["onetime", "2027-01-16T18:00:00", "2027-01-17T06:00:00Z", ["bad-time /start"]],
    ["onetime", "2027-02-30T18:00:00Z", "2027-13-17T06:00:00Z", ["bad-time /start", "bad-time /end"]],
  ])("refuses %s %j to %j", (type, start, end, expected) => {
    expect(times(type, start, end)).toEqual(expected);
  });

  it("asks for the interval_type that a clock time needs", () => {
    const parsed = exclusionInterval.parse?.({ start: "01:00", end: 5 });
    expect(parsed?.problems.map((p) => p.code)).toEqual(["time-needs-type"]);
  });
});

describe("intervals", () => {
  it("warns of a daily interval that runs over midnight, and sends it as written", () => {
    expect(problems({ interval_type: "daily", start: 79_200, end: 3600 })).toEqual([
      "warning interval-wraps /end",
    ]);
  });

  it("refuses an interval that is empty or that ends before it starts for good", () => {
    expect(problems({ interval_type: "daily", start: 5, end: 5 })).toEqual(["error interval-empty /end"]);
    expect(problems({ interval_type: "onetime", start: 6, end: 5 })).toEqual(["error interval-empty /end"]);
  });

  it("refuses times outside the day or week", () => {
    expect(problems({ interval_type: "daily", start: 0, end: 86_401 })).toEqual([
      "error time-out-of-range /end",
    ]);
    expect(problems({ interval_type: "weekly", start: 604_801, end: 5 })).toEqual([
      "error time-out-of-range /start",
    ]);
    expect(problems({ interval_type: "onetime", start: 0, end: 1_800_000_000 })).toEqual([]);
  });
});

describe("printed times", () => {
  const { parse, print } = exclusionInterval;

  it.each([
    ["daily", 3600, 12_630, ["01:00", "03:30:30"]],
    ["daily", 0, 86_400, ["00:00", "24:00"]],
    ["weekly", 432_000, 604_800, ["sat 00:00", "mon 00:00"]],
    ["onetime", 1_800_122_400, 1_800_162_000, ["2027-01-16T18:00:00Z", "2027-01-17T05:00:00Z"]],
  ])("of a %s interval from %d to %d are clock times", (type, start, end, expected) => {
    const printed = print?.({ interval_type: type, start, end });
    expect([printed?.start, printed?.end]).toEqual(expected);
  });

  it.each([
    ["daily", 90_000, 0],
    ["weekly", 1e9, 0],
    ["onetime", 253_402_300_800, 1e15],
    [undefined, 1, 2],
  ])("of a %s interval stay seconds where no clock time means them: %d, %d", (type, start, end) => {
    const fields = { ...(type === undefined ? {} : { interval_type: type }), start, end };
    expect(print?.(fields)).toEqual(fields);
  });

  it("mean what they meant", () => {
    const seconds = fc.oneof(fc.nat(700_000), fc.nat(4_000_000_000), fc.constantFrom(0, 86_400, 604_800));
    const type = fc.constantFrom("daily", "weekly", "onetime");
    fc.assert(
      fc.property(type, seconds, seconds, (interval_type, start, end) => {
        const fields = { interval_type, start, end };
        expect(parse?.(print?.(fields) ?? {})).toEqual({ fields, problems: [] });
      }),
    );
  });
});
