/**
 * Exceptions are for the outside world (an appliance, a file system, a signal). What a person wrote
 * wrong is a diagnostic, not an exception.
 */
import type { Diagnostic, Method } from "./model.ts";

/** Process exit codes (design §5). */
export const EXIT = {
  done: 0,
  error: 1,
  changes: 2,
  partial: 3,
  refused: 4,
  stale: 5,
  interrupted: 130,
  terminated: 143,
} as const;

/** Something went wrong that the person who runs the command can act on. `hint` says how. */
export class HopsyncError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
  }
}

export type ApplianceErrorCode =
  | "unreachable" // no connection: DNS, refused, reset, no route
  | "proxy" // what stands before the appliance lets nothing through
  | "tls" // a connection, but its certificate is not trusted or not the pinned one
  | "timeout"
  | "unauthorized" // 401
  | "forbidden" // 403
  | "eula" // 402
  | "redirected" // any 3xx: never followed with the key attached
  | "not-an-appliance" // HTML, or JSON that no appliance answers
  | "malformed" // an answer that is not what the documents promise
  | "partial" // 207 or 422 from a bulk assignment
  | "doubled" // several new objects where one was created
  | "refused"; // any other 4xx or 5xx

/** One id that a bulk assignment could not process. */
export interface AssignmentFailure {
  readonly action: string;
  readonly id: string;
  readonly reason: string;
}

export interface ApplianceErrorDetails {
  readonly method?: Method;
  /** As sent, below /api/v1. */
  readonly path?: string;
  readonly status?: number;
  /** True when a write was sent and nobody knows whether it was done. */
  readonly unknownOutcome?: boolean;
  /** Of a bulk assignment: what was not done; everything else was. */
  readonly failures?: readonly AssignmentFailure[];
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An appliance, or what answers in its place, did not do what was asked. */
export class ApplianceError extends HopsyncError {
  declare readonly code: ApplianceErrorCode;
  readonly method: Method | undefined;
  readonly path: string | undefined;
  readonly status: number | undefined;
  readonly unknownOutcome: boolean;
  readonly failures: readonly AssignmentFailure[];

  constructor(code: ApplianceErrorCode, message: string, details: ApplianceErrorDetails = {}) {
    super(code, message, {
      ...(details.hint === undefined ? {} : { hint: details.hint }),
      ...(details.cause === undefined ? {} : { cause: details.cause }),
    });
    this.method = details.method;
    this.path = details.path;
    this.status = details.status;
    this.unknownOutcome = details.unknownOutcome ?? false;
    this.failures = details.failures ?? [];
  }
}

/** Fixed texts by code; a code without one is described by its class. */
const SUMMARIES: Readonly<Record<string, string>> = {
  unreachable: "The appliance cannot be reached",
  proxy: "The proxy does not lead to the appliance",
  tls: "The appliance's certificate is not trusted",
  timeout: "The appliance did not answer in time",
  unauthorized: "The API key or client is not accepted",
  forbidden: "The API key or client may not do this",
  eula: "The EULA is not accepted",
  redirected: "The address redirects elsewhere",
  "not-an-appliance": "What answers is not an ExtraHop appliance",
  malformed: "The answer is not what the API promises",
  partial: "Only a part was done",
  doubled: "An object was made more than once",
  refused: "The appliance refused a request",
  host: "The host is not one that hopsync connects to",
  "proxy-address": "The address of the proxy cannot be used",
  "no-host": "No appliance is given",
  "api-key": "The API key cannot be used",
  "client-id": "The client id cannot be used",
  "client-secret": "The client secret cannot be used",
  "two-credentials": "An API key and a client are given",
  "half-client": "A client needs its id and its secret",
  "no-project": "There is no project file",
  "other-host": "The credentials are for another host",
  "no-api-key": "No API key is given",
  "no-client-secret": "No client secret is given",
  "ca-file": "The CA file cannot be used",
  fingerprint: "The fingerprint cannot be used",
  "tls-options": "The certificate options exclude each other",
  "bad-variable": "A variable has a value that is not understood",
  "not-approved": "Nobody has approved it",
  "needs-inventory": "The command needs an inventory",
  "inventory-damaged": "The inventory is damaged",
  "inventory-newer": "The inventory is of a newer hopsync",
  "inventory-conflict": "Another run has just begun",
  "inventory-blocked": "The place of the inventory is taken",
  "inventory-not-kept": "The appliance did not keep the inventory",
  "lease-not-kept": "The appliance did not keep the lease",
  "inventory-too-large": "The inventory is too large",
  "inventory-file": "The inventory file cannot be used",
  "inventory-other-owner": "The inventory is another owner's",
  "never-applied": "The owner has never applied",
  "no-inventory": "No inventory is kept",
  "plan-file": "The plan file cannot be used",
  "plan-damaged": "The plan file is damaged",
  "plan-newer": "The plan file is of another hopsync",
  "plan-target": "The plan is for another appliance",
  "files-changed": "Files were changed meanwhile",
  "files-exist": "Files would be overwritten",
  "not-written": "The files cannot be written",
  "needs-out": "The option is for files",
  usage: "The command line is not understood",
  "bad-input": "An input of the action is wrong",
  "no-runner": "The action is not on a runner",
  "not-reviewed": "There is no reviewed plan",
  "github-unreachable": "GitHub cannot be reached",
  "github-token": "GitHub does not accept the token",
  "github-permission": "The token may not do this",
  "github-missing": "GitHub does not have what was asked for",
  "github-rate-limit": "GitHub's limit of requests is reached",
  "github-failed": "GitHub failed",
  "github-refused": "GitHub refused a request",
  "sandbox-firmware": "The sandbox does not know this firmware",
  "sandbox-platform": "The sandbox does not know this platform",
  "sandbox-devices": "The sandbox cannot hold so many devices",
  "sandbox-state": "The state file cannot be used",
  "sandbox-listen": "The sandbox cannot listen",
};

/** The error as a document shows it: one diagnostic, without a place in a file. */
export function errorDiagnostic(error: HopsyncError): Diagnostic {
  return {
    severity: "error",
    code: error.code,
    summary: SUMMARIES[error.code] ?? "The command could not be carried out",
    detail: error.hint === undefined ? error.message : `${error.message}\n${error.hint}`,
  };
}
