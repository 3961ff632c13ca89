/**
 * The codes of what can be wrong with a project file alone, each with its fixed summary; what can be
 * wrong with any file of this form is in manifest/codes.ts. Codes are stable: other programs read them.
 */
import { located, type Place } from "../manifest/codes.ts";
import type { Diagnostic, Severity, Source } from "../model.ts";

const SUMMARIES = {
  "empty-project": "The project file is empty",
  "several-documents": "A project file is one document",
  "no-targets": "The project file has no targets",
  "bad-target-name": "The name of the target cannot be used",
  "bad-variable-name": "The name of the variable cannot be used",
  "excluding-keys": "The keys exclude each other",
  "placeholder-not-here": "A placeholder cannot stand here",
  "unused-target-variable": "Nothing uses the variable",
  "key-in-file": "A key or a secret stands in the file",
  "key-file-open": "Others can read the key or secret",
  "unknown-target": "There is no such target",
  "needs-target": "Several targets, and none is chosen",
  host: "The host is not one that hopsync connects to",
  "half-client": "A client needs its id and its secret",
  "api-key": "The API key cannot be used",
  "client-id": "The client id cannot be used",
  "client-secret": "The client secret cannot be used",
  fingerprint: "The fingerprint cannot be used",
  "ca-file": "The CA file cannot be used",
  "tls-options": "The certificate options exclude each other",
} as const;

export type ProjectCode = keyof typeof SUMMARIES;

/** A problem of a project file as a diagnostic. */
export function problem(
  code: ProjectCode,
  detail: string,
  place: Place,
  severity: Severity = "error",
): Diagnostic {
  return located({ severity, code, summary: SUMMARIES[code], detail }, place);
}

/** Reads as the line of a key or a secret that is written out, also where its name is misspelt. */
const SECRET_LINE =
  /(?!(?:api_key|client_secret)_file\b)\b\w*(?:api|key|secret|token|passw)\w*["']?\s*:\s*(?!["']?\$\{env:\w+\}["']?\s*(?:[,}#]|$))\S/i;

/** A diagnostic without the lines of the file that may hold a key: these are told by their number only. */
export function withoutKeys(diagnostic: Diagnostic): Diagnostic {
  const { source, related } = diagnostic;
  return {
    ...diagnostic,
    ...(source === undefined ? {} : { source: hidden(source) }),
    ...(related === undefined ? {} : { related: related.map(hidden) }),
  };
}

function hidden(source: Source): Source {
  const { excerpt, ...place } = source;
  return excerpt !== undefined && SECRET_LINE.test(excerpt) ? place : source;
}
