/**
 * What is inside a change, as Markdown: short values and links in tables, scripts, lists and many links
 * as differences below them. Nothing is cut.
 */
import { isArray } from "../json.ts";
import type { Action, Address, Cause, Change, FieldChange, RelationChange } from "../model.ts";
import { printable, printableJson } from "./clean.ts";
import { asText, HASH_ONLY, isLongText, ONE_SIDED, sideText, valueText, without } from "./field-values.ts";
import { code, fence, table } from "./markdown-escape.ts";
import { type DiffRow, diffText } from "./text-diff.ts";
import { count, fieldCauseText, fieldPath, nameOf } from "./words.ts";

/** Lists and links above these sizes stand one item a line. */
const MAX_LIST = 60;
const MAX_LINKS = 10;

/** What actions and the sides of a field are called, and the links that only one of them has. */
export interface Sides {
  /** Where they are not called what they are. */
  readonly actions: Readonly<Partial<Record<Action, string>>>;
  /** Above the names of what is no more. */
  readonly destroyed: string;
  readonly before: string;
  readonly after: string;
  readonly assign: string;
  readonly unassign: string;
}

const OF_OBJECTS = { actions: {}, destroyed: "Deletes (-) and replaces (-/+)" } as const;

/** Of a plan and its apply. */
export const PLANNED: Sides = {
  ...OF_OBJECTS,
  before: "before",
  after: "after",
  assign: "to add",
  unassign: "to remove",
};
/** Of drift. */
export const DRIFTED: Sides = {
  ...OF_OBJECTS,
  before: "now",
  after: "as last applied",
  assign: "missing now",
  unassign: "not applied",
};

/** Of two manifests, where entries change and no objects. */
export const COMPARED: Sides = {
  actions: { create: "added", update: "changed", rename: "renamed", delete: "removed" },
  destroyed: "Removed entries (-)",
  before: "before",
  after: "after",
  assign: "added",
  unassign: "removed",
};

/** The parts of a change's details, each a paragraph, a table or a block of code. */
export function changeParts(change: Change, sides: Sides): readonly string[] {
  const listed = change.fields.filter((field) => isLongText(field) || isLongList(field));
  const linked = change.relations.filter(isLongLinks);
  return [
    ...fieldTable(change, sides),
    ...listed.map((field) => (isLongText(field) ? textPart(field, change) : listPart(field, change))),
    ...linkTable(change, sides),
    ...linked.map((relation) => linksPart(relation, change)),
    ...consequences(change),
  ];
}

/** Each operation whole, on a line of its own. */
export function requestsPart({ operations }: Change): string {
  if (operations.length === 0) return "No request but the inventory's.";
  const lines = operations.map(({ method, path, body }) => {
    const rest = body === undefined ? "" : ` ${printableJson(JSON.stringify(body))}`;
    return `${method} ${printable(path)}${rest}`;
  });
  return fence("text", lines);
}

/** Empty where the change's own cause says it. */
function causeText(cause: Cause, change: Change): string {
  return cause === change.cause ? "" : (fieldCauseText(cause) ?? "");
}

/** Behind a label. */
function causeNote(cause: Cause, change: Change): string {
  const words = causeText(cause, change);
  return words === "" ? "" : ` (${words})`;
}

function wholeTable(...parts: Parameters<typeof table>): string {
  const { head, rows } = table(...parts);
  return [...head, ...rows].join("\n");
}

// ---------------------------------------------------------------- fields

function fieldTable(change: Change, sides: Sides): readonly string[] {
  const short = change.fields.filter((field) => !isLongText(field) && !isLongList(field));
  if (short.length === 0) return [];
  const single = ONE_SIDED[change.action] !== undefined;
  const rows = short.map((field) => {
    const label = code(fieldPath(field.pointer));
    const both = [sideCode(field, "before"), sideCode(field, "after")];
    return [label, ...(single ? [singleCode(field)] : both), causeText(field.cause, change)];
  });
  const heads = single ? ["field", "value", "cause"] : ["field", sides.before, sides.after, "cause"];
  return [wholeTable(heads, rows)];
}

/** A value as code; what stands in place of one, such as `(none)`, as words. */
export function sideCode(field: FieldChange, which: "before" | "after"): string {
  const shown = sideText(field, which);
  return shown.startsWith("(") ? shown : code(shown);
}

function singleCode(field: FieldChange): string {
  return sideCode(field, field.after === undefined && field.hashed !== true ? "before" : "after");
}

function isLongList(field: FieldChange): boolean {
  const { before, after, sensitive } = field;
  if (sensitive || !isArray(before) || !isArray(after)) return false;
  const moved =
    without(before.map(valueText), after.map(valueText)).length === 0 && before.length === after.length;
  return !moved && valueText(before).length + valueText(after).length > MAX_LIST;
}

