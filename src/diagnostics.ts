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
  let best: { candidate: string; score: number } | undefined;
  for (const candidate of candidates) {
    const score =
      lettersOf(candidate) === lettersOf(word) ? 1 : distance(word.toLowerCase(), candidate.toLowerCase());
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (candidate !== word && score <= limit && score < (best?.score ?? Infinity))
      best = { candidate, score };
  }
  return best?.candidate;
}

function lettersOf(word: string): string {
  return [...word.toLowerCase()].sort().join("");
}

/** ` Did you mean "x"?`, or nothing; ready to append to a sentence. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = suggest(word, candidates);
  return found === undefined ? "" : ` Did you mean ${JSON.stringify(found)}?`;
}
