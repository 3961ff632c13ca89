/** One change of a text plan: its heading, its fields and relations in aligned columns, its requests. */
import type { Address, Change, MovedAside, Operation, RelationChange } from "../model.ts";
import { attributionLines } from "./attribution-text.ts";
import { printable, printableJson } from "./clean.ts";
import { type Entry, fieldEntries, signedLists, withCause } from "./field-text.ts";
import { HASH_ONLY } from "./field-values.ts";
import type { Paint, Style } from "./style.ts";
import { displayWidth, pad, wrap, wrapAll } from "./text-width.ts";
import { actionPaint, changeCauseText, changeNotes, fieldPath, nameOf, SYMBOLS } from "./words.ts";

const INDENT = "      ";
/** Columns of the line diff under a label. */
const BELOW = "        ";
const GAP = 2;
/** A longer label stands on a line of its own; so does one that takes more than this part of the width. */
const MAX_LABEL = 28;
const LABEL_SHARE = 0.4;
/** More names than this are counted. */
const MAX_NAMES = 50;
const ASIDE = "meanwhile";
const RELEASED = "released";
const MOVES = "moves";
const DROPS = "drops";
const SYMBOL_WIDTH = 3;
const ACTION_WIDTH = 7;

/** The lines of a change; the first is its heading. */
export function renderChange(change: Change, style: Style, showRequests: boolean): readonly string[] {
  return [
    ...heading(change, style),
    ...attributionLines(change, INDENT.length, style),
    ...details(change, style),
    ...(showRequests ? requestLines(change.operations, style) : []),
  ];
}

function heading(change: Change, style: Style): readonly string[] {
  const paint = actionPaint(change.action, style);
  const start = `${SYMBOLS[change.action].padStart(SYMBOL_WIDTH)} ${change.action.padEnd(ACTION_WIDTH)}`;
  const address = printable(change.address);
  const slash = address.indexOf("/") + 1;
  const line = `${paint(start)}  ${address.slice(0, slash)}${style.bold(address.slice(slash))}`;
  const notes = headingNotes(change);
  if (notes.length === 0) return [line];
  const note = `(${notes.join(", ")})`;
  const painted =
    change.cause === "drift" || change.cause === "conflict" ? style.warning(note) : style.dim(note);
  const fits = displayWidth(`${start}  ${address}  ${note}`) <= style.width;
  return fits ? [`${line}  ${painted}`] : [line, `${INDENT}${painted}`];
}

function headingNotes(change: Change): readonly string[] {
  const cause = changeCauseText(change);
  return [...changeNotes(change, { name: quoted, id: printable }), ...(cause === null ? [] : [cause])];
}

function quoted(name: string): string {
  return printableJson(JSON.stringify(name));
}

function details(change: Change, style: Style): readonly string[] {
  const labelWidth = widthOfLabels(change, style);
  const width = style.width - INDENT.length - labelWidth - GAP;
  const layout = {
    style,
    width,
    belowWidth: style.width - BELOW.length,
    cause: change.cause,
    action: change.action,
  };
  const entries = [
    ...fieldEntries(change.fields, layout),
    ...change.relations.map((r) =>
      withCause({ label: printable(r.relation), beside: linkLines(r, layout) }, r.cause, layout),
    ),
    ...consequences(change, layout),
  ];
  return entries.flatMap((entry) => setEntry(entry, labelWidth));
}

function widthOfLabels(change: Change, style: Style): number {
  const labels = [
    ...change.fields.map((f) => fieldPath(f.pointer)),
    ...change.relations.map((r) => printable(r.relation)),
    ...(change.aside === undefined ? [] : [ASIDE]),
    ...(change.released?.length ? [RELEASED] : []),
    ...(change.moved?.length ? [MOVES] : []),
    ...(change.dropped?.members.length ? [DROPS] : []),
  ];
  const most = Math.min(MAX_LABEL, Math.floor(style.width * LABEL_SHARE));
  return Math.max(0, ...labels.map(displayWidth).filter((width) => width <= most));
}

function setEntry(entry: Entry, labelWidth: number): readonly string[] {
  const column = INDENT + " ".repeat(labelWidth + GAP);
  const [first = "", ...rest] = entry.beside;
  const start =
    displayWidth(entry.label) > labelWidth
      ? [INDENT + entry.label, column + first]
      : [`${INDENT}${pad(entry.label, labelWidth + GAP)}${first}`];
  return [...start, ...rest.map((line) => column + line), ...(entry.below ?? []).map((line) => BELOW + line)];
}

interface Layout {
  readonly style: Style;
  readonly width: number;
}

function linkLines(change: RelationChange, layout: Layout): readonly string[] {
  if (change.hashed === true) return wrap(`not as applied ${HASH_ONLY}`, layout.width).map(layout.style.dim);
  const name = (address: Address): string => linkName(change.labels?.[address] ?? nameOf(address));
  return signedLists(capped(change.assign.map(name)), capped(change.unassign.map(name)), layout);
}

/** What an exchange of names does to the other object, what is no longer managed, and what a replace does to others and to members. */
function consequences({ aside, released, moved, dropped }: Change, layout: Layout): readonly Entry[] {
  const entry = (label: string, names: readonly string[], paint: Paint): readonly Entry[] =>
    names.length === 0
      ? []
      : [{ label, beside: wrapAll(capped(names.map(linkName)), ", ", layout.width).map(paint) }];
  const movers = [...new Set(moved?.map(({ address }) => address))];
  const members = dropped?.members.map((address) => dropped.labels?.[address] ?? nameOf(address)) ?? [];
  return [
    ...(aside === undefined ? [] : [asideEntry(aside, layout)]),
    ...releasedEntry(released ?? [], layout),
    ...entry(MOVES, movers, layout.style.moved),
    ...entry(DROPS, members, layout.style.removed),
  ];
}

function asideEntry({ address, name }: MovedAside, { style, width }: Layout): Entry {
  const text = `${printable(address)} is called ${quoted(name)}`;
  return { label: ASIDE, beside: wrap(text, width).map(style.dim) };
}

function releasedEntry(fields: readonly string[], { style, width }: Layout): readonly Entry[] {
  if (fields.length === 0) return [];
  const left = fields.length === 1 ? "left as it is" : "left as they are";
  const lines = wrapAll([`${fields.map(printable).join(", ")} (${left})`], ", ", width);
  return [{ label: RELEASED, beside: lines.map(style.dim) }];
}

/** All of the names, or the first and how many more there are. */
function capped(names: readonly string[]): readonly string[] {
  // Leaving out a single name would take as much space as showing it.
  if (names.length <= MAX_NAMES + 1) return names;
  const more = `… and ${names.length - MAX_NAMES} more (--format json names all)`;
  return [...names.slice(0, MAX_NAMES), more];
}

/** Quoted where it could be taken for more than one name. */
function linkName(name: string): string {
  return /^\s|\s$|, |^$/.test(name) ? quoted(name) : printable(name);
}

function requestLines(operations: readonly Operation[], style: Style): readonly string[] {
  if (operations.length === 0) return [`${INDENT}${style.dim("no request but the inventory's")}`];
  return operations.map((operation) => {
    const body = operation.body === undefined ? "" : ` ${printableJson(JSON.stringify(operation.body))}`;
    return `${INDENT}${style.bold(operation.method)} ${printable(operation.path)}${style.dim(body)}`;
  });
}
