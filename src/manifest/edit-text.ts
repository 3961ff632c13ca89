/** Where the parts of a YAML document stand in its text, and the pieces of text that change it. */
import { afterBlanks, type YamlList, type YamlNode, type YamlPair } from "./yaml-nodes.ts";

/** A piece of text in place of another. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A part of a collection: from its first character to behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly gone: boolean;
}

/** The text with the pieces in place. They must not overlap; those of one place follow in the given order. */
export function splice(text: string, splices: readonly Splice[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: piece } of splices.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(text.slice(at, start), piece);
    at = end;
  }
  return [...parts, text.slice(at)].join("");
}

/** Whether a collection has its parts on lines of their own, and not between brackets. */
export function isBlock(node: YamlNode): boolean {
  return (node.type === "map" || node.type === "list") && !node.flow;
}

/** Behind the last character that belongs to a value: no comment, no blank line after it. */
export function contentEnd(node: YamlNode, text: string): number {
  const last = isBlock(node) ? lastPart(node) : undefined;
  if (last !== undefined) return contentEnd(last, text);
  const written = text.slice(node.start, node.end);
  // Of a text with `|+` the blank lines after it are part of the value.
  const kept = /^[|>]\d?\+/.test(written) ? written.replace(/\r?\n$/, "") : written.trimEnd();
  return node.start + kept.length;
}

function lastPart(node: YamlNode): YamlNode | undefined {
  if (node.type === "list") return node.items.at(-1);
  return node.type === "map" ? node.pairs.at(-1)?.value : undefined;
}

/** Behind the colon after a key; undefined where there is none. */
export function colonEnd({ key }: YamlPair, text: string): number | undefined {
  const at = afterBlanks(text, key.end);
  return text[at] === ":" ? at + 1 : undefined;
}

/** Behind the dash of each item of a block list. */
export function dashEnds({ start, items }: YamlList, text: string): readonly number[] {
  return items.map((_, i) => afterBlanks(text, items[i - 1]?.end ?? start) + 1);
}

/** Where the line of an offset starts. */
export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

/** Where the line after the one of an offset starts. The text must end with a line break. */
export function nextLine(text: string, at: number): number {
  return text.indexOf("\n", at) + 1;
}

/** 0 for what stands at the start of its line. */
export function columnOf(text: string, at: number): number {
  return at - lineStart(text, at);
}

/** Whether nothing but blanks stands before an offset in its line. */
export function startsLine(text: string, at: number): boolean {
  return text.slice(lineStart(text, at), at).trim() === "";
}

/** Text that is indented by a number of columns except for its first line; lines without text stay empty. */
export function indented(text: string, columns: number): string {
  return text.replace(/\n(?=[^\n])/g, `\n${" ".repeat(columns)}`);
}

/** The pieces that take parts out of brackets and add others at the end. At least one part must stay. */
export function editBrackets(spans: readonly Span[], added: readonly string[]): readonly Splice[] {
  const lastKept = spans.findLastIndex(({ gone }) => !gone);
  const end = spans[lastKept]?.end ?? 0;
  const cut = spans.flatMap(({ start, gone }, i): Splice[] =>
    gone && i < lastKept ? [{ start, end: spans[i + 1]?.start ?? start, text: "" }] : [],
  );
  const tail = lastKept < spans.length - 1 ? [{ start: end, end: spans.at(-1)?.end ?? end, text: "" }] : [];
  return [...cut, { start: end, end, text: added.map((item) => `, ${item}`).join("") }, ...tail];
}

/**
 * The pieces that take parts out of a block, with their lines, and add lines after the last that stays.
 * Each span starts where its line does. Of the blank lines between parts one goes with each part.
 */
export function editLines(text: string, spans: readonly Span[], added: readonly string[]): readonly Splice[] {
  const lastKept = spans.findLastIndex(({ gone }) => !gone);
  const cut = spans.flatMap((span, i): Splice[] => {
    if (!span.gone) return [];
    const start = lineStart(text, span.start);
    const end = nextLine(text, span.end);
    const above = lineStart(text, start - 1);
    const after = isBlank(text, end) ? nextLine(text, end) : end;
    const before = spans[i - 1]?.end ?? start;
    const trailing = after === end && i === lastKept + 1 && above > before && isBlank(text, above);
    return [{ start: trailing ? above : start, end: after, text: "" }];
  });
  const last = spans[lastKept];
  const at = last === undefined ? lineStart(text, spans[0]?.start ?? 0) : nextLine(text, last.end);
  return [...cut, { start: at, end: at, text: added.map((line) => `${line}\n`).join("") }];
}

function isBlank(text: string, at: number): boolean {
  const end = text.indexOf("\n", at);
  return end >= 0 && text.slice(at, end).trim() === "";
}
