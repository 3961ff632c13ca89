/**
 * Makes text from a manifest or an appliance safe to stand in Markdown on GitHub. Every such text goes
 * through one of these functions: nothing in it can be markup, a link, a mention or a reference, since
 * GitHub looks for none in code, and what stands outside of code is made of plain words alone.
 */
import { printable } from "./clean.ts";

/** cmark-gfm finds no code span whose fence is longer. */
const MAX_TICKS = 80;
/** A longer run of backticks is counted instead of shown, so that fences stay short. */
const MAX_RUN = 60;
const MIN_FENCE = 3;

/** The very text, in a code span; an empty one is shown as `""`. For one line, not for a heading of HTML. */
export function code(text: string): string {
  const shown = text === "" ? '""' : printable(text);
  const runs = new Set((shown.match(/`+/g) ?? []).map((run) => run.length));
  const free = Array.from({ length: MAX_TICKS }, (_, i) => i + 1).find((length) => !runs.has(length));
  if (free === undefined) return code(shown.replaceAll("`", "\\x60"));
  const ticks = "`".repeat(free);
  // Where both ends have a space and not all is space, one is taken off at each.
  const stripped = shown.startsWith(" ") && shown.endsWith(" ") && /[^ ]/.test(shown);
  const space = stripped || /^`|`$/.test(shown) ? " " : "";
  return `${ticks}${space}${shown}${space}${ticks}`;
}

/** A letter word or a short number, with the punctuation of prose around it. */
const PLAIN = /^[("'“‘]*(?:\p{L}[\p{L}\p{M}]*(?:['’-][\p{L}\p{M}]+)*|\d{1,6})[.,;:!?)"'”’…]*$/u;
/** Reads as the start of a commit. */
const HASH = /[0-9a-f]{7}/i;
/** Reads as the first item of a list. */
const NUMBERED = /^\d+[.)]/;
/** A word; or several that brackets or quotation marks hold together. */
const TOKEN = /\{[^{}]*\}\S*|\[[^[\]]*\]\S*|"[^"]*"\S*|\S+/gu;
const PAUSE = /[.,;:!?]$/;

/** A sentence that may hold names: words stand as they are, all else in code spans. For one line. */
export function prose(sentence: string): string {
  const parts: { readonly plain: boolean; readonly words: string[] }[] = [];
  for (const [words] of printable(sentence).matchAll(TOKEN)) {
    const plain = words.split(" ").every(isPlain) && !(parts.length === 0 && NUMBERED.test(words));
    const last = parts.at(-1);
    const joins = last !== undefined && !plain && !last.plain && !PAUSE.test(last.words.at(-1) ?? "");
    if (joins) last.words.push(words);
    else parts.push({ plain, words: [words] });
  }
  return parts.map(({ plain, words }) => (plain ? words.join(" ") : span(words.join(" ")))).join(" ");
}

function isPlain(word: string): boolean {
  return PLAIN.test(word) && !HASH.test(word);
}

/** The punctuation that ends a sentence stays outside. */
function span(words: string): string {
  const [, inner = "", end = ""] = /^(.*?[^.,;:!?])([.,;:!?]*)$/.exec(words) ?? [undefined, words, ""];
  return `${code(inner)}${end}`;
}

/**
 * Markdown of one line as a cell of a table, where a bar ends the cell in a code span too. A bar after a
 * backslash cannot be written so that all parsers agree, and becomes visible as `\x7c`.
 */
function cell(markdown: string): string {
  return markdown.replace(/(?<!\\)(\\*)\|/g, (_, before: string) => {
    return before === "" ? "\\|" : `${before}\\x7c`;
  });
}

/** Text as code within HTML, such as a summary. */
export function htmlCode(text: string): string {
  const shown = text === "" ? '""' : printable(text);
  return `<code>${htmlText(shown)}</code>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as it stands within an element of HTML. */
export function htmlText(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? "");
}

/** Printable lines as a block of code that none of them can close. */
export function fence(language: string, lines: readonly string[]): string {
  const safe = lines.map((line) =>
    line.replace(/`+/g, (run) => (run.length > MAX_RUN ? `\\x60{${run.length}}` : run)),
  );
  const longest = safe.reduce((most, line) => Math.max(most, /^\s*(`*)/.exec(line)?.[1]?.length ?? 0), 0);
  const ticks = "`".repeat(Math.max(MIN_FENCE, longest + 1));
  return [`${ticks}${language}`, ...safe, ticks].join("\n");
}

/** Lines of text from outside, made visible; tabs stay, which a block of code shows as they are. */
export function visibleLines(text: string): readonly string[] {
  return text.split(/\r?\n/u).map((line) => line.split("\t").map(printable).join("\t"));
}

/** What opens and closes of itself, under a line of HTML. */
export function folded(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** The lines of a table: of its head, and one of each row. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly string[];
}

/** A table of cells that are Markdown already. A column without anything in it is left out. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): Table {
  const kept = heads.map((_, i) => rows.some((row) => (row[i] ?? "") !== ""));
  const line = (cells: readonly string[]): string => {
    const shown = cells.filter((_, i) => kept[i]);
    return `| ${shown.map(cell).join(" | ")} |`;
  };
  return { head: [line(heads), line(heads.map(() => "---"))], rows: rows.map(line) };
}
