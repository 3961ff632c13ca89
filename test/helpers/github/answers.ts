/** What GitHub answers, held to the types that GitHub's own OpenAPI description gives. */
import type { components } from "@octokit/openapi-types";
import { AUTHOR } from "./objects.ts";
import type { Comment, Label, Pull, State, Ticket } from "./state.ts";

type Schemas = components["schemas"];

/** Where the API and the web pages are, for the links of answers. */
export interface Addresses {
  readonly api: string;
  readonly web: string;
}

export function user(login: string, at: Addresses): Schemas["simple-user"] {
  const url = `${at.api}/users/${encodeURIComponent(login)}`;
  const isApp = login.endsWith("[bot]");
  return {
    login,
    id: 41898282,
    node_id: "MDM6Qm90NDE4OTgyODI=",
    avatar_url: "https://avatars.githubusercontent.com/in/15368?v=4",
    gravatar_id: "",
    url,
    html_url: isApp ? `${at.web}/apps/${login.slice(0, -"[bot]".length)}` : `${at.web}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: isApp ? "Bot" : "User",
    site_admin: false,
  };
}

function urls(state: State, at: Addresses): { readonly api: string; readonly web: string } {
  return { api: `${at.api}/repos/${state.repository}`, web: `${at.web}/${state.repository}` };
}

function webPath(state: State, number: number): string {
  return `${state.tickets.get(number)?.pull === undefined ? "issues" : "pull"}/${number}`;
}

export function comment(one: Comment, state: State, at: Addresses): Schemas["issue-comment"] {
  const { api, web } = urls(state, at);
  return {
    url: `${api}/issues/comments/${one.id}`,
    html_url: `${web}/${webPath(state, one.number)}#issuecomment-${one.id}`,
    issue_url: `${api}/issues/${one.number}`,
    id: one.id,
    node_id: `IC_${one.id}`,
    user: user(one.by, at),
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    author_association: state.repository.startsWith(`${one.by}/`) ? "OWNER" : "CONTRIBUTOR",
    body: one.body,
    performed_via_github_app: null,
  };
}

export function label(one: Label, state: State, at: Addresses): Schemas["label"] {
  return {
    id: one.id,
    node_id: `LA_${one.id}`,
    url: `${urls(state, at).api}/labels/${encodeURIComponent(one.name)}`,
    name: one.name,
    color: one.color,
    default: false,
    description: one.description,
  };
}

function labelsOf(ticket: Ticket, state: State, at: Addresses): Schemas["label"][] {
  return ticket.labels.flatMap((name) => {
    const found = state.labels.get(name.toLowerCase());
    return found === undefined ? [] : [label(found, state, at)];
  });
}

/** Pull requests are issues too: with `pull_request`. */
export function issue(ticket: Ticket, state: State, at: Addresses): Schemas["issue"] {
  const { api, web } = urls(state, at);
  const url = `${api}/issues/${ticket.number}`;
  const page = `${web}/${webPath(state, ticket.number)}`;
  const { pull } = ticket;
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    id: ticket.id,
    node_id: `I_${ticket.id}`,
    number: ticket.number,
    title: ticket.title,
    user: user(AUTHOR.name, at),
    labels: labelsOf(ticket, state, at),
    state: ticket.state,
    state_reason: ticket.state === "open" ? null : "completed",
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: [...state.comments.values()].filter(({ number }) => number === ticket.number).length,
    created_at: ticket.createdAt,
    updated_at: ticket.updatedAt,
    closed_at: ticket.state === "open" ? null : ticket.updatedAt,
    author_association: "CONTRIBUTOR",
    active_lock_reason: null,
    body: ticket.body,
    ...(pull === undefined
      ? {}
      : {
          draft: false,
          pull_request: {
            url: `${api}/pulls/${ticket.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: pull.mergedAt,
          },
        }),
  };
}

type RepositoryPart = Pick<
  Schemas["repository"],
  | "id"
  | "node_id"
  | "name"
  | "full_name"
  | "private"
  | "owner"
  | "html_url"
  | "url"
  | "fork"
  | "default_branch"
>;

/** `repo` is null where a fork was deleted, whatever the description says. */
type Side = Pick<Schemas["pull-request"]["head"], "label" | "ref" | "sha" | "user"> & {
  readonly repo: RepositoryPart | null;
};

type Simple = Omit<Schemas["pull-request-simple"], "head" | "base" | "labels"> & {
  readonly head: Side;
  readonly base: Side;
  readonly labels: Schemas["label"][];
};

type Full = Simple &
  Pick<
    Schemas["pull-request"],
    | "merged"
    | "mergeable"
    | "mergeable_state"
    | "merged_by"
    | "comments"
    | "review_comments"
    | "maintainer_can_modify"
    | "commits"
    | "additions"
    | "deletions"
    | "changed_files"
  >;

/** As lists have it: without `merged`. */
export function pullRequest(ticket: Ticket & { readonly pull: Pull }, state: State, at: Addresses): Simple {
  const { api, web } = urls(state, at);
  const { pull } = ticket;
  const url = `${api}/pulls/${ticket.number}`;
  const page = `${web}/pull/${ticket.number}`;
  const issueUrl = `${api}/issues/${ticket.number}`;
  const links = {
    comments_url: `${issueUrl}/comments`,
    commits_url: `${url}/commits`,
    statuses_url: `${api}/statuses/${pull.headSha}`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
  };
  return {
    url,
    id: ticket.id,
    node_id: `PR_${ticket.id}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl,
    ...links,
    number: ticket.number,
    state: ticket.state,
    locked: false,
    title: ticket.title,
    user: user(AUTHOR.name, at),
    body: ticket.body,
    created_at: ticket.createdAt,
    updated_at: ticket.updatedAt,
    closed_at: ticket.state === "open" ? null : ticket.updatedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeSha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: labelsOf(ticket, state, at),
    milestone: null,
    draft: false,
    head: side(pull.headRef, pull.headSha, pull.headRepository, state, at),
    base: side(pull.baseRef, state.branches.get(pull.baseRef) ?? "", state.repository, state, at),
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issueUrl },
      comments: { href: links.comments_url },
      review_comments: { href: links.review_comments_url },
      review_comment: { href: links.review_comment_url },
      commits: { href: links.commits_url },
      statuses: { href: links.statuses_url },
    },
    author_association: "CONTRIBUTOR",
    auto_merge: null,
    active_lock_reason: null,
  };
}

