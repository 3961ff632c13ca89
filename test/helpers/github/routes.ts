/**
 * The requests that are answered, with the permissions of GitHub's "Permissions required for GitHub
 * Apps" (github/docs, src/github-apps/data/fpt-2022-11-28/server-to-server-permissions.json).
 */
import type { components } from "@octokit/openapi-types";

import type { Addresses } from "./answers.ts";
import * as answers from "./answers.ts";
import {
  bodyProblem,
  type FieldError,
  invalid,
  missing,
  noCommit,
  type Reply,
  refused,
  titleProblem,
} from "./replies.ts";
import type { Pull, State, Ticket } from "./state.ts";

type Schemas = components["schemas"];

export type Area = "contents" | "issues" | "pull_requests";
export type Access = "none" | "read" | "write";

export interface Call {
  readonly state: State;
  readonly at: Addresses;
  /** The parts of the path in braces, decoded. */
  readonly part: (name: string) => string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly settings: Settings;
}

export interface Settings {
  readonly treeLimit: number;
  readonly actionsMayOpenPullRequests: boolean;
}

export interface Route {
  readonly method: string;
  /** Below the repository. */
  readonly path: string;
  readonly access: "read" | "write";
  /** Any one of them will do, in the order of GitHub's header. */
  readonly areas: readonly Area[];
  /** Of these areas, the ones that count for what is asked about. */
  readonly narrow?: (call: Call) => readonly Area[];
  readonly answer: (call: Call) => Reply;
}

const EITHER: readonly Area[] = ["issues", "pull_requests"];

export const ROUTES: readonly Route[] = [
  read("/issues/{number}/comments", EITHER, listComments, areaOfTicket),
  write("POST", "/issues/{number}/comments", EITHER, addComment, areaOfTicket),
  write("PATCH", "/issues/comments/{id}", EITHER, editComment, areaOfComment),
  read("/pulls", ["pull_requests"], listPullRequests),
  write("POST", "/pulls", ["pull_requests"], addPullRequest),
  read("/pulls/{number}", ["pull_requests"], (call) =>
    withPull(call, (ticket) => ok(answers.fullPullRequest(ticket, call.state, call.at))),
  ),
  write("PATCH", "/pulls/{number}", ["pull_requests"], editPullRequest),
  read("/commits/{sha}/pulls", ["pull_requests"], pullRequestsOfCommit),
  read("/issues", ["issues"], listIssues),
  write("POST", "/issues", ["issues"], addIssue),
  read("/issues/{number}", EITHER, (call) =>
    withTicket(call, (ticket) => ok(answers.issue(ticket, call.state, call.at))),
  ),
  write("PATCH", "/issues/{number}", EITHER, editIssue, areaOfTicket),
  read("/labels/{name}", EITHER, getLabel),
  write("POST", "/labels", EITHER, addLabel),
  read("/git/ref/{ref}", ["contents"], getReference),
  write("POST", "/git/refs", ["contents"], addReference),
  write("PATCH", "/git/refs/{ref}", ["contents"], moveReference),
  read("/git/commits/{sha}", ["contents"], (call) =>
    found(answers.gitCommit(call.part("sha"), call.state, call.at)),
  ),
  write("POST", "/git/commits", ["contents"], addCommit),
  read("/git/trees/{sha}", ["contents"], getTree),
  write("POST", "/git/trees", ["contents"], addTree),
  read("/git/blobs/{sha}", ["contents"], (call) =>
    found(answers.blob(call.part("sha"), call.state, call.at)),
  ),
  write("POST", "/git/blobs", ["contents"], addBlob),
];

type Answer = Route["answer"];

function read(path: string, areas: readonly Area[], answer: Answer, narrow?: Route["narrow"]): Route {
  return { method: "GET", path, access: "read", areas, answer, ...(narrow === undefined ? {} : { narrow }) };
}

