/**
 * How many terminal columns a text takes, and cutting, padding and wrapping by that measure. Takes
 * printable text without colours: measure first, colour afterwards.
 */

const SEGMENTER: Intl.Segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

const ASCII = /^[\x20-\x7e]*$/;

/** The blocks of Unicode's EastAsianWidth.txt whose characters are W or F, without the emoji. */
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

const EMOJI = /^\p{Emoji_Presentation}|\ufe0f/u;
const MARK = /^\p{M}/u;

/** What a person sees as one character: a letter with its accents, a whole emoji. */
export function graphemes(text: string): readonly string[] {
  return ASCII.test(text) ? [...text] : Array.from(SEGMENTER.segment(text), (s) => s.segment);
}

/**
 * Columns of one grapheme: 0 for a lone combining mark, 2 for an emoji or an East Asian wide
 * character, else 1. An emoji of several joined ones counts as the one that it should look like.
 */
function graphemeWidth(grapheme: string): number {
  if (MARK.test(grapheme)) return 0;
  return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
}

export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  return graphemes(text).reduce((sum, g) => sum + graphemeWidth(g), 0);
}

/** The text, or as much of its start as fits in `width` columns with a closing `…`. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return `${head(text, width - 1)}…`;
}

/** The longest start of whole graphemes that fits in `width` columns. */
function head(text: string, width: number): string {
  let taken = "";
  let columns = 0;
  for (const { segment } of SEGMENTER.segment(text)) {
    columns += graphemeWidth(segment);
    if (columns > width) break;
    taken += segment;
  }
  return taken;
}

/**
 * Two texts cut to the width so that their first difference stays in sight: as much of a common
 * start as is in the way is left out, with a leading `…`.
 */
export function cutPair(a: string, b: string, width: number): readonly [string, string] {
  if (displayWidth(a) <= width && displayWidth(b) <= width) return [a, b];
  const [left, right] = [graphemes(a), graphemes(b)];
  const start = viewStart(left, right, width);
  const view = (all: readonly string[]): string =>
    cut(start > 0 ? `…${all.slice(start).join("")}` : all.join(""), width);
  return [view(left), view(right)];
}

/** Where to begin so that a third of the width stands before the difference, or the ends fit. */
function viewStart(left: readonly string[], right: readonly string[], width: number): number {
  const differs = left.findIndex((g, i) => g !== right[i]);
  const common = left.slice(0, differs === -1 ? left.length : differs);
  if (displayWidth(common.join("")) <= (width * 2) / 3) return 0;
  const ends = Math.max(left.length, right.length) + 1 - width;
  return Math.max(0, Math.min(common.length - Math.floor(width / 3), ends));
}

export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

/**
 * Lines of at most `width` columns, broken at spaces. A line keeps its indentation on the lines that
 * continue it; a word wider than the line stays whole, since it may be something to copy.
 */
export function wrap(text: string, width: number): readonly string[] {
  const indent = /^ */.exec(text)?.[0] ?? "";
  const words = text.slice(indent.length).split(" ");
  return join(words, " ", width - indent.length).map((line) => indent + line);
}

/** Items joined by a separator into lines of at most `width` columns; no item is broken. */
export function join(items: readonly string[], separator: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const item of items) {
    const longer: string = line === undefined ? item : line + separator + item;
    if (line !== undefined && displayWidth(longer + separator.trimEnd()) > width) {
      lines.push((line + separator).trimEnd());
      line = item;
    } else {
      line = longer;
    }
  }
  return line === undefined ? lines : [...lines, line];
}
