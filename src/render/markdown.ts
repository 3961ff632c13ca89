/**
 * A document as Markdown, for a comment, an issue or the summary of a job on GitHub. Where it must fit
 * into a number of characters, the details of what destroys nothing go first; what is deleted or replaced
 * and what went wrong is named as long as there is any room, and whatever is left out is counted.
 */
import type { Address, Change, Diagnostic, Document, Result, Severity } from "../model.ts";
import { printable } from "./clean.ts";
import { renderForget, renderInventory, renderRepair } from "./inventory-text.ts";
import { changeDetails, changeTable, destroyedLine } from "./markdown-change.ts";
import { diagnosticItem, diagnosticLine } from "./markdown-diagnostics.ts";
import { code, fence, folded, prose, type Table, table, visibleLines } from "./markdown-escape.ts";
import { COMPARED, DRIFTED, PLANNED, type Sides } from "./markdown-fields.ts";
import { footParts, headParts } from "./markdown-head.ts";
import { type Fitted, fitSections, type Section } from "./markdown-limit.ts";
import { blockerText, undoneResults } from "./report-text.ts";
import { createStyle, type Style } from "./style.ts";
import { count, destroyedFirst, destroys, FATES, fateOf, showsDrift } from "./words.ts";

/** How much to write. */
export interface MarkdownOptions {
  /** The most characters; at least a few thousand, so that what must not be missing has room. */
  readonly limit?: number;
  /** Print each operation, whole. */
  readonly showRequests?: boolean;
  /** Markdown of one line each, beside the owner. */
  readonly facts?: readonly string[];
  /** Paragraphs of Markdown below the outcome. They and `facts` are never cut. */
  readonly notes?: readonly string[];
  /** When each difference was first seen, ISO 8601: a column of the table. */
  readonly firstSeen?: Readonly<Record<Address, string>>;
}

/** Served in this order when there is a limit. */
const SECTIONS = [
  "destroyed",
  "errors",
  "undone",
  "rows",
  "warnings",
  "destroyedDetails",
  "details",
  "lines",
] as const;
type Name = (typeof SECTIONS)[number];
type Fit = Readonly<Record<Name, Fitted>>;

/** Kept free for the sentence that says what is left out. */
const NOTE = 600;
/** More details than this are folded away together. */
const MAX_DETAILS = 20;
/** For text that is shown as it is. */
const PLAIN: Style = createStyle({ color: false, width: 100 });

/** The document as Markdown, whole or in at most `limit` characters. Ends with a line break. */
export function renderMarkdown(document: Document, options: MarkdownOptions = {}): string {
  const { limit = Number.POSITIVE_INFINITY, showRequests = false, facts = [], notes = [] } = options;
  const changes = destroyedFirst(document.changes);
  const sides = sidesOf(document);
  const tables = {
    changes: changeTable(changes, document, sides, options.firstSeen),
    undone: undoneTable(document),
  };
  const [head, foot] = [[...headParts(document, facts), ...notes], footParts(document)];
  const room = limit - NOTE - [...head, ...foot].join("\n\n").length;
  const fit = fitSections(sectionsOf(document, changes, tables, { sides, showRequests }), SECTIONS, room);
  const parts = [
    ...head,
    ...leftOut(fit, document),
    ...problemParts("error", document, fit.errors),
    ...undoneParts(tables.undone, fit.undone),
    ...changeTableParts(tables.changes, fit, sides),
    ...problemParts("warning", document, fit.warnings),
    ...detailParts(fit),
    ...lineParts(document, fit.lines),
    ...foot,
  ];
  return `${parts.join("\n\n")}\n`;
}

interface Tables {
  readonly changes: Table;
  readonly undone: Table;
}

function sidesOf(document: Document): Sides {
  if (document.command === "validate") return COMPARED;
  return showsDrift(document) ? DRIFTED : PLANNED;
}

function sectionsOf(
  document: Document,
  changes: readonly Change[],
  tables: Tables,
  { sides, showRequests }: { readonly sides: Sides; readonly showRequests: boolean },
): Readonly<Record<Name, Section>> {
  const details = (list: readonly Change[]): readonly string[] =>
    list.flatMap((change) => changeDetails(change, sides, showRequests) ?? []);
  const destroyed = changes.filter(({ action }) => destroys(action));
  const { rows } = tables.changes;
  const errors = problems("error", document);
  return {
    destroyed: { items: rows.slice(0, destroyed.length), short: destroyed.map(destroyedLine) },
    errors: { items: errors.map(diagnosticItem), short: errors.map(diagnosticLine) },
    undone: { items: tables.undone.rows, short: undoneTable(document, "…").rows },
    rows: { items: rows.slice(destroyed.length) },
    warnings: { items: problems("warning", document).map(diagnosticItem) },
    destroyedDetails: { items: details(destroyed) },
    details: { items: details(changes.slice(destroyed.length)) },
    lines: { items: linesOf(document), ordered: true },
  };
}

// ---------------------------------------------------------------- what is left out

