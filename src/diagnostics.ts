/** Building, ordering and counting diagnostics. Rendering them is render/diagnostics.ts. */
import { distance } from "fastest-levenshtein";
import type { Diagnostic } from "./model.ts";

/** File, then position, then errors before warnings, then code: the same order on every machine. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = (d: Diagnostic): (string | number)[] => [
    d.source?.file ?? "",
    d.source?.line ?? 0,
    d.source?.column ?? 0,
    d.severity,
    d.code,
    d.address ?? "",
    d.detail,
  ];
  return [...diagnostics].sort((a, b) => compareKeys(key(a), key(b)));
}

function compareKeys(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i] ?? "";
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === "error");
}

/**
 * The candidate a person most likely meant, or undefined when none is close: at most a third of the
 * letters may differ. Case alone is no difference, and letters in another order count as close.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  let best: { candidate: string; score: number } | undefined;
  for (const candidate of candidates) {
    const score = difference(word, candidate);
    if (candidate !== word && score < (best?.score ?? Infinity)) best = { candidate, score };
  }
  return best?.candidate;
}

/** Longer words are no slips of single letters, and comparing them takes long. */
const MAX_WORD = 100;

/** As short as an operator: one letter more or less makes another one of it. */
const SHORT = 2;
const NUMBER = /^[0-9]+[a-z]?$/i;

/** How far a candidate is from a word; infinite where it is not close. */
function difference(word: string, candidate: string): number {
  // Of two numbers, none is a slip for the other.
  if (NUMBER.test(word) && NUMBER.test(candidate)) return Infinity;
  const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
  // The lengths alone tell that most candidates are far.
  if (Math.abs(word.length - candidate.length) > limit) return Infinity;
  const short = candidate.length <= SHORT;
  if (lettersOf(candidate, short) === lettersOf(word, short)) return 1;
  const score = short ? Infinity : distance(word.toLowerCase(), candidate.toLowerCase());
  return score <= limit ? score : Infinity;
}

function lettersOf(word: string, once: boolean): string {
  const letters = [...word.toLowerCase()].sort();
  return (once ? [...new Set(letters)] : letters).join("");
}

/** ` Did you mean "x"?`, or nothing; ready to append to a sentence. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = suggest(word, candidates);
  return found === undefined ? "" : ` Did you mean ${JSON.stringify(found)}?`;
}

/** What could not be written into a manifest, wherever that turns out. */
export const NOT_ACCEPTED = {
  severity: "error",
  code: "not-accepted",
  summary: "The drift cannot be written into the manifest",
} as const;
