/**
 * One field's change as lines of a text plan: aligned `before → after` where that fits, else the
 * form that shows the difference best (items of a list, one below the other, a line diff). Nothing of a
 * value that is written is cut: a reviewer approves what stands here.
 */
import { isArray, isObject } from "../json.ts";
import type { Action, Cause, FieldChange, Json } from "../model.ts";
import { asText, isLongText, ONE_SIDED, sideText, valueText, without } from "./field-values.ts";
import { type Paint, type Style, unpainted } from "./style.ts";
import { type DiffRow, diffText, limitRows } from "./text-diff.ts";
import { CONTINUED, displayWidth, fold, pad, wrap, wrapAll } from "./text-width.ts";
import { count, fieldCauseText, fieldPath } from "./words.ts";

/** A label with what stands beside it; `below` starts further left, under the label. */
export interface Entry {
  readonly label: string;
  readonly beside: readonly string[];
  readonly below?: readonly string[];
}

/** How wide a value column is, and how values of a change are set in it. */
export interface FieldLayout {
  readonly style: Style;
  /** Columns beside the labels. */
  readonly width: number;
  /** Columns below a label. */
  readonly belowWidth: number;
  /** The cause that the change's heading has said already. */
  readonly cause: Cause;
  readonly action: Action;
}

/** Of a longer script this many added and as many removed lines are shown. */
const MAX_CHANGED_LINES = 400;
/** A longer value does not push the arrows of the others to the right. */
const MAX_ALIGNED = 32;
/** Columns of `- ` and ` → `. */
const MARK = 2;
const ARROW = 3;

/** The entries of a change's fields, their arrows aligned. */
export function fieldEntries(fields: readonly FieldChange[], layout: FieldLayout): readonly Entry[] {
  const widths = fields.flatMap((f) => (fitsInline(f, layout) ? [displayWidth(sideText(f, "before"))] : []));
  const beforeWidth = Math.max(0, ...widths.filter((width) => width <= MAX_ALIGNED));
  return fields.map((field) => withCause(fieldEntry(field, layout, beforeWidth), field.cause, layout));
}

/** The entry with its cause, unless the change's heading has said the same. */
export function withCause(
  entry: Entry,
  cause: Cause,
  layout: Pick<FieldLayout, "style" | "width" | "cause">,
): Entry {
  const note = cause === layout.cause ? null : fieldCauseText(cause);
  if (note === null) return entry;
  const paint = cause === "manifest" ? layout.style.dim : layout.style.warning;
  return annotate(entry, wrap(`(${note})`, layout.width).map(paint), layout.width);
}

function fieldEntry(field: FieldChange, layout: FieldLayout, beforeWidth: number): Entry {
  const label = fieldPath(field.pointer);
  if (isLongText(field)) return { label, ...textLines(field, layout) };
  if (ONE_SIDED[layout.action] !== undefined) return { label, beside: singleLines(field, layout) };
  if (fitsInline(field, layout)) return { label, beside: [inlinePair(field, layout, beforeWidth)] };
  if (isArray(field.before) && isArray(field.after)) {
    const lines = listDifference(field.before, field.after, layout);
    if (lines.length > 0) return { label, beside: lines };
  }
  return { label, beside: stackedPair(field, layout) };
}

/** Put after what has one line and leaves room, else before it. */
function annotate(entry: Entry, note: readonly string[], width: number): Entry {
  const together = [...entry.beside, ...note].join("  ");
  const fits = entry.beside.length === 1 && displayWidth(unpainted(together)) <= width;
  return { ...entry, beside: fits ? [together] : [...note, ...entry.beside] };
}

function noteWidth(field: FieldChange, layout: FieldLayout): number {
  const note = field.cause === layout.cause ? null : fieldCauseText(field.cause);
  return note === null ? 0 : note.length + 4;
}

function fitsInline(field: FieldChange, layout: FieldLayout): boolean {
  if (ONE_SIDED[layout.action] !== undefined || isLongText(field)) return false;
  const width = displayWidth(sideText(field, "before")) + ARROW + displayWidth(sideText(field, "after"));
  return width <= layout.width - noteWidth(field, layout);
}

function inlinePair(field: FieldChange, layout: FieldLayout, beforeWidth: number): string {
  const { style } = layout;
  const [before, after] = [sideText(field, "before"), sideText(field, "after")];
  const room = layout.width - noteWidth(field, layout) - ARROW - displayWidth(after);
  const space = pad(before, Math.min(beforeWidth, room)).slice(before.length);
  return `${style.removed(before)}${space} ${style.dim("→")} ${style.added(after)}`;
}

