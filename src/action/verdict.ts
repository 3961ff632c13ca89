/** Whether a run is good, and what to say where it is not. */
import { error } from "@actions/core";
import type { Document } from "../model.ts";
import { countDiagnostics } from "../render/diagnostics.ts";

export interface Verdict {
  /** Absent where the job is to go on. */
  readonly failure?: string;
}

export const GOOD: Verdict = {};

const MEANINGS: Readonly<Record<number, string>> = {
  1: "failed",
  2: "found drift",
  3: "was done in part",
  4: "was refused by a guard",
  5: "is not the one that was reviewed",
};

/** Refusals share an exit code. */
function meaningOf(exitCode: number, document: Document | undefined): string {
  const held = document?.diagnostics.some(({ code }) => code === "lease-held") === true;
  return held ? "made way for another run" : (MEANINGS[exitCode] ?? "was interrupted");
}

/** The exit code in words, unless it is one of those that are fine. */
export function verdictOf(
  what: string,
  exitCode: number,
  document: Document | undefined,
  fine: readonly number[],
): Verdict {
  if (fine.includes(exitCode)) return GOOD;
  const found = document === undefined ? "" : countDiagnostics(document.diagnostics);
  const problems = found === "" ? "" : `: ${found}`;
  return { failure: `${what} ${meaningOf(exitCode, document)} (exit code ${exitCode})${problems}.` };
}

/** Tells GitHub of a run. Where that fails, how the run ended is said all the same. */
export async function told(verdict: Verdict, tell: () => Promise<void>): Promise<Verdict> {
  try {
    await tell();
    return verdict;
  } catch (problem) {
    if (verdict.failure !== undefined) error(verdict.failure);
    throw problem;
  }
}
