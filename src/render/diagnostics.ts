/**
 * Diagnostics as text, in the manner of a compiler: what, where, the line with a mark under what is
 * meant, then why it matters and what to do.
 */
import { sortDiagnostics } from "../diagnostics.ts";
import type { Diagnostic, Source } from "../model.ts";
import { printable, printableLines } from "./clean.ts";
import type { Paint, Style } from "./style.ts";
import { cut, displayWidth, graphemes, wrap } from "./text-width.ts";
import { count, fieldPath } from "./words.ts";

const TAB = "    ";
/** Columns of ` | ` after the line number. */
const RULE = 3;

/** All of them, sorted, with a closing count; empty without any. Ends with a line break. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], style: Style): string {
  if (diagnostics.length === 0) return "";
  const blocks = sortDiagnostics(diagnostics).map((d) => renderDiagnostic(d, style).join("\n"));
  return `${[...blocks, countDiagnostics(diagnostics)].join("\n\n")}\n`;
}

/** `2 errors, 1 warning`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((d) => d.severity === "error").length;
  const warnings = diagnostics.length - errors;
  return [
    ...(errors > 0 ? [count(errors, "error")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ].join(", ");
}

function renderDiagnostic(diagnostic: Diagnostic, style: Style): readonly string[] {
  const { severity, source, related = [] } = diagnostic;
  const paint = severity === "error" ? style.error : style.warning;
  const gutter = Math.max(1, ...[source, ...related].map((s) => String(s?.line ?? "").length));
  const title = `${paint(`${severity}[${printable(diagnostic.code)}]`)}${style.bold(`: ${printable(diagnostic.summary)}`)}`;
  return [
    title,
    ...placeLines(diagnostic, gutter, style),
    ...(source === undefined ? [] : excerptLines(source, gutter, { style, mark: "^", paint })),
    ...related.flatMap((place) => [
      `${" ".repeat(gutter)}${style.place("::: ")}${location(place)}`,
      ...excerptLines(place, gutter, { style, mark: "-", paint: style.place }),
    ]),
    ...detailLines(diagnostic, gutter, style),
  ];
}

function placeLines(diagnostic: Diagnostic, gutter: number, style: Style): readonly string[] {
  const { source, address, pointer } = diagnostic;
  const arrow = `${" ".repeat(gutter)}${style.place("--> ")}`;
  const within = address === undefined ? null : printable(address);
  if (source !== undefined) return [`${arrow}${location(source)}${within === null ? "" : ` (${within})`}`];
  if (within === null) return [];
  return [`${arrow}${within}${pointer ? `, ${fieldPath(pointer)}` : ""}`];
}

function location(source: Source): string {
  return `${printable(source.file)}:${source.line}:${source.column}`;
}

interface Mark {
  readonly style: Style;
  readonly mark: "^" | "-";
  readonly paint: Paint;
}

/** The source line behind its number, and a mark under what is meant. */
function excerptLines(source: Source, gutter: number, { style, mark, paint }: Mark): readonly string[] {
  if (source.excerpt === undefined) return [];
  const { text, start, length } = excerptView(source, source.excerpt, style.width - gutter - RULE);
  const rule = (number: string): string => style.place(`${number.padStart(gutter)} |`);
  return [
    rule(""),
    `${rule(String(source.line))} ${text}`.trimEnd(),
    `${rule("")} ${" ".repeat(start)}${paint(mark.repeat(length))}`,
    rule(""),
  ];
}

interface View {
  readonly text: string;
  /** Columns before the mark, and of it. */
  readonly start: number;
  readonly length: number;
}

/** As much of the line as fits, with the mark in sight. */
function excerptView(source: Source, excerpt: string, width: number): View {
  const from = source.column - 1;
  const before = shown(excerpt.slice(0, from));
  const meant = shown(excerpt.slice(from, from + (source.length ?? 1)));
  const after = shown(excerpt.slice(from + (source.length ?? 1)));
  const length = Math.max(1, displayWidth(meant));
  const start = displayWidth(before);
  if (displayWidth(before + meant + after) <= width) return { text: before + meant + after, start, length };
  const room = Math.max(
    Math.floor(width / 3),
    width - length - displayWidth(cut(after, Math.floor(width / 3))),
  );
  const lead = start <= room ? before : `…${tail(before, room - 1)}`;
  const text = cut(lead + meant + after, width);
  const left = displayWidth(lead);
  return { text, start: left, length: Math.max(1, Math.min(length, width - left)) };
}

/** The longest end of the text that fits in `width` columns. */
function tail(text: string, width: number): string {
  const all = graphemes(text);
  let taken = "";
  for (const grapheme of all.toReversed()) {
    if (displayWidth(grapheme + taken) > width) break;
    taken = grapheme + taken;
  }
  return taken;
}

function shown(text: string): string {
  return printable(text.replaceAll("\t", TAB));
}

/** The detail's own line breaks and indentation are kept. */
function detailLines(diagnostic: Diagnostic, gutter: number, style: Style): readonly string[] {
  if (diagnostic.detail === "") return [];
  const start = `${" ".repeat(gutter)} ${style.place("=")} `;
  const indent = " ".repeat(gutter + RULE);
  const lines = printableLines(diagnostic.detail).flatMap((line) => wrap(line, style.width - gutter - RULE));
  return lines.map((line, i) => `${i === 0 ? start : indent}${line}`.trimEnd());
}
