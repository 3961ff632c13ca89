/** What the runner says of the run that the action is in: the repository, the commit, the pull request. */
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { textOfFile } from "../bounded-file.ts";
import { HopsyncError } from "../errors.ts";
import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../model.ts";

export interface EventPullRequest {
  readonly number: number;
  readonly headSha: string;
  readonly baseSha: string;
  /** The commit on the base branch, where it was merged. */
  readonly mergeSha: string | undefined;
  /** From another repository: then there are no secrets, and the token may only read. */
  readonly fork: boolean;
}

export interface Context {
  /** `owner/name`. */
  readonly repository: string;
  readonly apiUrl: string;
  readonly runUrl: string;
  /** The commit that is checked out, or the head of the pull request. */
  readonly sha: string;
  /** The branch that a pull request goes to. */
  readonly branch: string;
  readonly workspace: string;
  /** A folder of this step alone, for files that later steps may use. */
  readonly temp: string;
  readonly summaryFile: string | undefined;
  readonly pullRequest: EventPullRequest | undefined;
  /** Whose event it is. Dependabot's runs get no secrets. */
  readonly actor: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads GITHUB_* and RUNNER_* and the event's payload, and makes the step's folder. */
export function readContext(env: Environment): Context {
  const repository = required(env, "GITHUB_REPOSITORY");
  const pullRequest = eventPullRequest(readEvent(env.GITHUB_EVENT_PATH));
  const server = env.GITHUB_SERVER_URL ?? "https://github.com";
  return {
    repository,
    apiUrl: env.GITHUB_API_URL ?? "https://api.github.com",
    runUrl: `${server}/${repository}/actions/runs/${env.GITHUB_RUN_ID ?? ""}`,
    sha: shaOf(pullRequest) ?? required(env, "GITHUB_SHA"),
    branch: env.GITHUB_REF_NAME ?? "",
    workspace: required(env, "GITHUB_WORKSPACE"),
    temp: ownFolder(required(env, "RUNNER_TEMP")),
    summaryFile: env.GITHUB_STEP_SUMMARY || undefined,
    pullRequest,
    actor: env.GITHUB_ACTOR ?? "",
  };
}

/** Two steps of a job would write the same files. */
function ownFolder(temp: string): string {
  mkdirSync(temp, { recursive: true });
  return mkdtempSync(join(temp, "hopsync-"));
}

/** On a pull request GITHUB_SHA is a merge that exists nowhere else. */
function shaOf(pullRequest: EventPullRequest | undefined): string | undefined {
  return pullRequest === undefined ? undefined : (pullRequest.mergeSha ?? pullRequest.headSha);
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  throw new HopsyncError("no-runner", `${name} is not set.`, {
    hint: "The action runs on a runner of GitHub Actions, or in a tool that stands in for one.",
  });
}

/** GitHub's own limit is 25 MB. */
const EVENT_BYTES = 32 * 1024 * 1024;

function readEvent(path: string | undefined): JsonObject {
  if (path === undefined || path === "") return {};
  try {
    const event: unknown = JSON.parse(textOfFile(path, EVENT_BYTES) ?? "");
    return isObject(event) ? event : {};
  } catch (cause) {
    throw new HopsyncError("no-runner", `The event at GITHUB_EVENT_PATH cannot be read.`, { cause });
  }
}

function eventPullRequest(event: JsonObject): EventPullRequest | undefined {
  const request = event.pull_request;
  if (!isObject(request)) return undefined;
  const [head, base] = [part(request, "head"), part(request, "base")];
  const repositories = [head, base].map((side) => part(side, "repo").full_name ?? null);
  return {
    number: Number(request.number),
    headSha: String(head.sha),
    baseSha: String(base.sha),
    mergeSha: request.merged === true ? String(request.merge_commit_sha) : undefined,
    // Where the fork was deleted, nothing is known of it.
    fork: repositories[0] === null || repositories[0] !== repositories[1],
  };
}

function part(object: JsonObject, key: string): JsonObject {
  const value: Json | undefined = object[key];
  return isObject(value) ? value : {};
}
