import { describe, expect, it } from "vitest";
import { bugReport } from "../../src/cli/bug-report.ts";

const env = {
  EXTRAHOP_API_KEY: "s3cr3t/key+1",
  HOOK: "first line\nsecond line",
  HOME: "/home/somebody",
  EMPTY: "",
};

function report(message: string): string {
  return bugReport(new TypeError(message), env);
}

describe("the report of a bug", () => {
  it("has what went wrong and where", () => {
    const text = report("x is not a function");
    expect(text).toMatch(
      /^hopsync .* met a bug of its own[\s\S]*\nTypeError: x is not a function\n {4}at .*bug-report\.test\.ts/,
    );
  });

  it.each([
    ["as it is", (secret: string) => secret],
    ["in JSON", (secret: string) => JSON.stringify(secret)],
    ["in a URL", encodeURIComponent],
    ["in base64", (secret: string) => Buffer.from(secret).toString("base64")],
  ])("has nothing of the environment %s", (_name, write) => {
    for (const secret of [env.EXTRAHOP_API_KEY, env.HOOK]) {
      const text = report(`Unexpected token in ${write(secret)}\n    at ${write(secret)} and more`);
      expect(text).not.toContain(write(secret));
      for (const line of secret.split("\n")) expect(text).not.toContain(line);
    }
  });

  it("is harmless on a terminal, and not longer than a page", () => {
    const text = report(`\u001b[31m${"x".repeat(1e6)}`);
    expect(text).toContain("\\x1b[31m");
    expect(text.length).toBeLessThan(10_000);
  });

  it.each([undefined, "text", { message: "s3cr3t/key+1" }])("is of whatever was thrown (%j)", (thrown) => {
    expect(bugReport(thrown, env)).toContain("thrown: ");
    expect(bugReport(thrown, env)).not.toContain(env.EXTRAHOP_API_KEY);
  });
});
