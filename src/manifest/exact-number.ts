/** Numbers of YAML that JavaScript can hold as they are written. */
import { type Finding, failure } from "./codes.ts";

/** More digits than a double keeps would be changed without a word. */
export function isExactNumber(value: number, written: string): boolean {
  if (!Number.isFinite(value)) return false;
  const digits = written
    .replace(/[eE].*$/, "")
    .replace(/[^0-9]/g, "")
    .replace(/^0+/, "");
  return Number.isSafeInteger(value) || digits.length <= 15;
}

export function inexact(written: string): Finding {
  return failure(
    "inexact-number",
    `${written} is beyond what a number here can hold. Write a number in range, or put it in quotes if a text is meant.`,
  );
}
