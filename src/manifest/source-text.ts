/** Offsets in a text → lines and columns, as a person counts them. */
import type { Source } from "../model.ts";

/** Longer lines are not shown: an excerpt is for reading. */
const LONGEST_EXCERPT = 400;

export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** The place of a range of the text; `length` ends with the line. */
  readonly place: (start: number, end: number) => Source;
}

/** The text of a file with its places. The table of lines is made when the first place is asked for. */
export function sourceText(file: string, text: string): SourceText {
  let starts: readonly number[] | undefined;
  return {
    file,
    text,
    place: (start, end) => {
      starts ??= lineStarts(text);
      return placeOf(file, text, starts, Math.min(start, text.length), end);
    },
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function placeOf(file: string, text: string, starts: readonly number[], at: number, end: number): Source {
  const line = lineOf(starts, at);
  const start = starts[line] ?? 0;
  const next = starts[line + 1];
  const lineEnd = next === undefined ? text.length : next - 1;
  const last = text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
  return {
    file,
    line: line + 1,
    column: at - start + 1,
    ...(last - start > LONGEST_EXCERPT ? {} : { excerpt: text.slice(start, last) }),
    length: Math.max(1, Math.min(end, last) - at),
  };
}

/** The index of the last line that starts at or before the offset. */
function lineOf(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
