/**
 * Reading an answer: anything but the expected success becomes an ApplianceError, and a success
 * becomes the JSON it promises or an error, never a guess.
 */
import { STATUS_CODES } from "node:http";
import { ApplianceError, type ApplianceErrorCode, type ApplianceErrorDetails } from "../errors.ts";
import { excessOf, isArray, isObject, isTooDeep, MAX_DEPTH, MAX_PARTS } from "../json.ts";
import type { Id, Json, JsonObject } from "../model.ts";
import type { Words } from "./credentials.ts";
import {
  assignmentFailures,
  errorText,
  expectsHttps,
  isWebPage,
  pageTitle,
  refusesAuthorisation,
} from "./error-body.ts";
import type { Answer, Request } from "./exchange.ts";
import { leavesOutcomeOpen } from "./retry.ts";
import type { Clean } from "./text.ts";
import { UNKNOWN_OUTCOME } from "./transport-error.ts";
import { inexactInteger, isFlawed } from "./wire-json.ts";

/** An answer with what is needed to say what is wrong with it. */
export interface Reply {
  readonly request: Request;
  readonly answer: Answer;
  /** An attempt before this answer may have been carried out. */
  readonly mayBeDone: boolean;
  readonly origin: string;
  readonly host: string;
  readonly words: Words;
  readonly clean: Clean;
  /** Of a bulk assignment: what an id is called. */
  readonly nameOf?: (id: Id) => string;
}

const MAX_FAILURES = 10;

/** Returns the reply when it is a success with one of the given statuses, else throws. */
export function expectStatus(reply: Reply, ...expected: readonly number[]): Reply {
  const { answer } = reply;
  if (answer.status >= 300 && answer.status < 400) throw redirected(reply);
  if (expectsHttps(answer)) throw httpForHttps(reply);
  if (isWebPage(answer)) throw webPage(reply);
  if (answer.status === 207 || answer.status === 422) throw partialOrRefused(reply);
  if (answer.status >= 400) throw refused(reply);
  if (!expected.includes(answer.status)) throw malformed(reply, "this status is not expected here");
  return reply;
}

/** True when the appliance itself, not a web page in its place, says that there is no such object. */
export function isMissing(reply: Reply): boolean {
  return reply.answer.status === 404 && !isWebPage(reply.answer);
}

// ---------------------------------------------------------------- statuses

function redirected(reply: Reply): ApplianceError {
  const place = reply.clean(redirectPlace(reply));
  return fault(
    reply,
    "redirected",
    `it sends the request on to ${place}, which is not followed with the ${reply.words.secret}.`,
    {
      hint: "Give the address of the appliance itself as the host.",
    },
  );
}

/** Scheme, host and port only: the rest of a location can hold tokens. */
function redirectPlace({ answer, origin }: Reply): string {
  const { location } = answer;
  if (location === undefined || !URL.canParse(location, origin)) return "an unknown place";
  const url = new URL(location, origin);
  return url.host === "" ? "an unknown place" : `${url.protocol}//${url.host}`;
}

function httpForHttps(reply: Reply): ApplianceError {
  return fault(reply, "not-an-appliance", `${reply.host} expects https, and the request was plain http.`, {
    hint: `Use https://${reply.host}.`,
  });
}

function webPage(reply: Reply): ApplianceError {
  const title = reply.clean(pageTitle(reply.answer));
  const named = title === "" ? "" : ` (${JSON.stringify(title)})`;
  return fault(
    reply,
    "not-an-appliance",
    `${reply.host} answers with a web page${named}, not as an appliance.`,
    {
      hint: "Check host and port, and whether a proxy or a login page stands in between.",
    },
  );
}

