/** What GitHub documents of its REST API, held against the stand-in that tests of the action talk to. */
import { describe, expect, it } from "vitest";
import { type GitHubSetup, type GitHubStandIn, startGitHub } from "../helpers/github/index.ts";
import { AUTHOR, Objects } from "../helpers/github/objects.ts";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered
  readonly body: any;
}

type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Asks below the repository, with the token unless told otherwise. */
function asker(server: GitHubStandIn, token: string | undefined = server.token): Ask {
  return async (method, path, body) => {
    const response = await fetch(`${server.apiUrl}/repos/${server.repository}${path}`, {
      method,
      headers: token === "" ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}

async function start(setup: GitHubSetup = {}): Promise<{ server: GitHubStandIn; ask: Ask }> {
  const server = await startGitHub(setup);
  return { server, ask: asker(server) };
}

describe("pages", () => {
  it("have 30 entries unless asked for more, and never more than 100", async () => {
    const { server, ask } = await start();
    const { number } = server.openPullRequest();
    for (let count = 0; count < 120; count += 1) server.addComment(number, "text");
    expect((await ask("GET", `/issues/${number}/comments`)).body).toHaveLength(30);
    expect((await ask("GET", `/issues/${number}/comments?per_page=500`)).body).toHaveLength(100);
    expect((await ask("GET", `/issues/${number}/comments?per_page=100&page=3`)).body).toEqual([]);
  });

  it("link to the others by the number of the repository", async () => {
    const { server, ask } = await start();
    const { number } = server.openPullRequest();
    for (let count = 0; count < 5; count += 1) server.addComment(number, "text");
    const relations = async (page: number) => {
      const { headers } = await ask("GET", `/issues/${number}/comments?per_page=2&page=${page}`);
      return [...(headers.get("link") ?? "").matchAll(/page=(\d)>; rel="(\w+)"/g)].map(
        ([, to, rel]) => `${rel} ${to}`,
      );
    };
    expect(await relations(1)).toEqual(["next 2", "last 3"]);
    expect(await relations(2)).toEqual(["prev 1", "next 3", "last 3", "first 1"]);
    expect(await relations(3)).toEqual(["prev 2", "first 1"]);
    const { headers } = await ask("GET", `/issues/${number}/comments?per_page=2`);
    const [next = ""] = /(?<=<)[^>]+/.exec(headers.get("link") ?? "") ?? [];
    expect(next).toContain(`${server.apiUrl}/repositories/`);
  });

  it("are one where all fits, without links", async () => {
    const { ask } = await start();
    const { headers, body } = await ask("GET", "/issues");
    expect([body, headers.get("link")]).toEqual([[], null]);
  });
});

describe("refusals", () => {
  it("have a message, a document and the status as text", async () => {
    const { server } = await start();
    const { status, body } = await asker(server, "wrong")("GET", "/issues");
    expect(status).toBe(401);
    expect(body).toEqual({
      message: "Bad credentials",
      documentation_url: expect.stringMatching(/^https:\/\/docs\.github\.com\/rest/),
      status: "401",
    });
  });

  it("do not say that a repository is there", async () => {
    const { server } = await start();
    expect(await asker(server, "")("GET", "/issues")).toMatchObject({
      status: 404,
      body: { message: "Not Found" },
    });
    expect((await asker(server)("GET", "/nothing")).status).toBe(404);
  });

  it("of what is no JSON come first", async () => {
    const { ask } = await start();
    expect(await ask("POST", "/issues", "{")).toMatchObject({
      status: 400,
      body: { message: "Problems parsing JSON" },
    });
  });

  it("name the permissions that would do", async () => {
    const { server, ask } = await start({ permissions: { issues: "write" } });
    const { number } = server.openPullRequest();
    const { status, headers, body } = await ask("POST", `/issues/${number}/comments`, { body: "text" });
    expect([status, body.message]).toEqual([403, "Resource not accessible by integration"]);
    expect(headers.get("x-accepted-github-permissions")).toBe("issues=write; pull_requests=write");
    const issue = server.openIssue({ title: "Drift" });
    expect((await ask("POST", `/issues/${issue}/comments`, { body: "text" })).status).toBe(201);
  });

  it.each([
    ["POST", "/labels", { name: "drift" }, "Label", "already_exists", "name"],
    ["POST", "/labels", { name: "new", color: "invalid" }, "Label", "invalid", "color"],
    ["POST", "/issues", { body: "text" }, "Issue", "missing_field", "title"],
    ["POST", "/pulls", { title: "t", head: "nowhere", base: "main" }, "PullRequest", "invalid", "head"],
  ])("of fields say which (%s %s %j)", async (method, path, sent, resource, code, field) => {
    const { server, ask } = await start();
    server.openIssue({ title: "Old", labels: ["Drift"] });
    const { status, body } = await ask(method, path, sent);
    expect([status, body.message, body.errors]).toEqual([
      422,
      "Validation Failed",
      [{ resource, code, field }],
    ]);
  });

  it("of pull requests say what is in the way", async () => {
    const { server, ask } = await start();
    const pull = { title: "t", head: "main", base: "main" };
    const { body } = await ask("POST", "/pulls", pull);
    expect(body.errors).toEqual([
      { resource: "PullRequest", code: "custom", message: "No commits between main and main" },
    ]);
    expect(server.pullRequests()).toEqual([]);
  });
});

describe("Git", () => {
  it("has the hashes that git gives to the same", () => {
    const objects = new Objects();
    const entry = (text: string, mode = "100644") => {
      return { mode, type: "blob" as const, sha: objects.addBlob(Buffer.from(text)) };
    };
    const files = { "a/x": "x", "a.b": "y", "a-b": "z", "sub/x": "x" };
    const entries = new Map(Object.entries(files).map(([path, text]) => [path, entry(text)]));
    const tree = objects.withFiles(undefined, entries.set("sub/run.sh", entry("#!/bin/sh\n", "100755")));
    expect(tree).toBe("4c0fcc30b5983dc5b855c0cf6dbca80ff07a8465");
    const date = "2023-11-14T22:13:20Z";
    expect(AUTHOR.name).toBe("github-actions[bot]");
    expect(objects.addCommit({ tree, parents: [], message: "Message", date })).toBe(
      "af349e41b1a6d66db43916103f9fa6d5632cb579",
    );
  });

  it("moves no branch back without force, and makes none twice", async () => {
    const { server, ask } = await start();
    const first = server.branch("main")!;
    const second = server.commit("main", { a: "a" });
    const back = await ask("PATCH", "/git/refs/heads/main", { sha: first });
    expect([back.status, back.body.message]).toEqual([422, "Update is not a fast forward"]);
    expect((await ask("PATCH", "/git/refs/heads/main", { sha: first, force: true })).status).toBe(200);
    expect((await ask("PATCH", "/git/refs/heads/main", { sha: second })).status).toBe(200);
    const twice = await ask("POST", "/git/refs", { ref: "refs/heads/main", sha: first });
    expect([twice.status, twice.body.message]).toEqual([422, "Reference already exists"]);
    const none = await ask("PATCH", "/git/refs/heads/none", { sha: first });
    expect([none.status, none.body.message]).toEqual([422, "Reference does not exist"]);
    expect((await ask("GET", "/git/ref/heads%2Fmain")).body.object.sha).toBe(second);
  });

  it("gives blobs as base64 in lines, and trees whole for any value of recursive", async () => {
    const { server, ask } = await start({ files: { "sub/a": "x".repeat(100) } });
    const tree = await ask("GET", `/git/trees/${server.branch("main")}?recursive=0`);
    expect(tree.body.tree.map(({ path }: { path: string }) => path)).toEqual(["sub", "sub/a"]);
    const flat = await ask("GET", `/git/trees/${server.branch("main")}`);
    expect(flat.body.tree.map(({ path }: { path: string }) => path)).toEqual(["sub"]);
    const blob = await ask("GET", `/git/blobs/${tree.body.tree[1].sha}`);
    expect(blob.body.content).toMatch(/^(?:[^\n]{60}\n)+[^\n]{1,60}\n$/);
  });

  it("merges what the branch changed, and nothing else", async () => {
    const { server } = await start({ files: { a: "1", b: "1" } });
    const { number } = server.openPullRequest({ files: { a: "2", c: "new" } });
    server.commit("main", { b: "2" });
    expect(server.files(server.merge(number))).toEqual({ a: "2", b: "2", c: "new" });
  });
});

describe("pull requests", () => {
  it("are issues too, and have a merge that was tried while they are open", async () => {
    const { server, ask } = await start();
    const { number } = server.openPullRequest();
    const [issue] = (await ask("GET", "/issues")).body;
    expect(issue).toMatchObject({ number, pull_request: { merged_at: null } });
    const [listed] = (await ask("GET", "/pulls")).body;
    expect(listed.merge_commit_sha).toMatch(/^[0-9a-f]{40}$/);
    expect(listed).not.toHaveProperty("merged");
    expect((await ask("GET", `/pulls/${number}`)).body).toMatchObject({ merged: false });
  });
});
