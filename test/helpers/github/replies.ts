/** Answers before they are sent, and the bodies of GitHub's errors. */
import type { components } from "@octokit/openapi-types";

type Schemas = components["schemas"];

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A whole list, of which a page is sent. */
  readonly list?: readonly unknown[];
}

export type FieldError = NonNullable<Schemas["validation-error"]["errors"]>[number];

const DOCS = "https://docs.github.com/rest";
/** GitHub counts characters, not bytes. */
const MAX_BODY = 65_536;
const MAX_TITLE = 256;

export function refused(status: number, message: string, documentation: string = DOCS): Reply {
  const body: Schemas["basic-error"] = { message, documentation_url: documentation, status: String(status) };
  return { status, body };
}

export function missing(): Reply {
  return refused(404, "Not Found");
}

export function noCommit(sha: string): Reply {
  return refused(422, `No commit found for SHA: ${sha}`);
}

export function invalid(...errors: FieldError[]): Reply {
  const body: Schemas["validation-error"] & { readonly status: string } = {
    message: "Validation Failed",
    errors,
    documentation_url: DOCS,
    status: "422",
  };
  return { status: 422, body };
}

/** For comments as recorded in public logs: code `unprocessable`, field `data`. */
export function bodyProblem(resource: string, body: unknown): FieldError | undefined {
  const comment = resource === "IssueComment";
  if (typeof body !== "string") return { resource, field: "body", code: "missing_field" };
  if (comment && body.trim() === "")
    return { resource, code: "unprocessable", field: "data", message: "Body cannot be blank" };
  if (Array.from(body).length <= MAX_BODY) return undefined;
  const message = `${comment ? "Body" : "body"} is too long (maximum is ${MAX_BODY} characters)`;
  return comment
    ? { resource, code: "unprocessable", field: "data", message }
    : { resource, code: "custom", field: "body", message };
}

export function titleProblem(resource: string, title: unknown): FieldError | undefined {
  if (typeof title !== "string" || title === "") return { resource, field: "title", code: "missing_field" };
  if (Array.from(title).length <= MAX_TITLE) return undefined;
  return {
    resource,
    code: "custom",
    field: "title",
    message: `title is too long (maximum is ${MAX_TITLE} characters)`,
  };
}