export function fullPullRequest(ticket: Ticket & { readonly pull: Pull }, state: State, at: Addresses): Full {
  const merged = ticket.pull.mergedAt !== null;
  return {
    ...pullRequest(ticket, state, at),
    merged,
    mergeable: merged ? null : true,
    mergeable_state: merged ? "unknown" : "clean",
    merged_by: merged ? user("octocat", at) : null,
    comments: [...state.comments.values()].filter(({ number }) => number === ticket.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: 1,
    deletions: 0,
    changed_files: 1,
  };
}

function side(ref: string, sha: string, fullName: string | null, state: State, at: Addresses): Side {
  const [owner = "", name = ""] = (fullName ?? "unknown/unknown").split("/");
  const repo = {
    id: fullName === state.repository ? 1296269 : 1296270,
    node_id: "R_1296269",
    name,
    full_name: `${owner}/${name}`,
    private: true,
    owner: user(owner, at),
    html_url: `${at.web}/${owner}/${name}`,
    url: `${at.api}/repos/${owner}/${name}`,
    fork: fullName !== state.repository,
    default_branch: state.defaultBranch,
  };
  return { label: `${owner}:${ref}`, ref, sha, user: user(owner, at), repo: fullName === null ? null : repo };
}

export function reference(ref: string, sha: string, state: State, at: Addresses): Schemas["git-ref"] {
  const { api } = urls(state, at);
  return {
    ref,
    node_id: `REF_${Buffer.from(ref).toString("base64url")}`,
    url: `${api}/git/${ref}`,
    object: { sha, type: "commit", url: `${api}/git/commits/${sha}` },
  };
}

export function gitCommit(sha: string, state: State, at: Addresses): Schemas["git-commit"] | undefined {
  const commit = state.objects.commits.get(sha);
  if (commit === undefined) return undefined;
  const { api, web } = urls(state, at);
  const person = { ...AUTHOR, date: commit.date };
  return {
    sha,
    node_id: `C_${sha}`,
    url: `${api}/git/commits/${sha}`,
    html_url: `${web}/commit/${sha}`,
    author: person,
    committer: person,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: `${api}/git/commits/${parent}`,
      html_url: `${web}/commit/${parent}`,
    })),
    verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
  };
}

/** At most `limit` entries, and then `truncated`; GitHub's limit is 100,000 entries. */
export function gitTree(
  sha: string,
  recursive: boolean,
  limit: number,
  state: State,
  at: Addresses,
): Schemas["git-tree"] | undefined {
  if (!state.objects.trees.has(sha)) return undefined;
  const { api } = urls(state, at);
  const entries = state.objects.walk(sha).filter(({ path }) => recursive || !path.includes("/"));
  return {
    sha,
    url: `${api}/git/trees/${sha}`,
    tree: entries.slice(0, recursive ? limit : undefined).map(({ path, mode, type, sha }) => ({
      path,
      mode,
      type,
      sha,
      ...(type === "blob" ? { size: state.objects.blobs.get(sha)?.length ?? 0 } : {}),
      url: `${api}/git/${type}s/${sha}`,
    })),
    truncated: recursive && entries.length > limit,
  };
}

/** Base64 in lines of 60 characters, as GitHub breaks it. */
export function blob(sha: string, state: State, at: Addresses): Schemas["blob"] | undefined {
  const content = state.objects.blobs.get(sha);
  if (content === undefined) return undefined;
  return {
    sha,
    node_id: `B_${sha}`,
    size: content.length,
    url: `${urls(state, at).api}/git/blobs/${sha}`,
    content: content
      .toString("base64")
      .replace(/.{60}/g, "$&\n")
      .replace(/([^\n])$/, "$1\n"),
    encoding: "base64",
  };
}