/** In one sentence, where the reader cannot miss it. */
function leftOut(fit: Fit, { command }: Document): readonly string[] {
  const counted = (number: number, what: string): readonly string[] => (number > 0 ? [what] : []);
  const details = fit.destroyedDetails.left + fit.details.left;
  const parts = [
    ...(fit.destroyed.shortened ? ["all but the names of what is deleted or replaced"] : []),
    ...counted(fit.destroyed.left, `${fit.destroyed.left} of these names`),
    ...(fit.errors.shortened ? ["what to do about the errors"] : []),
    ...counted(fit.errors.left, count(fit.errors.left, "error")),
    ...(fit.undone.shortened ? ["why changes were not applied"] : []),
    ...counted(fit.undone.left, `${count(fit.undone.left, "change")} that were not applied`),
    ...counted(fit.rows.left, `${count(fit.rows.left, "row")} of the table`),
    ...counted(fit.warnings.left, count(fit.warnings.left, "warning")),
    ...counted(details, `the details of ${count(details, "change")}`),
    ...counted(fit.lines.left, `the last ${count(fit.lines.left, "line")}`),
  ];
  if (parts.length === 0) return [];
  const where = command === "validate" ? "" : " `--format json` has all of it.";
  return [`**Not everything fits here.** Left out: ${parts.join("; ")}.${where}`];
}

// ---------------------------------------------------------------- problems

function problems(severity: Severity, { diagnostics }: Document): readonly Diagnostic[] {
  return diagnostics.filter((diagnostic) => diagnostic.severity === severity);
}

function problemParts(severity: Severity, document: Document, { shown }: Fitted): readonly string[] {
  const number = problems(severity, document).length;
  return number === 0 ? [] : [`### ${count(number, severity)}`, ...listed(shown)];
}

function listed(items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [items.join("\n")];
}

// ---------------------------------------------------------------- apply

/** What is not applied, and why; or with a mark where there is a reason. */
function undoneTable(document: Document, mark?: string): Table {
  const rows = undoneResults(document).map((result) => {
    const why = reason(result, document);
    const fate = fateOf(result);
    const word = fate === "failed" || fate === "unknown" ? `**${FATES[fate]}**` : FATES[fate];
    return [word, result.action, code(result.address), why === "" ? "" : (mark ?? why)];
  });
  return table(["outcome", "action", "address", "why"], rows);
}

function reason({ error, blockedBy }: Result, document: Document): string {
  const reasons = [
    ...(error === undefined ? [] : [prose(error)]),
    ...(blockedBy === undefined ? [] : [`needs ${code(blockedBy)}, ${blockerText(blockedBy, document)}`]),
  ];
  return reasons.join("; ");
}

function undoneParts({ head, rows }: Table, { shown }: Fitted): readonly string[] {
  if (rows.length === 0) return [];
  return [`### Not applied (${rows.length})`, ...listed(shown.length === 0 ? [] : [...head, ...shown])];
}

// ---------------------------------------------------------------- changes

/** What destroys comes first; where it does not fit into the table it is at least named. */
function changeTableParts(
  { head, rows: all }: Table,
  { destroyed, rows }: Fit,
  { destroyed: title }: Sides,
): readonly string[] {
  if (all.length === 0) return [];
  const inTable = [...(destroyed.shortened ? [] : destroyed.shown), ...rows.shown];
  const named = destroyed.shortened && destroyed.shown.length > 0;
  return [
    ...(named ? [`### ${title}`, fence("diff", destroyed.shown)] : []),
    ...(inTable.length === 0 ? [] : ["### Changes", [...head, ...inTable].join("\n")]),
  ];
}

function detailParts({ destroyedDetails, details }: Fit): readonly string[] {
  const [first, rest] = [destroyedDetails.shown, details.shown];
  if (first.length + rest.length === 0) return [];
  const many = first.length + rest.length > MAX_DETAILS && rest.length > 0;
  const together = folded(`Details of ${count(rest.length, "change")}`, rest.join("\n\n"));
  return ["### Details", ...first, ...(many ? [together] : rest)];
}

// ---------------------------------------------------------------- text as it is

/** What an export or a command about inventories has to show. */
function linesOf(document: Document): readonly string[] {
  const { command, exported, owned } = document;
  if (exported?.manifest !== undefined) return visibleLines(exported.manifest.replace(/\n$/, ""));
  if (exported !== undefined && exported !== null) return exported.files.map(printable);
  if (owned === undefined || owned === null) return [];
  const render =
    command === "forget" ? renderForget : command === "inventory show" ? renderInventory : renderRepair;
  return render(document, PLAIN).trimEnd().split("\n");
}

function lineParts({ exported }: Document, { shown, left }: Fitted): readonly string[] {
  if (shown.length === 0) return [];
  const manifest = exported?.manifest;
  const hidden = manifest !== undefined && left === 0 && shown.join("\n") !== manifest.replace(/\n$/, "");
  return [
    fence(manifest === undefined ? "text" : "yaml", shown),
    ...(hidden ? ["What cannot be seen stands here as an escape; `--format json` has it as it is."] : []),
  ];
}