function listPart(field: FieldChange, change: Change): string {
  const [before, after] = [field.before, field.after].map((side) =>
    isArray(side) ? side.map(valueText) : [],
  );
  const title = `${code(fieldPath(field.pointer))}${causeNote(field.cause, change)}:`;
  return `${title}\n\n${signed(without(after ?? [], before ?? []), without(before ?? [], after ?? []))}`;
}

function signed(added: readonly string[], removed: readonly string[]): string {
  return fence("diff", [...removed.map((item) => `- ${item}`), ...added.map((item) => `+ ${item}`)]);
}

function textPart(field: FieldChange, change: Change): string {
  const { rows, added, removed } = diffText(asText(field.before), asText(field.after));
  const label = `${code(fieldPath(field.pointer))}${causeNote(field.cause, change)}:`;
  if (change.action === "release") return `${label} ${count(removed, "line")}`;
  const cleared = field.after === null || field.after === "" ? ` → ${sideCode(field, "after")}` : "";
  return `${label} ${lineCounts(added, removed)}${cleared}\n\n${fence("diff", diffLines(rows))}`;
}

/** `+16 lines, -2 lines`. */
export function lineCounts(added: number, removed: number): string {
  return [
    ...(added > 0 ? [`+${count(added, "line")}`] : []),
    ...(removed > 0 ? [`-${count(removed, "line")}`] : []),
  ].join(", ");
}

/** Where lines are left out, the number of the next one stands. */
function diffLines(rows: readonly DiffRow[]): readonly string[] {
  const place = (row: DiffRow | undefined): string => `@@ line ${row?.line ?? "?"} @@`;
  const first = rows[0];
  return [
    ...((first?.line ?? 1) > 1 ? [place(first)] : []),
    ...rows.map((row, i) => (row.sign === "…" ? place(rows[i + 1]) : `${row.sign}${row.text}`)),
  ];
}

// ---------------------------------------------------------------- links

function isLongLinks({ assign, unassign }: RelationChange): boolean {
  return assign.length + unassign.length > MAX_LINKS;
}

function linkName(labels: RelationChange["labels"]): (address: Address) => string {
  return (address) => labels?.[address] ?? nameOf(address);
}

function linkTable(change: Change, sides: Sides): readonly string[] {
  const short = change.relations.filter((relation) => !isLongLinks(relation));
  if (short.length === 0) return [];
  const rows = short.map(({ relation, assign, unassign, labels, cause, hashed }) => {
    const names = (list: readonly Address[]): string => list.map(linkName(labels)).map(code).join(", ");
    const note = causeText(cause, change);
    const applied = hashed === true ? [`not as applied ${HASH_ONLY}`] : [];
    return [code(relation), names(assign), names(unassign), [...applied, note].filter(Boolean).join(", ")];
  });
  return [wholeTable(["links", sides.assign, sides.unassign, "cause"], rows)];
}

function linksPart(change: RelationChange, of: Change): string {
  const { relation, assign, unassign, labels } = change;
  const name = (address: Address): string => printable(linkName(labels)(address));
  const title = `${code(relation)}${causeNote(change.cause, of)}: ${linkCounts(change)}`;
  return `${title}\n\n${signed(assign.map(name), unassign.map(name))}`;
}

/** `+3 -1`. */
export function linkCounts({ assign, unassign, hashed }: RelationChange): string {
  if (hashed === true) return `not as applied ${HASH_ONLY}`;
  const parts = [
    ...(assign.length > 0 ? [`+${assign.length}`] : []),
    ...(unassign.length > 0 ? [`-${unassign.length}`] : []),
  ];
  return parts.join(" ");
}

/** What an exchange of names does to the other object, what is no longer managed, and what a replace does to others and to members. */
function consequences({ aside, released = [], moved = [], dropped }: Change): readonly string[] {
  const movers = [...new Set(moved.map(({ address }) => address))];
  const members = dropped?.members.map(linkName(dropped.labels)) ?? [];
  const left = released.length === 1 ? "left as it is" : "left as they are";
  return [
    ...(aside === undefined ? [] : [`Meanwhile ${code(aside.address)} is called ${code(aside.name)}.`]),
    ...(released.length === 0 ? [] : [`No longer managed, ${left}: ${released.map(code).join(", ")}`]),
    ...(movers.length === 0 ? [] : [`Linked to the successor instead: ${movers.map(code).join(", ")}`]),
    ...(members.length === 0
      ? []
      : [`Members that it loses (${members.length}):\n\n${signed([], members.map(printable))}`]),
  ];
}
