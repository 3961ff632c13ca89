/**
 * How many terminal columns a text takes, and padding, wrapping and cutting by that measure. Takes
 * printable text without colours: measure first, colour afterwards. What a plan would do is wrapped,
 * never cut: `cut` is for what is shown to find a place or to pass the time.
 */

const SEGMENTER: Intl.Segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

const ASCII = /^[\x20-\x7e]*$/;

/** Characters that are segmented at once: Intl.Segmenter takes minutes for one text of 300 kB, not for its parts. */
const PART = 1000;

/** The blocks of Unicode's EastAsianWidth.txt whose characters are W or F, without the emoji. */
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

const EMOJI = /^\p{Emoji_Presentation}|\ufe0f/u;
const MARK = /^\p{M}/u;

/** What a person sees as one character: a letter with its accents, a whole emoji. */
export function graphemes(text: string): readonly string[] {
  return ASCII.test(text) ? [...text] : [...segments(text)];
}

/** In parts that begin where a grapheme does. The last of a part may go on in the next one. */
function* segments(text: string): Generator<string> {
  let size = PART;
  for (let start = 0; start < text.length; ) {
    const end = edge(text, start + size);
    const found = Array.from(SEGMENTER.segment(text.slice(start, end)), ({ segment }) => segment);
    const whole = end < text.length ? found.slice(0, -1) : found;
    yield* whole;
    start += whole.reduce((sum, { length }) => sum + length, 0);
    // One grapheme may be longer than any part.
    size = whole.length === 0 ? 2 * size : PART;
  }
}

/** Not between the two halves of a character. */
function edge(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return Math.min(text.length, code >= 0xd800 && code <= 0xdbff ? at + 1 : at);
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
  for (const segment of segments(text)) {
    columns += graphemeWidth(segment);
    if (columns > width) break;
    taken += segment;
  }
  return taken;
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
  return flow(items, separator, width, (item) => [item]);
}

/** Begins a line that goes on in the middle of a word, or of a line of a script. */
export const CONTINUED = "↳";

/**
 * Lines of at most `width` columns that hold every character: broken between items where they fit,
 * else at a single space, else anywhere with a mark. A break without mark stands for one space.
 */
export function wrapAll(items: readonly string[], separator: string, width: number): readonly string[] {
  const room = width - displayWidth(separator.trimEnd());
  const marked = (word: string): readonly string[] =>
    fold(word, room - 1).map((piece, i) => (i === 0 ? piece : CONTINUED + piece));
  return flow(items, separator, width, (item) => flow(item.split(/(?<=\S) (?=\S)/), " ", room, marked));
}

/**
 * The text in pieces of at most `width` columns, or of one grapheme. Ends a piece before a space where
 * one is near, so that no space stands at its end, unseen.
 */
export function fold(text: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece: readonly string[] = [];
  let columns = 0;
  for (const grapheme of graphemes(text)) {
    const taken = graphemeWidth(grapheme);
    if (columns + taken > width && piece.length > 0) {
      const end = grapheme === " " ? piece.length : pieceEnd(piece);
      pieces.push(piece.slice(0, end).join(""));
      piece = piece.slice(end);
      columns = displayWidth(piece.join(""));
    }
    piece = [...piece, grapheme];
    columns += taken;
  }
  return [...pieces, piece.join("")];
}

/** Before the last run of spaces, unless the piece would lose a third. */
function pieceEnd(piece: readonly string[]): number {
  let end = piece.lastIndexOf(" ");
  while (end > 0 && piece[end - 1] === " ") end -= 1;
  return end * 3 > piece.length * 2 ? end : piece.length;
}

/** Items joined into lines; one that is wider than a line begins on a new one and is broken. */
function flow(
  items: readonly string[],
  separator: string,
  width: number,
  broken: (item: string) => readonly string[],
): readonly string[] {
  const end = separator.trimEnd();
  const lines: string[] = [];
  let line: string | undefined;
  for (const item of items) {
    const longer: string = line === undefined ? item : line + separator + item;
    if (displayWidth(longer + end) <= width) {
      line = longer;
      continue;
    }
    if (line !== undefined) lines.push((line + separator).trimEnd());
    const parts = displayWidth(item + end) <= width ? [item] : broken(item);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1) ?? "";
  }
  return line === undefined ? lines : [...lines, line];
}
