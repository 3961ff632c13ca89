/**
 * A stand-in of GitHub's REST API for tests, written from GitHub's documents: one repository in memory,
 * with the token of a workflow. What a person or GitHub itself would do is done by calling methods.
 */
import {
  type Fault,
  type Limit,
  type LoggedRequest,
  type Permissions,
  type ServerState,
  startServer,
} from "./server.ts";
import { type Comment, type Label, type Pull, State, type Ticket } from "./state.ts";

export type { Fault, Limit, LoggedRequest, Permissions } from "./server.ts";

/** Paths and texts; undefined takes the file away. */
export type Files = Readonly<Record<string, string | undefined>>;

export interface GitHubSetup {
  /** `owner/name`. */
  readonly repository?: string;
  readonly defaultBranch?: string;
  /** Of the first commit. */
  readonly files?: Files;
  readonly token?: string;
  /** As in a workflow, with underscores; what is left out is `none`. All may be written by default. */
  readonly permissions?: Permissions;
  /** `/api/v3` is where GitHub Enterprise Server has it. */
  readonly prefix?: string;
  /** The setting of repositories and organizations; off in new ones. */
  readonly actionsMayOpenPullRequests?: boolean;
  /** Entries of a tree from which on it is truncated. GitHub: 100,000. */
  readonly treeLimit?: number;
}

export interface OpenPullRequest {
  readonly number: number;
  readonly headSha: string;
  readonly headBranch: string;
}

export interface NewPullRequest {
  /** Changed against the branch that it is to be merged into. */
  readonly files?: Files;
  readonly title?: string;
  readonly body?: string;
  readonly headBranch?: string;
  readonly base?: string;
  /** The name of its commit, for tests that have a clone with other hashes. */
  readonly headSha?: string;
  /** `owner/name` of the fork that its branch is in; null for one that was deleted. */
  readonly fork?: string | null;
  readonly labels?: readonly string[];
}

export interface MergeOptions {
  readonly squash?: boolean;
  readonly rebase?: boolean;
  readonly sha?: string;
}

export type IssueView = Pick<Ticket, "number" | "title" | "body" | "state" | "labels" | "createdAt">;

export interface GitHubStandIn {
  readonly repository: string;
  readonly token: string;
  /** For GITHUB_API_URL. */
  readonly apiUrl: string;
  /** For GITHUB_SERVER_URL. */
  readonly serverUrl: string;

  /** Puts a commit on a branch, which is made where it is not there. */
  commit(
    branch: string,
    files: Files,
    options?: { readonly sha?: string; readonly executable?: boolean },
  ): string;
  branch(name: string): string | undefined;
  deleteBranch(name: string): void;
  /** Paths and texts of a commit. */
  files(sha: string): Readonly<Record<string, string>>;
  /** Modes by path. */
  modes(sha: string): Readonly<Record<string, string>>;
  parents(sha: string): readonly string[];
  message(sha: string): string;

  openPullRequest(request?: NewPullRequest): OpenPullRequest;
  /** New commit on its branch. */
  push(number: number, files: Files): string;
  /** By a merge commit, as one commit, or commit by commit; gives the last one on the base branch. */
  merge(number: number, options?: MergeOptions): string;
  close(number: number): void;
  pullRequest(number: number): IssueView & Pull;
  pullRequests(): readonly (IssueView & Pull)[];

  openIssue(issue: {
    readonly title: string;
    readonly body?: string;
    readonly labels?: readonly string[];
  }): number;
  issue(number: number): IssueView;
  /** No pull requests. */
  issues(): readonly IssueView[];
  labels(): readonly Label[];

  addComment(number: number, body: string, by?: string): number;
  /** As a person with the right to write does, who does not become its author. */
  editComment(id: number, edit: (body: string) => string): void;
  deleteComment(id: number): void;
  comments(number: number): readonly Comment[];

