/** GitHub's REST API as the action uses it, against a stand-in over real HTTP. */
import { describe, expect, it } from "vitest";
import { createGitHub } from "../../src/action/github.ts";
import { GitHubError } from "../../src/action/github-error.ts";
import type { GitHub } from "../../src/action/port.ts";
import { type GitHubSetup, type GitHubStandIn, startGitHub } from "../helpers/github/index.ts";

/** A stand-in with a client whose waits put its clock forward. */
async function start(setup: GitHubSetup = {}): Promise<{ server: GitHubStandIn; github: GitHub }> {
  const server = await startGitHub(setup);
  return { server, github: clientOf(server) };
}

function clientOf({ apiUrl, token, repository, sleep }: GitHubStandIn): GitHub {
  return createGitHub({ apiUrl, token, repository, sleep });
}

async function failureOf(call: Promise<unknown>): Promise<GitHubError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GitHubError) return error;
  throw new Error(`expected a GitHubError, got ${String(error)}`);
}

describe("comments", () => {
  it("are read whole, oldest first", async () => {
    const { server, github } = await start();
    const { number } = server.openPullRequest();
    const other = server.openPullRequest();
    for (let count = 1; count <= 250; count += 1) server.addComment(number, `comment ${count}`);
    server.addComment(other.number, "of another");
    const all = await github.comments(number);
    expect(all.map(({ body }) => body)).toEqual(
      Array.from({ length: 250 }, (_, index) => `comment ${index + 1}`),
    );
    expect(server.requests().map(({ path }) => path)).toEqual([
      `/repos/acme/network/issues/${number}/comments?per_page=100`,
      `/repositories/1296269/issues/${number}/comments?per_page=100&page=2`,
      `/repositories/1296269/issues/${number}/comments?per_page=100&page=3`,
    ]);
  });

  it("are added and edited", async () => {
    const { server, github } = await start();
    const { number } = server.openPullRequest();
    const added = await github.addComment(number, "## Plan\n\n✓ `a` 🎉");
    expect(added.url).toBe(`${server.serverUrl}/acme/network/pull/${number}#issuecomment-${added.id}`);
    expect(await github.comments(number)).toEqual([added]);
    await github.editComment(added.id, "new");
    expect(server.comments(number)).toMatchObject([{ id: added.id, body: "new", by: "github-actions[bot]" }]);
  });

  it("may be long, and too long ones are refused with GitHub's reason", async () => {
    const { server, github } = await start();
    const { number } = server.openPullRequest();
    await github.addComment(number, "🎉".repeat(65_536));
    const error = await failureOf(github.addComment(number, "x".repeat(65_537)));
    expect(error).toMatchObject({ code: "github-refused", status: 422, unknownOutcome: false });
    expect(error.message).toContain("Body is too long (maximum is 65536 characters)");
    expect(server.comments(number)).toHaveLength(1);
  });
});
