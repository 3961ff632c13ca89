/** What went wrong at GitHub, in words that say what to change. */
import type { RequestError } from "@octokit/request-error";
import { createCleaner } from "../appliance/text.ts";
import { HopsyncError } from "../errors.ts";
import { createMask } from "../secret-forms.ts";
import { missingPermission } from "./github-permissions.ts";

export type GitHubErrorCode =
  | "github-unreachable" // no answer, or half of one
  | "github-token" // 401
  | "github-permission" // the token, or Actions as a whole, may not do this
  | "github-missing" // 404, which is also the answer to who may not see it
  | "github-rate-limit" // a limit that lasts longer than this run waits
  | "github-failed" // 5xx
  | "github-refused"; // any other 4xx, with the reasons that GitHub gives

export interface GitHubErrorDetails {
  readonly method: string;
  /** Below the address of the API. */
  readonly path: string;
  readonly status?: number | undefined;
  readonly unknownOutcome?: boolean;
  readonly hint?: string | undefined;
}

/** GitHub, or what answers in its place, did not do what was asked. */
export class GitHubError extends HopsyncError {
  declare readonly code: GitHubErrorCode;
  readonly method: string;
  readonly path: string;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  /** True when something may have been made although no answer says so: look for it before making it again. */
  readonly unknownOutcome: boolean;

  constructor(code: GitHubErrorCode, message: string, details: GitHubErrorDetails) {
    super(code, message, details.hint === undefined ? {} : { hint: details.hint });
    this.method = details.method;
    this.path = details.path;
    this.status = details.status;
    this.unknownOutcome = details.unknownOutcome ?? false;
  }
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** False when sending it twice could make two of something. */
  readonly repeatable: boolean;
}

export type Explain = (error: RequestError, asked: Asked) => GitHubError;

/** Explains failures; the token is in none of the texts, whatever the other side echoes. */
export function createExplain(token: string): Explain {
  const clean = createCleaner(createMask([{ value: token, shown: "(key)" }]));
  return (error, asked) => {
    const { method, path, repeatable } = asked;
    const { response } = error;
    const status = response?.status;
    const unknownOutcome = !repeatable && (status === undefined || status >= 500);
    if (status === undefined) {
      const text = `GitHub did not answer ${method} ${path}: ${clean(error.message)}`;
      return new GitHubError("github-unreachable", text, { method, path, unknownOutcome });
    }
    const { code, hint } = reason(error, status, asked);
    const text = `GitHub answered ${status} to ${method} ${path}: ${clean(reasonsOf(response?.data))}`;
    return new GitHubError(code, text, { method, path, status, unknownOutcome, hint });
  };
}

const TOKEN_HINT = "Give the action a token that is valid for this repository: `github-token`.";
const SETTING_HINT =
  "Allow it in the settings of the repository or the organization: Actions > General > Workflow permissions > Allow GitHub Actions to create and approve pull requests.";

function reason(
  { response }: RequestError,
  status: number,
  asked: Asked,
): { readonly code: GitHubErrorCode; readonly hint?: string } {
  const text = reasonsOf(response?.data);
  const needed = missingPermission(asked.method, asked.path, response?.headers);
  if (status === 401) return { code: "github-token", hint: TOKEN_HINT };
  if (status === 403 && /not permitted to create or approve pull requests/i.test(text))
    return { code: "github-permission", hint: SETTING_HINT };
  if (status === 403 && /not accessible/i.test(text))
    return { code: "github-permission", hint: permissionHint(needed) };
  if (status === 404)
    return {
      code: "github-missing",
      hint: `It does not exist, or the token may not see it. ${neededHint(needed)}`,
    };
  return { code: status >= 500 ? "github-failed" : "github-refused" };
}

function neededHint(needed: string): string {
  return `The request needs ${needed} under \`permissions:\` of the workflow or the job.`;
}

function permissionHint(needed: string): string {
  return `The token lacks ${needed}: add it under \`permissions:\` of the workflow or the job. For pull requests from forks and from Dependabot the token only reads, whatever the workflow says.`;
}

/** `message` and `errors` of GitHub's error bodies; errors are objects or plain texts. */
export function reasonsOf(data: unknown): string {
  if (typeof data !== "object" || data === null) return "no reason given";
  const { message, errors } = data as { readonly message?: unknown; readonly errors?: unknown };
  const head = typeof message === "string" ? message : "no reason given";
  const more = Array.isArray(errors) ? errors.map(oneReason).filter((text) => text !== "") : [];
  return more.length === 0 ? head : `${head} (${more.join("; ")})`;
}

function oneReason(error: unknown): string {
  if (typeof error === "string") return error;
  if (typeof error !== "object" || error === null) return "";
  const { resource, field, code, message } = error as Readonly<Record<string, unknown>>;
  if (typeof message === "string") return message;
  return [resource, field, code].filter((part) => typeof part === "string").join(" ");
}

/** Whether GitHub refused because what was to be made is there already. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof GitHubError && error.status === 422 && /already[_ ]exists/.test(error.message);
}

/** Whether there is no such thing, as far as the token may see. */
export function isMissing(error: unknown): boolean {
  return error instanceof GitHubError && error.status === 404;
}
