/** A change as Markdown: its row in the table of all changes, and its details to unfold. */
import type { Address, Attribution, Change, Document, FieldChange } from "../model.ts";
import { timeText } from "./attribution-text.ts";
import { printable } from "./clean.ts";
import { asText, isLongText, ONE_SIDED, sideText } from "./field-values.ts";
import { code, folded, htmlCode, type Table, table } from "./markdown-escape.ts";
import {
  changeParts,
  lineCounts,
  linkCounts,
  requestsPart,
  type Sides,
  sideCode,
} from "./markdown-fields.ts";
import { diffText } from "./text-diff.ts";
import { changeCauseText, changeNotes, count, destroys, FATES, fateOf, fieldPath, SYMBOLS } from "./words.ts";

/** More than this of a change is counted in its row; the details have all. */
const MAX_BRIEF = 4;
/** A longer value is only in the details. */
const MAX_VALUE = 24;

const HEADS = ["outcome", "action", "address", "what changes", "cause", "first seen", "when and who"];

/** The table of changes; of an apply, with what became of each. */
export function changeTable(
  changes: readonly Change[],
  { results = [] }: Document,
  { actions }: Sides,
  firstSeen: Readonly<Record<Address, string>> = {},
): Table {
  const outcomes = new Map(results.map((result) => [result.address, FATES[fateOf(result)]]));
  const rows = changes.map((change) => [
    outcomes.get(change.address) ?? "",
    actionText(change, actions),
    code(change.address),
    briefly(change),
    changeCauseText(change) ?? "",
    Object.hasOwn(firstSeen, change.address) ? moment(firstSeen[change.address] ?? "") : "",
    attributionBrief(change),
  ]);
  return table(HEADS, rows);
}

/** What destroys in bold. */
function actionText({ action }: Change, words: Sides["actions"]): string {
  const word = words[action] ?? action;
  return destroys(action) ? `**${word}**` : word;
}

/** One line that names what is deleted or replaced, where there is no room for more. */
export function destroyedLine({ action, address }: Change): string {
  return `${SYMBOLS[action].padEnd(3)} ${printable(address)}`;
}

function briefly(change: Change): string {
  const notes = changeNotes(change, { name: code, id: code });
  const { fields, relations, released = [], moved = [], dropped } = change;
  const single = ONE_SIDED[change.action] !== undefined;
  const counted = change.action === "create" && fields.length > 0 ? [count(fields.length, "field")] : [];
  const parts = [
    ...notes,
    ...(single ? counted : fields.map(fieldBrief)),
    ...relations.map((relation) => `${code(relation.relation)}: ${linkCounts(relation)}`),
    ...(released.length === 0 ? [] : [`${count(released.length, "field")} no longer managed`]),
    ...(moved.length === 0 ? [] : [`moves ${count(moved.length, "link")}`]),
    ...(dropped === undefined || dropped.members.length === 0
      ? []
      : [`drops ${count(dropped.members.length, "member")}`]),
  ];
  // Leaving out a single part would take as much space as showing it.
  if (parts.length <= MAX_BRIEF + 1) return parts.join(", ");
  return `${parts.slice(0, MAX_BRIEF).join(", ")} and ${parts.length - MAX_BRIEF} more`;
}

function fieldBrief(field: FieldChange): string {
  const label = code(fieldPath(field.pointer));
  if (isLongText(field)) {
    const { added, removed } = diffText(asText(field.before), asText(field.after));
    return `${label}: ${lineCounts(added, removed)}`;
  }
  return isLong(field) ? label : `${label}: ${sideCode(field, "before")} → ${sideCode(field, "after")}`;
}

function isLong(field: FieldChange): boolean {
  if (isLongText(field)) return true;
  return sideText(field, "before").length > MAX_VALUE || sideText(field, "after").length > MAX_VALUE;
}

// ---------------------------------------------------------------- details

/** Whether the row has every field from before to after, and there is nothing else. */
function isInRow(change: Change): boolean {
  const { action, cause, fields, relations, released = [], moved = [], dropped, attribution = [] } = change;
  if (change.aside !== undefined) return false;
  const rest = [relations, released, moved, dropped?.members ?? [], attribution];
  if (ONE_SIDED[action] !== undefined || rest.some((list) => list.length > 0)) return false;
  const room = MAX_BRIEF - changeNotes(change, { name: code, id: code }).length;
  return fields.length <= room && fields.every((field) => field.cause === cause && !isLong(field));
}

/** Undefined where the row says it all. */
export function changeDetails(change: Change, sides: Sides, showRequests: boolean): string | undefined {
  if (isInRow(change) && !showRequests) return undefined;
  const parts = [
    ...attributionPart(change),
    ...changeParts(change, sides),
    ...(showRequests ? [requestsPart(change)] : []),
  ];
  if (parts.length === 0) return undefined;
  const cause = changeCauseText(change);
  const notes = [
    ...changeNotes(change, { name: htmlCode, id: htmlCode }),
    ...(cause === null ? [] : [cause]),
  ];
  const note = notes.length === 0 ? "" : ` (${notes.join(", ")})`;
  return folded(
    `${sides.actions[change.action] ?? change.action} ${htmlCode(change.address)}${note}`,
    parts.join("\n\n"),
  );
}

// ---------------------------------------------------------------- attribution

function attributionBrief({ attribution = [] }: Change): string {
  const [first, second] = attribution;
  if (first === undefined) return "";
  if (second === undefined) return `${moment(first.time)}${byText(first)}`;
  const users = [...new Set(attribution.flatMap(({ user }) => (user === null ? [] : [user])))];
  const who = users.length === 0 ? "" : `: ${users.map(code).join(", ")}`;
  return `one of ${attribution.length}${who}`;
}

/** All that may have done it, newest first. */
function attributionPart({ attribution = [], id }: Change): readonly string[] {
  const [first, second] = attribution;
  if (first === undefined) return [];
  if (first.from === "mod_time") return [`Last modified ${moment(first.time)}.`];
  const verb = id === null ? "Deleted" : "Changed";
  if (second === undefined) return [`${verb} ${candidate(first)}, says the audit log.`];
  const list = attribution.map((one) => `- ${candidate(one)}`);
  return [[`${verb} by one of these, says the audit log:`, "", ...list].join("\n")];
}

function candidate(one: Attribution): string {
  const operation = one.operation === null ? "" : ` (${code(one.operation)})`;
  return `${moment(one.time)}${byText(one)}${operation}`;
}

/** `2026-11-22 07:31 UTC`; in code where it is no time. */
export function moment(time: string): string {
  const shown = timeText(time);
  return /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/.test(shown) ? shown : code(shown);
}

function byText({ user }: Attribution): string {
  return user === null ? "" : ` by ${code(user)}`;
}