function stackedPair(field: FieldChange, layout: FieldLayout): readonly string[] {
  const { style, width } = layout;
  const lines = (which: "before" | "after"): readonly string[] => valueLines(field, which, width - MARK);
  return [
    ...lines("before").map((line, i) => style.removed(`${i === 0 ? "-" : " "} ${line}`)),
    ...lines("after").map((line, i) => style.added(`${i === 0 ? "+" : " "} ${line}`)),
  ];
}

/** A value that exists on one side only. */
function singleLines(field: FieldChange, layout: FieldLayout): readonly string[] {
  const paint = layout.style[ONE_SIDED[layout.action] ?? "changed"];
  const which = field.after === undefined && field.hashed !== true ? "before" : "after";
  return valueLines(field, which, layout.width).map(paint);
}

/** The whole value: a list or an object broken between its items, all else at spaces. */
function valueLines(field: FieldChange, which: "before" | "after", width: number): readonly string[] {
  const value = field[which];
  const text = sideText(field, which);
  const items = isArray(value) || isObject(value) ? text.split(", ") : [text];
  return wrapAll(items, ", ", width);
}

/** What a list gains and loses; empty when only its order changes. */
function listDifference(
  before: readonly Json[],
  after: readonly Json[],
  layout: FieldLayout,
): readonly string[] {
  const [old, now] = [before.map(valueText), after.map(valueText)];
  return signedLists(without(now, old), without(old, now), layout);
}

/** `+ a, b` and `- c`, all of them, wrapped between items. */
export function signedLists(
  added: readonly string[],
  removed: readonly string[],
  layout: Pick<FieldLayout, "style" | "width">,
): readonly string[] {
  return [
    ...signedList("+", added, layout.style.added, layout),
    ...signedList("-", removed, layout.style.removed, layout),
  ];
}

function signedList(
  sign: string,
  items: readonly string[],
  paint: Paint,
  layout: Pick<FieldLayout, "style" | "width">,
): readonly string[] {
  const lines = wrapAll(items, ", ", layout.width - MARK);
  return lines.map((line, i) => paint(`${i === 0 ? sign : " "} ${line}`));
}

/** A line diff; of a text that is left as it is only its length. */
function textLines(field: FieldChange, layout: FieldLayout): Pick<Entry, "beside" | "below"> {
  const { style } = layout;
  const [before, after] = [asText(field.before), asText(field.after)];
  const diff = diffText(before, after);
  if (layout.action === "release") return { beside: [style.dim(count(diff.removed, "line"))] };
  const counts = [
    ...(diff.added > 0 ? [style.added(`+${count(diff.added, "line")}`)] : []),
    ...(diff.removed > 0 ? [style.removed(`-${count(diff.removed, "line")}`)] : []),
  ].join(", ");
  const cleared = after === "" && ONE_SIDED[layout.action] === undefined;
  const end = cleared ? ` ${style.dim("→")} ${style.added(sideText(field, "after"))}` : "";
  return { beside: [counts + end], below: diffLines(limitRows(diff.rows, MAX_CHANGED_LINES), layout) };
}

function diffLines(rows: readonly DiffRow[], layout: FieldLayout): readonly string[] {
  const gutter = rows.reduce((width, row) => Math.max(width, String(row.line ?? "").length), 0);
  return rows.flatMap((row) => diffLine(row, gutter, layout));
}

/** A row of the diff; on the lines that continue it the mark stands in place of the sign. */
function diffLine(row: DiffRow, gutter: number, layout: FieldLayout): readonly string[] {
  const { style } = layout;
  const number = String(row.line ?? "").padStart(gutter);
  if (row.sign === "…") {
    const left = row.text === "" ? "" : ` ${row.text} (--format json shows all)`;
    return [style.dim(`${number} …${left}`)];
  }
  const paint = rowPaint(row.sign, style);
  return fold(row.text, layout.belowWidth - gutter - 3).map((piece, i) => {
    const start = i === 0 ? number : " ".repeat(gutter);
    const line = `${i === 0 ? row.sign : CONTINUED} ${piece}`.trimEnd();
    return `${style.dim(start)} ${paint(line)}`.trimEnd();
  });
}

function rowPaint(sign: DiffRow["sign"], style: Style): Paint {
  if (sign === "-") return style.removed;
  if (sign === "+") return style.added;
  return sign === " " ? (text) => text : style.dim;
}
