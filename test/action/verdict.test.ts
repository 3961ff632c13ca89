import { describe, expect, it } from "vitest";
import { verdictOf } from "../../src/action/verdict.ts";
import type { Diagnostic } from "../../src/model.ts";
import { reportDocument } from "../render/documents.ts";

function refused(code: string): Diagnostic {
  return { severity: "error", code, summary: "Refused", detail: "For a reason." };
}

describe("a verdict", () => {
  it.each([
    ["lease-held", 4, "The apply made way for another run (exit code 4): 1 error."],
    ["too-many-deletes", 4, "The apply was refused by a guard (exit code 4): 1 error."],
    ["other-plan", 5, "The apply is not the one that was reviewed (exit code 5): 1 error."],
    ["interrupted", 143, "The apply was interrupted (exit code 143): 1 error."],
  ])("tells refusals apart: %s", (code, exitCode, failure) => {
    const document = reportDocument([], [], exitCode, [refused(code)]);
    expect(verdictOf("The apply", exitCode, document, [0])).toEqual({ failure });
  });

  it("is none where the exit code is fine", () => {
    expect(verdictOf("The plan", 2, undefined, [0, 2])).toEqual({});
  });
});