  setPermissions(permissions: Permissions): void;
  limit(limit: Limit): void;
  fault(fault: Fault): void;
  /** Puts the clock forward instead of waiting, for the client's `sleep`. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** What was slept, in milliseconds. */
  readonly slept: readonly number[];
  /** In the order of arrival. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
}

const ALL: Permissions = { contents: "write", issues: "write", pull_requests: "write" };

/** Starts on a free port; ends with the test. */
export async function startGitHub(setup: GitHubSetup = {}): Promise<GitHubStandIn> {
  const state = new State(setup.repository ?? "acme/network", setup.defaultBranch ?? "main");
  const server: ServerState = {
    state,
    token: setup.token ?? "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    permissions: setup.permissions ?? ALL,
    prefix: setup.prefix ?? "",
    settings: {
      treeLimit: setup.treeLimit ?? 100_000,
      actionsMayOpenPullRequests: setup.actionsMayOpenPullRequests ?? true,
    },
    log: [],
    limits: [],
    faults: [],
    origin: "",
  };
  await startServer(server);
  const slept: number[] = [];
  const standIn = {
    repository: state.repository,
    token: server.token,
    apiUrl: server.origin + server.prefix,
    serverUrl: server.origin,
    ...gitSide(state),
    ...pullSide(state),
    ...issueSide(state),
    ...serverSide(server),
    slept,
    sleep: async (milliseconds: number) => {
      slept.push(milliseconds);
      state.offset += milliseconds;
    },
  };
  standIn.commit(state.defaultBranch, setup.files ?? { "README.md": "# Network\n" });
  return standIn;
}

type GitSide = Pick<
  GitHubStandIn,
  "commit" | "branch" | "deleteBranch" | "files" | "modes" | "parents" | "message"
>;

function gitSide(state: State): GitSide {
  const { objects, branches } = state;
  const entries = (sha: string) =>
    objects.walk(objects.commits.get(sha)?.tree ?? "").filter(({ type }) => type === "blob");
  const text = (sha: string) => objects.blobs.get(sha)?.toString() ?? "";
  return {
    commit: (branch, files, options = {}) => {
      const parent = branches.get(branch) ?? branches.get(state.defaultBranch);
      const sha = commitFiles(state, parent, files, options);
      branches.set(branch, sha);
      return sha;
    },
    branch: (name) => branches.get(name),
    deleteBranch: (name) => void branches.delete(name),
    files: (sha) => Object.fromEntries(entries(sha).map(({ path, sha }) => [path, text(sha)])),
    modes: (sha) => Object.fromEntries(entries(sha).map(({ path, mode }) => [path, mode])),
    parents: (sha) => objects.commits.get(sha)?.parents ?? [],
    message: (sha) => objects.commits.get(sha)?.message ?? "",
  };
}

function commitFiles(
  state: State,
  parent: string | undefined,
  files: Files,
  { sha, executable = false }: { readonly sha?: string | undefined; readonly executable?: boolean },
): string {
  const { objects } = state;
  const mode = executable ? "100755" : "100644";
  const entries = Object.entries(files).map(([path, text]) => {
    const entry =
      text === undefined
        ? undefined
        : { mode, type: "blob" as const, sha: objects.addBlob(Buffer.from(text)) };
    return [path, entry] as const;
  });
  const tree = objects.withFiles(
    parent === undefined ? undefined : objects.commits.get(parent)?.tree,
    new Map(entries),
  );
  const parents = parent === undefined ? [] : [parent];
  return objects.addCommit({ tree, parents, message: "Change files", date: state.time() }, sha);
}

type PullSide = Pick<
  GitHubStandIn,
  "openPullRequest" | "push" | "merge" | "close" | "pullRequest" | "pullRequests"
>;

function pullSide(state: State): PullSide {
  const view = (ticket: Ticket) => ({ ...ticket, ...pullOf(ticket) });
  return {
    openPullRequest: (request = {}) => openPullRequest(state, request),
    push: (number, files) => {
      const pull = pullOf(ticketOf(state, number));
      pull.headSha = commitFiles(state, pull.headSha, files, {});
      if (pull.headRepository === state.repository) state.branches.set(pull.headRef, pull.headSha);
      pull.mergeSha = state.tryMerge(pull.baseRef, pull.headSha);
      return pull.headSha;
    },
    merge: (number, options = {}) => merge(state, number, options),
    close: (number) => {
      ticketOf(state, number).state = "closed";
    },
    pullRequest: (number) => view(ticketOf(state, number)),
    pullRequests: () => [...state.tickets.values()].filter(({ pull }) => pull !== undefined).map(view),
  };
}

function openPullRequest(state: State, request: NewPullRequest): OpenPullRequest {
  const { base = state.defaultBranch, labels = [], fork = state.repository } = request;
  const baseSha = state.branches.get(base) ?? "";
  const headBranch = request.headBranch ?? `change-${state.tickets.size + 1}`;
  const files = request.files ?? { "change.txt": `${headBranch}\n` };
  const headSha = commitFiles(state, baseSha, files, { sha: request.headSha });
  if (fork === state.repository) state.branches.set(headBranch, headSha);
  for (const name of labels) if (!state.labels.has(name.toLowerCase())) state.addLabel(name);
  const ticket = state.addTicket({
    title: request.title ?? "Change the network",
    body: request.body ?? null,
    labels,
    pull: {
      headRef: headBranch,
      headSha,
      headRepository: fork,
      baseRef: base,
      mergedAt: null,
      mergeSha: state.tryMerge(base, headSha),
    },
  });
  return { number: ticket.number, headSha, headBranch };
}

function merge(state: State, number: number, options: MergeOptions): string {
  const { squash = false, rebase = false, sha } = options;
  const ticket = ticketOf(state, number);
  const pull = pullOf(ticket);
  const base = state.branches.get(pull.baseRef) ?? "";
  const tree = state.objects.mergedTree(base, pull.headSha);
  const parents = squash ? [base] : [base, pull.headSha];
  const message = `${ticket.title} (#${number})`;
  pull.mergeSha = rebase
    ? rebased(state, base, pull.headSha)
    : state.objects.addCommit({ tree, parents, message, date: state.time() }, sha);
  pull.mergedAt = state.time();
  ticket.state = "closed";
  state.branches.set(pull.baseRef, pull.mergeSha);
  return pull.mergeSha;
}

/** Each commit of the branch anew on top of the base, whatever the base is: GitHub never moves a branch forward as it is. */
function rebased(state: State, base: string, head: string): string {
  const { objects } = state;
  const before = objects.history(base);
  const own: string[] = [];
  for (let sha = head; !before.has(sha); sha = objects.commits.get(sha)?.parents[0] ?? base) own.unshift(sha);
  return own.reduce((onto, sha) => {
    const { message = "" } = objects.commits.get(sha) ?? {};
    const tree = objects.mergedTree(onto, sha);
    return objects.addCommit({ tree, parents: [onto], message: `${message}\n`, date: state.time() });
  }, base);
}

type IssueSide = Pick<
  GitHubStandIn,
  "openIssue" | "issue" | "issues" | "labels" | "addComment" | "editComment" | "deleteComment" | "comments"
>;

function issueSide(state: State): IssueSide {
  return {
    openIssue: ({ title, body = null, labels = [] }) => {
      for (const name of labels) if (!state.labels.has(name.toLowerCase())) state.addLabel(name);
      return state.addTicket({ title, body, labels }).number;
    },
    issue: (number) => ({ ...ticketOf(state, number) }),
    issues: () =>
      [...state.tickets.values()].filter(({ pull }) => pull === undefined).map((one) => ({ ...one })),
    labels: () => [...state.labels.values()],
    addComment: (number, body, by = "octocat") => state.addComment(number, body, by).id,
    editComment: (id, edit) => {
      const comment = state.comments.get(id);
      if (comment === undefined) throw new Error(`The stand-in has no comment ${id}.`);
      comment.body = edit(comment.body);
    },
    deleteComment: (id) => void state.comments.delete(id),
    comments: (number) =>
      [...state.comments.values()].filter((one) => one.number === number).map((one) => ({ ...one })),
  };
}

type ServerSide = Pick<GitHubStandIn, "setPermissions" | "limit" | "fault" | "requests" | "clearRequests">;

function serverSide(server: ServerState): ServerSide {
  return {
    setPermissions: (permissions) => {
      server.permissions = permissions;
    },
    limit: (limit) => void server.limits.push({ limit, left: limit.after ?? 0, until: undefined }),
    fault: (fault) => void server.faults.push({ fault, left: fault.times ?? 1 }),
    requests: () => [...server.log],
    clearRequests: () => {
      server.log.length = 0;
    },
  };
}

function ticketOf(state: State, number: number): Ticket {
  const ticket = state.tickets.get(number);
  if (ticket === undefined) throw new Error(`The stand-in has no issue or pull request ${number}.`);
  return ticket;
}

function pullOf(ticket: Ticket): Pull {
  if (ticket.pull === undefined) throw new Error(`${ticket.number} is an issue.`);
  return ticket.pull;
}
