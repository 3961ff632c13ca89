/** GitHub's REST API as the action uses it, against a stand-in over real HTTP. */
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createGitHub } from "../../src/action/github.ts";
import { GitHubError } from "../../src/action/github-error.ts";
import type { GitHub } from "../../src/action/port.ts";
import { closedOrigin, listen, serve } from "../appliance/servers.ts";
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

describe("pull requests", () => {
  it("are read with the merge only once there is one", async () => {
    const { server, github } = await start();
    const { number, headSha, headBranch } = server.openPullRequest({ headBranch: "tags" });
    const open = await github.pullRequest(number);
    expect(open).toEqual({
      number,
      url: `${server.serverUrl}/acme/network/pull/${number}`,
      state: "open",
      merged: false,
      mergeSha: null,
      headSha,
      headBranch,
      baseBranch: "main",
    });
    const mergeSha = server.merge(number);
    expect(await github.pullRequest(number)).toEqual({ ...open, state: "closed", merged: true, mergeSha });
  });

  it.each([true, false])("are found by the commit that merged them (squashed: %s)", async (squash) => {
    const { server, github } = await start();
    const { number, headSha } = server.openPullRequest();
    server.openPullRequest();
    expect((await github.pullRequestsOf(headSha)).map(({ merged }) => merged)).toEqual([false]);
    const sha = server.merge(number, { squash });
    const [found, ...others] = await github.pullRequestsOf(sha);
    expect(found).toMatchObject({ number, merged: true, mergeSha: sha });
    expect(others).toEqual([]);
    expect(await github.pullRequestsOf(server.commit("main", { "a.txt": "pushed" }))).toEqual([]);
  });

  it("are found by their branch in the repository itself, when they are open", async () => {
    const { server, github } = await start();
    server.openPullRequest({ headBranch: "accept", fork: "mallory/network" });
    server.openPullRequest({ headBranch: "accept", fork: "acme/network-fork" });
    server.openPullRequest({ headBranch: "accept", fork: null });
    const closed = server.openPullRequest({ headBranch: "accept" });
    server.close(closed.number);
    expect(await github.openPullRequest("accept")).toBeUndefined();
    const { number } = server.openPullRequest({ headBranch: "accept" });
    expect(await github.openPullRequest("accept")).toMatchObject({ number, headBranch: "accept" });
  });

  it("are opened and edited", async () => {
    const { server, github } = await start();
    server.commit("accept", { "a.txt": "a" });
    const request = { title: "Accept drift", body: "Body", head: "accept", base: "main" };
    const { number } = await github.addPullRequest(request);
    await github.editPullRequest(number, { body: "New" });
    expect(server.pullRequest(number)).toMatchObject({
      title: "Accept drift",
      body: "New",
      headRef: "accept",
    });
    const again = await failureOf(github.addPullRequest(request));
    expect(again.message).toContain("A pull request already exists for acme:accept.");
  });

  it("cannot be opened where the settings forbid it to Actions, which the error says", async () => {
    const { server, github } = await start({ actionsMayOpenPullRequests: false });
    server.commit("accept", { "a.txt": "a" });
    const request = { title: "Accept", body: "", head: "accept", base: "main" };
    const error = await failureOf(github.addPullRequest(request));
    expect(error.code).toBe("github-permission");
    expect(error.hint).toContain("Allow GitHub Actions to create and approve pull requests");
  });
});

