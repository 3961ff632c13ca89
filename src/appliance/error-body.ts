/**
 * What an appliance says in the body of an error: several shapes, depending on firmware and endpoint
 * (appliance-facts §1.3), and the failures of a bulk assignment (swagger `partialsuccess`).
 */
import type { AssignmentFailure } from "../errors.ts";
import { isArray, isObject } from "../json.ts";
import type { Json } from "../model.ts";
import type { Answer } from "./exchange.ts";

const KEYS = ["error_description", "error_message", "error", "detail", "message"];
/** Enough for every error that is meant to be read. */
const MAX_BYTES = 64 * 1024;
/** Enough for the failures of a bulk assignment of thousands. */
const MAX_JSON_BYTES = 4 * 1024 * 1024;

/** The appliance's own text, not yet cleaned; "" when there is none. */
export function errorText(answer: Answer): string {
  const body = parseBody(answer);
  if (!isObject(body)) return rawText(answer);
  for (const key of KEYS) {
    const text = phrase(body[key]);
    if (text !== "") return text;
  }
  return rawText(answer);
}

/** A text, or an object that holds one (`error_message` of the licence endpoints). */
function phrase(value: Json | undefined): string {
  if (typeof value === "string") return value.trim();
  if (!isObject(value)) return "";
  return [value.type, value.detail, value.message]
    .filter((part) => typeof part === "string" && part !== "")
    .join(": ");
}

/**
 * Whether an answer refuses a key or a token. The cloud product may say with 400 that a token has ended, in plain
 * text (facts §1.3); only what speaks of that is taken for it, not a text that repeats a name.
 */
export function refusesAuthorisation(answer: Answer): boolean {
  if (answer.status === 401) return true;
  const ended =
    /\b(?:invalid|expired) (?:access|bearer) token\b|\b(?:access|bearer) token (?:is |has )?(?:been )?(?:invalid|expired)\b|\buser from bearer token\b/i;
  return answer.status === 400 && ended.test(errorText(answer));
}

/** Undefined when the body lists no failures. */
export function assignmentFailures(answer: Answer): readonly AssignmentFailure[] | undefined {
  const body = parseBody(answer);
  const failures = isObject(body) ? body.failures : undefined;
  if (!isArray(failures) || failures.length === 0) return undefined;
  return failures.map((failure) => ({
    action: field(failure, "action"),
    id: field(failure, "id"),
    reason: field(failure, "reason"),
  }));
}

function field(value: Json, key: string): string {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === "string" || typeof found === "number" ? String(found) : "?";
}

/** True for a web page, whatever it is labelled as: no appliance answers its API with one. */
export function isWebPage(answer: Answer): boolean {
  return /html/.test(answer.contentType) || /^\s*<(!doctype html|html)\b/i.test(rawText(answer));
}

/** The title of a web page, not yet cleaned. */
export function pageTitle(answer: Answer): string {
  return /<title[^>]{0,200}>([^<]*)/i.exec(rawText(answer))?.[1]?.trim() ?? "";
}

/** What nginx, Apache and Go say when http arrives where https is spoken. */
export function expectsHttps(answer: Answer): boolean {
  const said =
    /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS|speaking plain HTTP to an SSL/i;
  return answer.status === 400 && said.test(rawText(answer));
}

function rawText(answer: Answer): string {
  return answer.body.subarray(0, MAX_BYTES).toString("utf8");
}

/** Undefined when the body is not JSON. Errors are read whatever their content type says. */
function parseBody(answer: Answer): Json | undefined {
  if (answer.body.length > MAX_JSON_BYTES) return undefined;
  try {
    // Skips a byte order mark.
    return JSON.parse(new TextDecoder().decode(answer.body)) as Json;
  } catch {
    return undefined;
  }
}