function partialOrRefused(reply: Reply): ApplianceError {
  const failures = assignmentFailures(reply.answer);
  if (failures === undefined)
    return reply.answer.status === 207 ? fault(reply, "partial", ownText(reply)) : refused(reply);
  const shown = failures
    .slice(0, MAX_FAILURES)
    .map(({ action, id, reason }) => `${action} ${reply.nameOf?.(id) ?? id}: ${reason}`)
    .map(reply.clean);
  const rest = failures.length - shown.length;
  const list = [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
  return fault(reply, "partial", `${failures.length} not done: ${list}`, {
    failures: failures.map((failure) => ({ ...failure, reason: reply.clean(failure.reason) })),
  });
}

function refused(reply: Reply): ApplianceError {
  const { request, answer, words } = reply;
  if (refusesAuthorisation(answer)) return unauthorized(reply);
  const said = ownText(reply);
  switch (answer.status) {
    case 402:
      return fault(reply, "eula", said || "the EULA has not been accepted.", {
        hint: "Log in to the appliance as its administrator and accept the licence agreement first.",
      });
    case 403: {
      const lacks = `the ${words.holder} has no right to ${request.method} ${request.path}.`;
      return fault(reply, "forbidden", withText(lacks, said), { hint: words.rights });
    }
    default:
      return fault(reply, "refused", said, pauseHint(reply));
  }
}

/** What the request was authorised with is not accepted. */
export function unauthorized(reply: Reply): ApplianceError {
  const { refused, sources } = reply.words;
  return fault(reply, "unauthorized", withText(refused, ownText(reply)), { hint: sources });
}

function withText(sentence: string, said: string): string {
  return said === "" ? sentence : `${sentence} It says: ${said}`;
}

function pauseHint({ answer, clean }: Reply): { readonly hint?: string } {
  const { retryAfter } = answer;
  return retryAfter === undefined
    ? {}
    : { hint: `It asks for a pause first (Retry-After: ${clean(retryAfter)}).` };
}

function ownText({ answer, clean }: Reply): string {
  return clean(errorText(answer));
}

// ---------------------------------------------------------------- contents

/** The body as JSON: whole, labelled as JSON, and without a number that would change by reading it. */
export function readJson(reply: Reply): Json {
  const { body, contentType } = reply.answer;
  if (body.length === 0) throw malformed(reply, "the answer is empty");
  if (!/^application\/(json|.+\+json)$/.test(contentType)) {
    throw malformed(reply, `the answer is ${reply.clean(contentType) || "of no declared type"}, not JSON`);
  }
  const excess = excessOf(body);
  if (excess === "parts") throw malformed(reply, `the answer holds more than ${MAX_PARTS} objects and lists`);
  if (excess === "depth") throw tooDeep(reply);
  const value = parseBody(reply);
  if (!isFlawed(value)) return value;
  const inexact = isTooDeep(value) ? undefined : inexactInteger(value);
  if (inexact === undefined) throw tooDeep(reply);
  throw malformed(reply, `the integer at ${reply.clean(inexact)} is too large to be held exactly`);
}

function tooDeep(reply: Reply): ApplianceError {
  return malformed(reply, `objects and lists stand more than ${MAX_DEPTH} deep in each other`);
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function parseBody(reply: Reply): Json {
  try {
    return JSON.parse(decoder.decode(reply.answer.body));
  } catch {
    throw malformed(reply, "the answer is not valid JSON");
  }
}

export function readObject(reply: Reply): JsonObject {
  const value = readJson(reply);
  if (!isObject(value)) throw malformed(reply, `${nameShape(value)} came where one object is expected`);
  return value;
}

export function readList(reply: Reply): readonly JsonObject[] {
  const value = readJson(reply);
  if (!isArray(value)) throw malformed(reply, `${nameShape(value)} came where a list is expected`);
  const objects = value.filter(isObject);
  if (objects.length !== value.length) throw malformed(reply, "the list holds something that is no object");
  return objects;
}

function nameShape(value: Json): string {
  if (isArray(value)) return "a list";
  return isObject(value) ? "an object" : "a single value";
}

/**
 * The id of a new object: the last segment of `location`, absolute or relative (facts §1.1), below the collection
 * that it was created in. Which host it names does not matter: an appliance may not know by what name it is reached.
 */
export function readLocationId(reply: Reply): Id {
  const { location } = reply.answer;
  if (location === undefined)
    throw malformed(reply, "it names no location, so the new object's id is unknown");
  const path = URL.canParse(location, reply.origin) ? new URL(location, reply.origin).pathname : "";
  const id = path.split("/").at(-1) ?? "";
  if (!/^\d+$/.test(id) || !path.endsWith(`${reply.request.path}/${id}`))
    throw malformed(reply, `the location ${JSON.stringify(reply.clean(location))} is none of a new object`);
  return id;
}

// ---------------------------------------------------------------- errors

/** An answer that is not what the vendor's documents promise. */
export function malformed(reply: Reply, what: string): ApplianceError {
  return fault(reply, "malformed", `${what}.`, {
    hint: "Nothing was concluded from it. If it happens again, check what stands between here and the appliance.",
  });
}

/** Something answers well, but not as an appliance would. */
export function notAnAppliance(reply: Reply, what: string): ApplianceError {
  return fault(reply, "not-an-appliance", what, { hint: "Check host and port." });
}

/** `[PATCH] /alerts/16: 422 Unprocessable Entity: text`. */
function fault(
  { request, answer, mayBeDone }: Reply,
  code: ApplianceErrorCode,
  text: string,
  options: Pick<ApplianceErrorDetails, "hint" | "failures"> = {},
): ApplianceError {
  const { method, path } = request;
  const { status } = answer;
  const unknownOutcome = !request.read && (mayBeDone || leavesOutcomeOpen(status));
  const parts = [
    `[${method}] ${path}`,
    `${status} ${STATUS_CODES[status] ?? ""}`.trim(),
    ...(text === "" ? [] : [text]),
  ];
  const said = parts.join(": ");
  const message = unknownOutcome ? `${said.replace(/\.$/, "")}. ${UNKNOWN_OUTCOME}` : said;
  return new ApplianceError(code, message, { method, path, status, unknownOutcome, ...options });
}