describe("issues", () => {
  it("are listed by label, open ones only and without pull requests", async () => {
    const { server, github } = await start();
    const numbers = Array.from({ length: 130 }, (_, index) =>
      server.openIssue({ title: `Drift ${index}`, labels: ["drift", "other"] }),
    );
    server.openIssue({ title: "Of others", labels: ["other"] });
    server.openPullRequest({ labels: ["drift"] });
    await github.editIssue(numbers[7]!, { state: "closed" });
    const open = await github.openIssues("drift");
    expect(open.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
      numbers.filter((number) => number !== numbers[7]),
    );
    expect(open.at(-1)).toMatchObject({
      title: "Drift 0",
      body: "",
      url: expect.stringContaining("/issues/"),
    });
  });

  it("are opened with labels, made where they are not there", async () => {
    const { server, github } = await start();
    server.openIssue({ title: "Old", labels: ["Drift"] });
    const issue = { title: "Drift on eda", body: "Text", labels: ["drift", "hopsync"] };
    const added = await github.addIssue(issue);
    expect(server.labels().map(({ name }) => name)).toEqual(["Drift", "hopsync"]);
    expect(server.issue(added.number)).toMatchObject({ ...issue, state: "open" });
    expect(await github.openIssues("drift")).toHaveLength(2);
    expect(added.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await github.editIssue(added.number, { title: "New", body: "More", state: "closed" });
    expect(server.issue(added.number)).toMatchObject({ title: "New", body: "More", state: "closed" });
  });

  it("say which field GitHub refuses", async () => {
    const { github } = await start();
    const error = await failureOf(github.addIssue({ title: "", body: "", labels: [] }));
    expect(error.message).toContain("422 to POST /repos/acme/network/issues");
    expect(error.message).toContain("Validation Failed (Issue title missing_field)");
  });
});

describe("branches and files", () => {
  it("are read, whatever the branch is called", async () => {
    const { server, github } = await start();
    const sha = server.commit("hopsync/accept#1", { "sub/ä b.yaml": "name: ä\n", "README.md": undefined });
    expect(await github.branchSha("hopsync/accept#1")).toBe(sha);
    expect(await github.branchSha("hopsync")).toBeUndefined();
    const [file, ...others] = await github.files(sha);
    expect(others).toEqual([]);
    expect(file?.path).toBe("sub/ä b.yaml");
    expect(await github.text(file!.sha)).toBe("name: ä\n");
  });

  it("are read folder by folder where the whole tree is cut short", async () => {
    const { server, github } = await start({ treeLimit: 4 });
    const files = ["a/b/1", "a/b/2", "a/b/3", "a/4", "c/5", "c/6", "7"];
    const sha = server.commit("main", Object.fromEntries(files.map((path) => [path, path])));
    const found = await github.files(sha);
    expect(found.map(({ path }) => path).sort()).toEqual([...files, "README.md"].sort());
  });

  it("have the hashes that Git gives them", async () => {
    const { server, github } = await start({ files: { a: "hello\n" } });
    const [file] = await github.files(server.branch("main")!);
    expect(file?.sha).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
  });

  it("are committed on top of the parent, modes kept and other files left alone", async () => {
    const { server, github } = await start({ files: { "keep.yaml": "keep", "sub/edit.yaml": "old" } });
    const parent = server.commit("main", { "run.sh": "old\n" }, { executable: true });
    const texts = [
      { path: "run.sh", text: "new\n" },
      { path: "sub/edit.yaml", text: "🎉" },
      { path: "sub/deep/new.yaml", text: "new" },
    ];
    await github.commitTexts({ branch: "hopsync/accept", parent, message: "Accept drift", texts });
    const sha = server.branch("hopsync/accept")!;
    expect(server.parents(sha)).toEqual([parent]);
    expect(server.message(sha)).toBe("Accept drift");
    const written = Object.fromEntries(texts.map(({ path, text }) => [path, text]));
    expect(server.files(sha)).toEqual({ "keep.yaml": "keep", ...written });
    expect(server.modes(sha)).toMatchObject({ "run.sh": "100755", "sub/deep/new.yaml": "100644" });
    expect(server.branch("main")).toBe(parent);
  });

  it("move a branch that is there, whatever it had", async () => {
    const { server, github } = await start();
    server.commit("hopsync/accept", { "old.txt": "of a run before" });
    const parent = server.commit("main", { "a.txt": "moved on" });
    await github.commitTexts({
      branch: "hopsync/accept",
      parent,
      message: "m",
      texts: [{ path: "a.txt", text: "b" }],
    });
    const sha = server.branch("hopsync/accept")!;
    expect(server.files(sha)).toEqual({ "README.md": "# Network\n", "a.txt": "b" });
    expect(server.parents(sha)).toEqual([parent]);
  });

  it("survive an answer that was lost at any step", async () => {
    for (const step of ["/git/trees", "/git/commits", "/git/refs"]) {
      const { server, github } = await start();
      server.fault({ method: "POST", path: step, effect: "reset", when: "after" });
      const parent = server.branch("main")!;
      await github.commitTexts({ branch: "new", parent, message: "m", texts: [{ path: "a", text: "b" }] });
      expect(server.files(server.branch("new")!)).toMatchObject({ a: "b" });
    }
  });
});

describe("permissions", () => {
  const calls: Readonly<Record<string, (github: GitHub, server: GitHubStandIn) => Promise<unknown>>> = {
    comments: (github) => github.comments(1),
    addComment: (github) => github.addComment(1, "text"),
    editComment: (github, server) => github.editComment(server.addComment(1, "text"), "new"),
    pullRequest: (github) => github.pullRequest(1),
    pullRequestsOf: (github, server) => github.pullRequestsOf(server.branch("main")!),
    openPullRequest: (github) => github.openPullRequest("accept"),
    addPullRequest: (github) => github.addPullRequest({ title: "t", body: "", head: "accept", base: "main" }),
    editPullRequest: (github) => github.editPullRequest(1, { body: "new" }),
    openIssues: (github) => github.openIssues("drift"),
    addIssue: (github) => github.addIssue({ title: "t", body: "", labels: ["drift"] }),
    editIssue: (github) => github.editIssue(2, { state: "closed" }),
    branchSha: (github) => github.branchSha("main"),
    files: (github, server) => github.files(server.branch("main")!),
    text: (github) => github.text("ce013625030ba8dba906f756967f9e9ca394464a"),
    commitTexts: (github, server) =>
      github.commitTexts({
        branch: "new",
        parent: server.branch("main")!,
        message: "m",
        texts: [{ path: "a", text: "b" }],
      }),
  };
  const needed: Readonly<
    Record<string, readonly [area: "contents" | "issues" | "pull_requests", access: "read" | "write"]>
  > = {
    comments: ["pull_requests", "read"],
    addComment: ["pull_requests", "write"],
    editComment: ["pull_requests", "write"],
    pullRequest: ["pull_requests", "read"],
    pullRequestsOf: ["pull_requests", "read"],
    openPullRequest: ["pull_requests", "read"],
    addPullRequest: ["pull_requests", "write"],
    editPullRequest: ["pull_requests", "write"],
    openIssues: ["issues", "read"],
    addIssue: ["issues", "write"],
    editIssue: ["issues", "write"],
    branchSha: ["contents", "read"],
    files: ["contents", "read"],
    text: ["contents", "read"],
    commitTexts: ["contents", "write"],
  };

  async function prepared(): Promise<{ server: GitHubStandIn; github: GitHub }> {
    const started = await start({ files: { a: "hello\n" } });
    started.server.openPullRequest();
    started.server.openIssue({ title: "Drift" });
    started.server.commit("accept", { b: "b" });
    return started;
  }

  it.each(Object.keys(calls))("%s needs its own and no other", async (name) => {
    const { server, github } = await prepared();
    const [area, access] = needed[name]!;
    server.setPermissions({ [area]: access });
    await calls[name]!(github, server);
  });

  it.each(Object.keys(calls))("%s names the one that is missing", async (name) => {
    const { server, github } = await prepared();
    const [area, access] = needed[name]!;
    const others = { contents: "write", issues: "write", pull_requests: "write" } as const;
    server.setPermissions({ ...others, [area]: access === "write" ? "read" : "none" });
    const error = await failureOf(calls[name]!(github, server));
    expect(error).toMatchObject({ code: "github-permission", status: 403 });
    expect(error.hint).toContain(`\`${area.replace("_", "-")}: ${access}\``);
    expect(error.hint).toContain("`permissions:`");
    expect(error.message).toContain("Resource not accessible by integration");
  });

  it("are those of GitHub's header where it names others", async () => {
    const accepted = "contents=write,workflows=write; contents=write; organization_projects=admin";
    const body = { message: "Resource not accessible by integration" };
    const { origin } = await serve(() => ({
      status: 403,
      headers: { "x-accepted-github-permissions": accepted },
      body,
    }));
    const github = createGitHub({ apiUrl: origin, token: "t".repeat(20), repository: "acme/network" });
    const error = await failureOf(github.comments(1));
    expect(error.hint).toContain("lacks `contents: write` or `organization-projects: admin`:");
  });
});

describe("a token", () => {
  it("that is not accepted is said to be the problem", async () => {
    const { server } = await start();
    const github = createGitHub({ ...server, token: "wrong" });
    expect(await failureOf(github.comments(1))).toMatchObject({ code: "github-token", status: 401 });
  });

  it("that may not see the repository gets what is not there", async () => {
    const { server } = await start();
    const github = createGitHub({ ...server, repository: "acme/other" });
    const error = await failureOf(github.addComment(1, "text"));
    expect(error).toMatchObject({ code: "github-missing", status: 404 });
    expect(error.hint).toContain("or the token may not see it");
    expect(error.hint).toContain("`pull-requests: write`");
  });

  it("is in no text, and nothing in a text acts on a terminal", async () => {
    const token = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";
    const message = `\u001b[31m${token}\u202e ${encodeURIComponent(token)}`;
    const { origin } = await serve(() => ({
      status: 422,
      body: { message, errors: [message, { message }] },
    }));
    const github = createGitHub({ apiUrl: origin, token, repository: "acme/network" });
    const error = await failureOf(github.comments(1));
    expect(inspect(error)).not.toContain(token);
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe("limits", () => {
  const MINUTE = 60_000;

  it("are waited for until the reset, and what must not be sent twice is sent after it", async () => {
    const { server, github } = await start();
    const { number } = server.openPullRequest();
    for (const status of [403, 429] as const) {
      server.limit({ kind: "primary", seconds: 90, status });
      await github.addComment(number, `${status}`);
    }
    expect(server.comments(number).map(({ body }) => body)).toEqual(["403", "429"]);
    expect(server.slept).toHaveLength(2);
    for (const waited of server.slept)
      expect(waited / 1000).toSatisfy((seconds: number) => seconds >= 90 && seconds < 94);
  });

  it("that last too long end the run with the time of their end", async () => {
    const { server, github } = await start();
    server.limit({ kind: "primary", seconds: 1800 });
    const error = await failureOf(github.openIssues("drift"));
    expect(error).toMatchObject({ code: "github-rate-limit", status: 403 });
    const [, end = ""] = /until (\S+)\.$/.exec(error.message) ?? [];
    expect(Math.abs(Date.parse(end) - Date.now() - 1800_000)).toBeLessThan(5000);
    expect(server.slept).toEqual([]);
  });

  it("that end at no time at all are told too", async () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9".repeat(30) };
    const { origin } = await serve(() => ({ status: 403, headers, body: {} }));
    const github = createGitHub({ apiUrl: origin, token: "t".repeat(20), repository: "acme/network" });
    expect(await failureOf(github.comments(1))).toMatchObject({ code: "github-rate-limit" });
  });

  it("of the second kind are waited for as long as they say", async () => {
    const { server, github } = await start();
    const { number } = server.openPullRequest();
    for (let count = 0; count < 150; count += 1) server.addComment(number, "text");
    server.limit({ kind: "secondary", after: 1, seconds: 42, status: 429 });
    expect(await github.comments(number)).toHaveLength(150);
    expect(server.slept).toEqual([42_000]);
  });

  it("of the second kind are waited for a minute, then longer, where they do not say", async () => {
    const { server, github } = await start();
    server.limit({ kind: "secondary", seconds: 100, told: false });
    await github.openIssues("drift");
    expect(server.slept).toEqual([MINUTE, 2 * MINUTE]);
  });

  it("are waited for some minutes in all", async () => {
    const { server, github } = await start();
    server.limit({ kind: "secondary", seconds: 200 });
    await github.openIssues("drift");
    server.limit({ kind: "secondary", seconds: 200 });
    expect(await failureOf(github.openIssues("drift"))).toMatchObject({ code: "github-rate-limit" });
    expect(server.slept).toEqual([200_000]);
  });

  it("are told before they are waited for", async () => {
    const { server } = await start();
    const told: unknown[] = [];
    const onWait = (pause: unknown, request: string) => told.push([pause, request, server.slept.length]);
    const github = createGitHub({ ...server, onWait });
    server.limit({ kind: "secondary", seconds: 5 });
    await github.branchSha("main");
    const pause = { reason: "secondary-rate-limit", milliseconds: 5000 };
    expect(told).toEqual([[pause, "GET /repos/acme/network/git/ref/heads%2Fmain", 0]]);
  });
});

describe("failures", () => {
  const effects = [500, 502, 503, "reset", "truncate"] as const;

  it.each(effects)("of reads (%s) are got over", async (effect) => {
    const { server, github } = await start();
    const { number } = server.openPullRequest();
    server.addComment(number, "text");
    server.fault({ effect, times: 3 });
    expect(await github.comments(number)).toHaveLength(1);
    expect(server.slept).toEqual([1000, 2000, 4000]);
  });

  it.each(effects)("of reads (%s) that last are told", async (effect) => {
    const { server, github } = await start();
    const { number } = server.openPullRequest();
    server.fault({ effect, times: 4 });
    const error = await failureOf(github.comments(number));
    expect(error).toMatchObject({
      code: typeof effect === "number" ? "github-failed" : "github-unreachable",
      unknownOutcome: false,
      method: "GET",
    });
  });

  it.each(effects)("of what would be made twice (%s) are told at once", async (effect) => {
    const { server, github } = await start();
    const { number } = server.openPullRequest();
    server.fault({ method: "POST", effect, when: "after" });
    const error = await failureOf(github.addComment(number, "text"));
    expect(error.unknownOutcome).toBe(true);
    expect(server.requests()).toHaveLength(1);
    expect(server.comments(number)).toHaveLength(1);
  });

  it("of edits are got over", async () => {
    const { server, github } = await start();
    const { number } = server.openPullRequest();
    const id = server.addComment(number, "old");
    server.fault({ method: "PATCH", effect: "reset", when: "after" });
    await github.editComment(id, "new");
    expect(server.comments(number)).toMatchObject([{ body: "new" }]);
  });

  it("to reach anything are told", async () => {
    const apiUrl = await closedOrigin();
    const options = {
      apiUrl,
      token: "t".repeat(20),
      repository: "acme/network",
      sleep: async () => undefined,
    };
    const error = await failureOf(createGitHub(options).comments(1));
    expect(error).toMatchObject({ code: "github-unreachable", status: undefined });
    expect(error.message).toContain("ECONNREFUSED");
  });
});

describe("the address", () => {
  it("may be that of GitHub Enterprise Server", async () => {
    const { server, github } = await start({ prefix: "/api/v3" });
    const { number } = server.openPullRequest();
    for (let count = 0; count < 101; count += 1) server.addComment(number, "text");
    expect(server.apiUrl).toMatch(/\/api\/v3$/);
    expect(await github.comments(number)).toHaveLength(101);
    const error = await failureOf(github.comments(77));
    expect(error.path).toBe("/repos/acme/network/issues/77/comments?per_page=100");
  });

  it("is reached through the proxy that the environment names", async () => {
    const { server } = await start();
    const asked: string[] = [];
    const proxy = createServer().on("connect", (request, socket: Socket) => {
      asked.push(request.url ?? "");
      const { hostname, port } = new URL(`http://${request.url}`);
      const onward = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
    });
    vi.stubEnv("http_proxy", `http://127.0.0.1:${await listen(proxy)}`);
    vi.stubEnv("no_proxy", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await clientOf(server).branchSha("main")).toBe(server.branch("main"));
    expect(asked).toEqual([new URL(server.apiUrl).host]);
  });
});