function write(
  method: "POST" | "PATCH",
  path: string,
  areas: readonly Area[],
  answer: Answer,
  narrow?: Route["narrow"],
): Route {
  return { method, path, access: "write", areas, answer, ...(narrow === undefined ? {} : { narrow }) };
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function created(body: { readonly url?: string }): Reply {
  return { status: 201, body, headers: { location: body.url ?? "" } };
}

function found(body: unknown): Reply {
  return body === undefined ? missing() : ok(body);
}

/**
 * The documents name either permission, but with `issues: write` alone workflows were refused comments on
 * pull requests (gip-inclusion/les-emplois#6059). The stricter way here keeps documented permissions enough.
 */
function areaOfTicket({ state, part }: Call): readonly Area[] {
  const ticket = state.tickets.get(Number(part("number")));
  return [ticket?.pull === undefined ? "issues" : "pull_requests"];
}

function areaOfComment({ state, part }: Call): readonly Area[] {
  const number = state.comments.get(Number(part("id")))?.number ?? 0;
  return [state.tickets.get(number)?.pull === undefined ? "issues" : "pull_requests"];
}

function withTicket(call: Call, answer: (ticket: Ticket) => Reply): Reply {
  const ticket = call.state.tickets.get(Number(call.part("number")));
  return ticket === undefined ? missing() : answer(ticket);
}

type PullTicket = Ticket & { readonly pull: Pull };

function isPull(ticket: Ticket): ticket is PullTicket {
  return ticket.pull !== undefined;
}

function withPull(call: Call, answer: (ticket: PullTicket) => Reply): Reply {
  return withTicket(call, (ticket) => (isPull(ticket) ? answer(ticket) : missing()));
}

function listComments(call: Call): Reply {
  const { state, at } = call;
  return withTicket(call, ({ number }) => {
    const all = [...state.comments.values()].filter((one) => one.number === number);
    return { status: 200, list: all.map((one) => answers.comment(one, state, at)) };
  });
}

function addComment(call: Call): Reply {
  const { state, at, body } = call;
  return withTicket(call, ({ number }) => {
    const problem = bodyProblem("IssueComment", body.body);
    if (problem !== undefined) return invalid(problem);
    return created(
      answers.comment(state.addComment(number, body.body as string, "github-actions[bot]"), state, at),
    );
  });
}

function editComment({ state, at, part, body }: Call): Reply {
  const comment = state.comments.get(Number(part("id")));
  if (comment === undefined) return missing();
  const problem = bodyProblem("IssueComment", body.body);
  if (problem !== undefined) return invalid(problem);
  comment.body = body.body as string;
  comment.updatedAt = state.time();
  return ok(answers.comment(comment, state, at));
}

/** Newest first; `head` as `owner:branch`, and what has another form is no filter. */
function listPullRequests({ state, at, query }: Call): Reply {
  const wanted = query.get("state") ?? "open";
  const head = query.get("head") ?? "";
  const all = [...state.tickets.values()].filter(isPull).reverse();
  const list = all
    .filter((ticket) => wanted === "all" || ticket.state === wanted)
    .map((ticket) => answers.pullRequest(ticket, state, at))
    .filter((pull) => !head.includes(":") || pull.head.label.toLowerCase() === head.toLowerCase())
    .filter((pull) => !query.has("base") || pull.base.ref === query.get("base"));
  return { status: 200, list };
}

function addPullRequest(call: Call): Reply {
  const { state, at, body, settings } = call;
  if (!settings.actionsMayOpenPullRequests)
    return refused(403, "GitHub Actions is not permitted to create or approve pull requests.");
  const headRef = String(body.head ?? "");
  const baseRef = String(body.base ?? "");
  const problem = titleProblem("PullRequest", body.title) ?? pullProblem(state, headRef, baseRef);
  if (problem !== undefined) return invalid(problem);
  const headSha = state.branches.get(headRef) ?? "";
  const text = typeof body.body === "string" ? body.body : null;
  const tooLong = text === null ? undefined : bodyProblem("PullRequest", text);
  if (tooLong !== undefined) return invalid(tooLong);
  const mergeSha = state.tryMerge(baseRef, headSha);
  const pull = { headRef, headSha, headRepository: state.repository, baseRef, mergedAt: null, mergeSha };
  const ticket = state.addTicket({ title: String(body.title), body: text, labels: [], pull });
  return created(answers.fullPullRequest({ ...ticket, pull }, state, at));
}

function pullProblem(state: State, headRef: string, baseRef: string): FieldError | undefined {
  const resource = "PullRequest";
  const head = state.branches.get(headRef);
  const base = state.branches.get(baseRef);
  if (head === undefined) return { resource, field: "head", code: "invalid" };
  if (base === undefined) return { resource, field: "base", code: "invalid" };
  if (state.objects.history(base).has(head))
    return { resource, code: "custom", message: `No commits between ${baseRef} and ${headRef}` };
  const open = [...state.tickets.values()].filter(isPull).filter((ticket) => ticket.state === "open");
  const same = open.some(({ pull }) => pull.headRef === headRef && pull.baseRef === baseRef);
  const message = `A pull request already exists for ${state.owner}:${headRef}.`;
  return same ? { resource, code: "custom", message } : undefined;
}

function editPullRequest(call: Call): Reply {
  return withPull(call, (ticket) => {
    const problem = edit(call, ticket, "PullRequest");
    if (problem !== undefined) return invalid(problem);
    return ok(answers.fullPullRequest(ticket, call.state, call.at));
  });
}

/** On the default branch: the merged one that brought it; elsewhere: every one that has it. */
function pullRequestsOfCommit({ state, at, part }: Call): Reply {
  const sha = part("sha");
  if (!state.objects.commits.has(sha)) return noCommit(sha);
  const onDefault = state.objects.history(state.branches.get(state.defaultBranch) ?? "").has(sha);
  const list = [...state.tickets.values()]
    .filter(isPull)
    .filter(({ pull }) => !onDefault || pull.mergedAt !== null)
    .filter(({ pull }) => (pull.mergedAt !== null && pull.mergeSha === sha) || broughtBy(state, pull, sha))
    .map((ticket) => answers.pullRequest(ticket, state, at));
  return { status: 200, list };
}

function broughtBy(state: State, pull: Pull, sha: string): boolean {
  const [base = ""] = state.objects.commits.get(pull.mergeSha)?.parents ?? [];
  return state.objects.history(pull.headSha).has(sha) && !state.objects.history(base).has(sha);
}

/** Newest first, pull requests too. `labels` are names with commas between, and all must be there. */
function listIssues({ state, at, query }: Call): Reply {
  const wanted = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter((name) => name !== "");
  const list = [...state.tickets.values()]
    .reverse()
    .filter((ticket) => wanted === "all" || ticket.state === wanted)
    .filter((ticket) => labels.every((name) => hasLabel(ticket, name)))
    .map((ticket) => answers.issue(ticket, state, at));
  return { status: 200, list };
}

function hasLabel({ labels }: Ticket, name: string): boolean {
  return labels.some((label) => label.toLowerCase() === name.trim().toLowerCase());
}

function addIssue({ state, at, body }: Call): Reply {
  const labels = Array.isArray(body.labels) ? body.labels.map(String) : [];
  const text = typeof body.body === "string" ? body.body : null;
  const unknown = labels.find((name) => !state.labels.has(name.toLowerCase()));
  const problem =
    titleProblem("Issue", body.title) ??
    (text === null ? undefined : bodyProblem("Issue", text)) ??
    (unknown === undefined
      ? undefined
      : { value: unknown, resource: "Label", field: "name", code: "invalid" });
  if (problem !== undefined) return invalid(problem);
  return created(
    answers.issue(state.addTicket({ title: String(body.title), body: text, labels }), state, at),
  );
}

function editIssue(call: Call): Reply {
  return withTicket(call, (ticket) => {
    const problem = edit(call, ticket, "Issue");
    return problem === undefined ? ok(answers.issue(ticket, call.state, call.at)) : invalid(problem);
  });
}

/** Changes nothing when anything of the change cannot be. */
function edit({ state, body }: Call, ticket: Ticket, resource: string): FieldError | undefined {
  const problem =
    (body.title === undefined ? undefined : titleProblem(resource, body.title)) ??
    (typeof body.body === "string" ? bodyProblem(resource, body.body) : undefined);
  if (problem !== undefined) return problem;
  if (body.title !== undefined) ticket.title = String(body.title);
  if (body.body !== undefined) ticket.body = body.body === null ? null : String(body.body);
  if (body.state === "open" || body.state === "closed") ticket.state = body.state;
  ticket.updatedAt = state.time();
  return undefined;
}

function getLabel({ state, at, part }: Call): Reply {
  const label = state.labels.get(part("name").toLowerCase());
  return label === undefined ? missing() : ok(answers.label(label, state, at));
}

function addLabel({ state, at, body }: Call): Reply {
  const { name, color, description } = body;
  const problem = (code: string, field: string) => invalid({ resource: "Label", code, field });
  if (typeof name !== "string" || name === "") return problem("missing_field", "name");
  if (Array.from(name).length > 50) return problem("invalid", "name");
  if (color !== undefined && !/^[0-9a-f]{6}$/i.test(String(color))) return problem("invalid", "color");
  if (state.labels.has(name.toLowerCase())) return problem("already_exists", "name");
  const text = typeof description === "string" ? description : null;
  return created(
    answers.label(state.addLabel(name, color === undefined ? undefined : String(color), text), state, at),
  );
}

function getReference({ state, at, part }: Call): Reply {
  const ref = part("ref");
  const sha = ref.startsWith("heads/") ? state.branches.get(ref.slice("heads/".length)) : undefined;
  return sha === undefined ? missing() : ok(answers.reference(`refs/${ref}`, sha, state, at));
}

function addReference({ state, at, body }: Call): Reply {
  const ref = String(body.ref ?? "");
  const sha = String(body.sha ?? "");
  if (!/^refs\/heads\/[^/]/.test(ref)) return refused(422, `${ref} is not a valid ref name.`);
  if (!state.objects.commits.has(sha)) return refused(422, "Object does not exist");
  const branch = ref.slice("refs/heads/".length);
  if (state.branches.has(branch)) return refused(422, "Reference already exists");
  state.branches.set(branch, sha);
  return created(answers.reference(ref, sha, state, at));
}

function moveReference({ state, at, part, body }: Call): Reply {
  const branch = part("ref").replace(/^heads\//, "");
  const sha = String(body.sha ?? "");
  const old = state.branches.get(branch);
  if (old === undefined) return refused(422, "Reference does not exist");
  if (!state.objects.commits.has(sha)) return refused(422, "Object does not exist");
  if (body.force !== true && !state.objects.history(sha).has(old))
    return refused(422, "Update is not a fast forward");
  state.branches.set(branch, sha);
  for (const ticket of state.tickets.values())
    if (ticket.pull?.headRef === branch && ticket.state === "open") ticket.pull.headSha = sha;
  return ok(answers.reference(`refs/heads/${branch}`, sha, state, at));
}

function addCommit({ state, at, body }: Call): Reply {
  const tree = String(body.tree ?? "");
  const parents = Array.isArray(body.parents) ? body.parents.map(String) : [];
  if (typeof body.message !== "string")
    return refused(422, 'Invalid request.\n\n"message" wasn\'t supplied.');
  if (!state.objects.trees.has(tree)) return refused(422, "Tree SHA does not exist");
  if (parents.some((sha) => !state.objects.commits.has(sha)))
    return refused(422, "Parent SHA does not exist or is not a commit object");
  const sha = state.objects.addCommit({ tree, parents, message: body.message, date: state.time() });
  return created(answers.gitCommit(sha, state, at) ?? {});
}

/** By the hash of a tree or a commit, or the name of a branch. */
function getTree({ state, at, part, query, settings }: Call): Reply {
  const name = part("sha");
  const commit = state.objects.commits.get(state.branches.get(name) ?? name);
  // Any value counts, "0" and "false" too.
  const recursive = query.has("recursive");
  return found(answers.gitTree(commit?.tree ?? name, recursive, settings.treeLimit, state, at));
}

interface NewEntry {
  readonly path?: string;
  readonly mode?: string;
  readonly type?: string;
  readonly sha?: string | null;
  readonly content?: string;
}

function addTree({ state, at, body, settings }: Call): Reply {
  const base = body.base_tree === undefined ? undefined : String(body.base_tree);
  if (base !== undefined && !state.objects.trees.has(base))
    return refused(422, "base_tree is not a valid tree oid");
  const files = new Map<string, { mode: string; type: "blob"; sha: string } | undefined>();
  for (const { path = "", mode = "", sha, content } of body.tree as readonly NewEntry[]) {
    if (path === "" || path.startsWith("/"))
      return refused(422, "tree.path contains a malformed path component");
    if (!["100644", "100755", "120000"].includes(mode)) return refused(422, "Must supply a valid tree.mode");
    const blob = content === undefined ? sha : state.objects.addBlob(Buffer.from(content));
    if (blob === undefined) return refused(422, "Must supply either tree.sha or tree.content");
    if (blob !== null && !state.objects.blobs.has(blob))
      return refused(422, `tree.sha ${blob} is not a valid blob`);
    files.set(path, blob === null ? undefined : { mode, type: "blob", sha: blob });
  }
  const tree = state.objects.withFiles(base, files);
  return created(answers.gitTree(tree, false, settings.treeLimit, state, at) ?? {});
}

function addBlob({ state, at, body }: Call): Reply {
  const encoding = body.encoding === "base64" ? "base64" : "utf8";
  const sha = state.objects.addBlob(Buffer.from(String(body.content ?? ""), encoding));
  const short: Schemas["short-blob"] = { sha, url: answers.blob(sha, state, at)?.url ?? "" };
  return created(short);
}
