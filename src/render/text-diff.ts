/**
 * Line differences of long texts such as scripts, as rows that text, Markdown and HTML can each
 * print in their own way.
 */
import { type StructuredPatchHunk, structuredPatch } from "diff";
import { printable } from "./clean.ts";

export interface DiffRow {
  /**
   * `…` stands for lines that are left out, with a text that counts those that are not unchanged; `\`
   * for a missing line break at the end.
   */
  readonly sign: " " | "-" | "+" | "…" | "\\";
  /** The line's number on its own side; null where the row is no line. */
  readonly line: number | null;
  /** Printable. */
  readonly text: string;
}

export interface TextDiff {
  readonly rows: readonly DiffRow[];
  readonly added: number;
  readonly removed: number;
}

/** Above this many differing lines both texts are shown whole: an exact answer would take too long. */
const MAX_EDITS = 1000;
const CONTEXT = 2;
const TAB = "    ";

/** The rows that lead from one text to another; a text that does not exist is empty. */
export function diffText(before: string, after: string): TextDiff {
  const [a, b] = endAlike(before, after);
  const patch = structuredPatch("", "", a, b, "", "", { context: CONTEXT, maxEditLength: MAX_EDITS });
  const rows = patch === undefined ? [...wholeRows(a, "-"), ...wholeRows(b, "+")] : hunkRows(patch.hunks);
  return {
    rows,
    added: rows.filter((r) => r.sign === "+").length,
    removed: rows.filter((r) => r.sign === "-").length,
  };
}

/**
 * The rows with at most `limit` added and as many removed lines. In place of each run of rows that is
 * left out stands one that says how many lines it was.
 */
export function limitRows(rows: readonly DiffRow[], limit: number): readonly DiffRow[] {
  const seen = { "-": 0, "+": 0 };
  const shown: DiffRow[] = [];
  let left: DiffRow[] = [];
  const close = (): void => {
    if (left.length > 0) shown.push({ sign: "…", line: null, text: leftOut(left) });
    left = [];
  };
  for (const row of rows) {
    const changed = row.sign === "-" || row.sign === "+" ? row.sign : undefined;
    if (changed !== undefined) seen[changed] += 1;
    if (changed === undefined ? left.length > 0 : seen[changed] > limit) left.push(row);
    else {
      close();
      shown.push(row);
    }
  }
  close();
  return shown;
}

/** `2 added and 3 removed lines not shown`. */
function leftOut(rows: readonly DiffRow[]): string {
  const [added, removed] = ["+", "-"].map((sign) => rows.filter((row) => row.sign === sign).length);
  const parts = [...(added ? [`${added} added`] : []), ...(removed ? [`${removed} removed`] : [])];
  return `${parts.join(" and ")} ${(added ?? 0) + (removed ?? 0) === 1 ? "line" : "lines"} not shown`;
}

/** A line break at the end matters only where exactly one of two texts has it. */
function endAlike(before: string, after: string): readonly [string, string] {
  const open = (text: string): boolean => text !== "" && !text.endsWith("\n");
  const close = (text: string): string => (open(text) ? `${text}\n` : text);
  const differ = before !== "" && after !== "" && open(before) !== open(after);
  return differ ? [before, after] : [close(before), close(after)];
}

function wholeRows(text: string, sign: "-" | "+"): readonly DiffRow[] {
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line, i) => ({ sign, line: i + 1, text: visible(line, sign) }));
}

function hunkRows(hunks: readonly StructuredPatchHunk[]): readonly DiffRow[] {
  return hunks.flatMap((hunk, i) => {
    const gap: readonly DiffRow[] = i === 0 ? [] : [{ sign: "…", line: null, text: "" }];
    return [...gap, ...numbered(hunk)];
  });
}

function numbered(hunk: StructuredPatchHunk): readonly DiffRow[] {
  const lines = hunk.lines.map((line) => ({ sign: line.slice(0, 1) as DiffRow["sign"], raw: line.slice(1) }));
  const lookAlike = lookAlikes(lines.filter((l) => l.sign === "-" || l.sign === "+").map((l) => l.raw));
  let oldLine = hunk.oldStart;
  let newLine = hunk.newStart;
  return lines.map(({ sign, raw }) => {
    if (sign === "\\") return { sign, line: null, text: "no line break at the end" };
    const line = sign === "-" ? oldLine : newLine;
    if (sign !== "+") oldLine += 1;
    if (sign !== "-") newLine += 1;
    return { sign, line, text: lookAlike.has(raw) ? printable(raw) : visible(raw, sign) };
  });
}

/** The lines that differ from another one only in what is not seen: a tab for spaces. */
function lookAlikes(lines: readonly string[]): ReadonlySet<string> {
  const first = new Map<string, string>();
  const found = new Set<string>();
  for (const line of lines) {
    const look = visible(line, "+");
    const other = first.get(look) ?? line;
    first.set(look, other);
    if (other !== line) found.add(other).add(line);
  }
  return found;
}

/** Tabs as spaces; on changed lines spaces at the end as dots, since they may be the difference. */
function visible(line: string, sign: DiffRow["sign"]): string {
  const text = printable(line.replaceAll("\t", TAB));
  return sign === " " ? text : withDots(text);
}

/** Not by a pattern, which would try every space of a long run anew. */
function withDots(text: string): string {
  let end = text.length;
  while (text[end - 1] === " ") end -= 1;
  return text.slice(0, end) + "·".repeat(text.length - end);
}
