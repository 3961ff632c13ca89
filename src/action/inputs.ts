/** The inputs of action.yml as values. A wrong one is an error that names it, never a default. */
import { getInput, getMultilineInput } from "@actions/core";
import { HopsyncError } from "../errors.ts";

export const COMMANDS = ["validate", "plan", "apply", "drift"] as const;
export type ActionCommand = (typeof COMMANDS)[number];

export interface Inputs {
  readonly command: ActionCommand;
  /** Below the workspace; empty for the workspace itself. */
  readonly folder: string;
  /** Arguments of the command line that every command takes. */
  readonly paths: readonly string[];
  readonly target: string | undefined;
  readonly project: string | undefined;
  /** Each `name=value`. */
  readonly vars: readonly string[];
  /** For commands that talk to an appliance. */
  readonly connection: readonly string[];
  readonly host: string | undefined;
  readonly apiKey: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly maxDeletes: string | undefined;
  /** How long an apply waits for another run. */
  readonly lockTimeout: string | undefined;
  readonly adopt: boolean;
  /** A digest, `auto` or `none`. */
  readonly expect: string;
  readonly comment: boolean;
  readonly driftIssue: boolean;
  readonly driftLabels: readonly string[];
  readonly driftPullRequest: boolean;
  readonly failOnDrift: boolean;
  readonly token: string | undefined;
}

/** What must never be printed, read before anything is. */
export function secretInputs(): readonly string[] {
  return ["api-key", "client-secret", "github-token"]
    .map((name) => getInput(name))
    .filter((text) => text !== "");
}

/** Reads the environment variables that the runner sets from `with:`. */
export function readInputs(): Inputs {
  const driftIssue = flag("drift-issue", false);
  const driftPullRequest = flag("drift-pull-request", false);
  const token = text("github-token");
  if (token === undefined && (driftIssue || driftPullRequest))
    throw badInput("github-token", "It is empty, and nothing can be told of drift without it.");
  return {
    command: command(),
    folder: getInput("working-directory"),
    paths: getMultilineInput("path"),
    target: target(),
    project: text("project"),
    vars: variables(),
    connection: ["ca-file", "fingerprint", "parallelism"].flatMap((name) => {
      const value = text(name);
      return value === undefined ? [] : [`--${name}`, value];
    }),
    host: text("host"),
    apiKey: text("api-key"),
    clientId: text("client-id"),
    clientSecret: text("client-secret"),
    maxDeletes: text("max-deletes"),
    lockTimeout: text("lock-timeout"),
    adopt: flag("adopt", true),
    expect: expectation(),
    comment: flag("comment", true),
    driftIssue,
    driftLabels: labels(),
    driftPullRequest,
    failOnDrift: flag("fail-on-drift", !driftIssue && !driftPullRequest),
    token,
  };
}

function text(name: string): string | undefined {
  const value = getInput(name);
  return value === "" ? undefined : value;
}

/** One comment, issue and plan file are for one target. */
function target(): string | undefined {
  const name = text("target");
  if (name?.includes(",") !== true) return name;
  throw badInput("target", `${JSON.stringify(name)} names several targets. Run a job for each, as a matrix.`);
}

function variables(): readonly string[] {
  const lines = getMultilineInput("vars");
  const wrong = lines.find((line) => line.indexOf("=") < 1);
  if (wrong === undefined) return lines;
  throw badInput("vars", `${JSON.stringify(wrong)} is not name=value.`);
}

function flag(name: string, otherwise: boolean): boolean {
  const value = text(name);
  if (value === undefined) return otherwise;
  if (value === "true" || value === "false") return value === "true";
  throw badInput(name, `${JSON.stringify(value)} is neither true nor false.`);
}

function command(): ActionCommand {
  const value = getInput("command");
  const found = COMMANDS.find((name) => name === value);
  if (found !== undefined) return found;
  throw badInput("command", `${JSON.stringify(value)} is none of ${COMMANDS.join(", ")}.`);
}

function expectation(): string {
  const value = text("expect") ?? "auto";
  if (value === "auto" || value === "none" || /^sha256:[0-9a-f]{64}$/.test(value)) return value;
  throw badInput(
    "expect",
    `${JSON.stringify(value)} is neither auto, none nor the digest of a plan (sha256:…).`,
  );
}

function labels(): readonly string[] {
  const given = getMultilineInput("drift-labels");
  return given.length === 0 ? ["hopsync-drift"] : given;
}

function badInput(name: string, message: string): HopsyncError {
  return new HopsyncError("bad-input", `Input ${name}: ${message}`, {
    hint: "Correct it under `with:` in the workflow.",
  });
}
