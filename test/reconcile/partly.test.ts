/** What a bulk assignment has done that was answered with failures. */
import { describe, expect, it } from "vitest";
import { ApplianceError, type AssignmentFailure } from "../../src/errors.ts";
import type { Operation } from "../../src/model.ts";
import { partOf } from "../../src/reconcile/partly.ts";

const SENT: Operation = {
  method: "POST",
  path: "/tags/7/devices",
  body: { assign: [1, 2], unassign: [3] },
};

function partial(failures: readonly AssignmentFailure[], status = 207): ApplianceError {
  return new ApplianceError("partial", "partial", { status, failures });
}

const failed = (action: string, id: string): AssignmentFailure => ({ action, id, reason: "gone" });

describe("a 207", () => {
  it("has done what it does not list", () => {
    expect(partOf(SENT, partial([failed("assign", "2"), failed("unassign", "3")]))).toEqual({
      done: [{ ...SENT, body: { assign: ["1"], unassign: [] } }],
    });
  });

  it.each([
    ["nothing", []],
    ["something without an id", [failed("assign", "2"), failed("assign", "?")]],
    ["something that was not sent", [failed("assign", "3")]],
    ["something in other words", [failed("ASSIGN", "2")]],
  ])("that lists %s leaves open what was done", (_, failures) => {
    expect(partOf(SENT, partial(failures))).toEqual({ done: [], open: SENT });
  });

  it("is no 422, which has done nothing", () => {
    expect(partOf(SENT, partial([failed("assign", "2")], 422))).toEqual({ done: [] });
  });
});
