/** The port over GitHub's REST API: each method as requests, and what of the answers is returned. */
import { setTimeout as sleep } from "node:timers/promises";
import type { components } from "@octokit/openapi-types";
import { type Client, type ClientOptions, createClient, type Repository } from "./github-client.ts";
import { isAlreadyThere, isMissing } from "./github-error.ts";
import { commitTexts, readFiles } from "./github-git.ts";
import type { Comment, GitHub, Issue, PullRequest } from "./port.ts";

type Schemas = components["schemas"];

export interface GitHubOptions extends Omit<ClientOptions, "sleep" | "onWait"> {
  /** `owner/name`, as in GITHUB_REPOSITORY. */
  readonly repository: string;
  readonly sleep?: ClientOptions["sleep"];
  readonly onWait?: ClientOptions["onWait"];
}

/** Sends nothing until the first call. */
export function createGitHub(options: GitHubOptions): GitHub {
  const [owner = "", repo = ""] = options.repository.split("/");
  const at: Repository = { owner, repo };
  const client = createClient({
    apiUrl: options.apiUrl,
    token: options.token,
    sleep: options.sleep ?? ((milliseconds) => sleep(milliseconds)),
    onWait: options.onWait ?? (() => undefined),
  });
  return { ...comments(client, at), ...pullRequests(client, at), ...issues(client, at), ...git(client, at) };
}

function comments(client: Client, at: Repository): Pick<GitHub, "comments" | "addComment" | "editComment"> {
  return {
    async comments(number) {
      const route = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
      const all = await client.paginate(route, { ...at, issue_number: number, per_page: 100 });
      return all.map(commentOf);
    },
    async addComment(number, body) {
      const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
      return commentOf((await client.request(route, { ...at, issue_number: number, body })).data);
    },
    async editComment(id, body) {
      const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
      await client.request(route, { ...at, comment_id: id, body });
    },
  };
}

type PullRequestMethods =
  | "pullRequest"
  | "pullRequestsOf"
  | "openPullRequest"
  | "addPullRequest"
  | "editPullRequest";

function pullRequests(client: Client, at: Repository): Pick<GitHub, PullRequestMethods> {
  const one = "/repos/{owner}/{repo}/pulls/{pull_number}";
  return {
    async pullRequest(number) {
      return pullRequestOf((await client.request(`GET ${one}`, { ...at, pull_number: number })).data);
    },
    async pullRequestsOf(sha) {
      const route = "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls";
      const all = await client.paginate(route, { ...at, commit_sha: sha, per_page: 100 });
      return all.map(pullRequestOf);
    },
    async openPullRequest(headBranch) {
      const head = `${at.owner}:${headBranch}`;
      const query = { ...at, head, state: "open" as const, per_page: 100 };
      const all = await client.paginate("GET /repos/{owner}/{repo}/pulls", query);
      // A fork within the same organization has the same owner.
      const own = all.find(({ head }) => head.ref === headBranch && isRepository(head.repo, at));
      return own === undefined ? undefined : pullRequestOf(own);
    },
    async addPullRequest(request) {
      return pullRequestOf(
        (await client.request("POST /repos/{owner}/{repo}/pulls", { ...at, ...request })).data,
      );
    },
    async editPullRequest(number, change) {
      await client.request(`PATCH ${one}`, { ...at, pull_number: number, ...change });
    },
  };
}

function issues(client: Client, at: Repository): Pick<GitHub, "openIssues" | "addIssue" | "editIssue"> {
  return {
    async openIssues(label) {
      const query = { ...at, labels: label, state: "open" as const, per_page: 100 };
      const all = await client.paginate("GET /repos/{owner}/{repo}/issues", query);
      return all.filter(({ pull_request }) => pull_request === undefined).map(issueOf);
    },
    async addIssue({ title, body, labels }) {
      for (const label of labels) await ensureLabel(client, at, label);
      const issue = { ...at, title, body, labels: [...labels] };
      return issueOf((await client.request("POST /repos/{owner}/{repo}/issues", issue)).data);
    },
    async editIssue(number, change) {
      const route = "PATCH /repos/{owner}/{repo}/issues/{issue_number}";
      await client.request(route, { ...at, issue_number: number, ...change });
    },
  };
}

async function ensureLabel(client: Client, at: Repository, name: string): Promise<void> {
  try {
    await client.request("POST /repos/{owner}/{repo}/labels", { ...at, name });
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
}

function git(client: Client, at: Repository): Pick<GitHub, "branchSha" | "files" | "text" | "commitTexts"> {
  return {
    async branchSha(branch) {
      try {
        const route = "GET /repos/{owner}/{repo}/git/ref/{ref}";
        return (await client.request(route, { ...at, ref: `heads/${branch}` })).data.object.sha;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async files(sha) {
      return (await readFiles(client, at, sha)).map(({ path, sha }) => ({ path, sha }));
    },
    async text(blobSha) {
      const route = "GET /repos/{owner}/{repo}/git/blobs/{file_sha}";
      const { data } = await client.request(route, { ...at, file_sha: blobSha });
      return Buffer.from(data.content, "base64").toString();
    },
    commitTexts: (commit) => commitTexts(client, at, commit),
  };
}

function isRepository(full: { readonly full_name: string } | null, { owner, repo }: Repository): boolean {
  return full?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase();
}

const MEMBERS: ReadonlySet<string> = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);

function commentOf(comment: Schemas["issue-comment"]): Comment {
  const { id, body, html_url, user, author_association } = comment;
  const byApp = user?.type === "Bot";
  const trusted = byApp || MEMBERS.has(author_association ?? "");
  return { id: Number(id), body: body ?? "", url: html_url, trusted, byApp };
}

/** While a pull request is open, `merge_commit_sha` is that of a merge tried out. */
function pullRequestOf(data: Schemas["pull-request-simple"] | Schemas["pull-request"]): PullRequest {
  const merged = data.merged_at !== null;
  return {
    number: data.number,
    url: data.html_url,
    state: data.state === "open" ? "open" : "closed",
    merged,
    mergeSha: merged ? data.merge_commit_sha : null,
    headSha: data.head.sha,
    headBranch: data.head.ref,
    baseBranch: data.base.ref,
  };
}

function issueOf(data: Schemas["issue"]): Issue {
  return {
    number: data.number,
    url: data.html_url,
    title: data.title,
    body: data.body ?? "",
    createdAt: data.created_at,
  };
}
