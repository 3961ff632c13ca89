import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readContext } from "../../src/action/context.ts";

function contextOf(event: string): ReturnType<typeof readContext> {
  const temp = mkdtempSync(join(tmpdir(), "hopsync-"));
  onTestFinished(() => rmSync(temp, { recursive: true }));
  const file = join(temp, "event.json");
  writeFileSync(file, event);
  return readContext({
    GITHUB_REPOSITORY: "acme/network",
    GITHUB_RUN_ID: "1",
    GITHUB_SHA: "0".repeat(40),
    GITHUB_REF_NAME: "main",
    GITHUB_WORKSPACE: temp,
    RUNNER_TEMP: temp,
    GITHUB_EVENT_PATH: file,
  });
}

it("reads an event as large as GitHub's are, and no larger one", () => {
  expect(contextOf("{}".padEnd(25 * 1024 * 1024)).pullRequest).toBeUndefined();
  expect(() => contextOf("{}".padEnd(32 * 1024 * 1024 + 1))).toThrow("GITHUB_EVENT_PATH cannot be read");
});
