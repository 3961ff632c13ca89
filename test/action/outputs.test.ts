import { expect, it, vi } from "vitest";
import type { Context } from "../../src/action/context.ts";
import { annotate } from "../../src/action/outputs.ts";

it("an annotation keeps its lines, and nothing in it drives the log", () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const hostile = "\u001b[2J\u202e\u009b::x";
  try {
    annotate(
      [
        {
          severity: "error",
          code: "unknown-key",
          summary: "The key is not known",
          detail: `one\ntwo ${hostile}`,
          address: `tag/${hostile}`,
          source: { file: `${hostile}.yaml`, line: 1, column: 2 },
        },
      ],
      { workspace: "/w" } as Context,
      "",
    );
    const text = written.mock.calls.map(([chunk]) => String(chunk)).join("");
    expect(text).toContain("one%0Atwo \\x1b[2J");
    expect(text.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  } finally {
    written.mockRestore();
  }
});
