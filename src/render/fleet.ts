/** What stands around the documents of several targets: a heading each, and a closing table. */
import type { Document, FleetDocument, FleetMember } from "../model.ts";
import { printable } from "./clean.ts";
import { countDiagnostics } from "./diagnostics.ts";
import { renderMarkdown } from "./markdown.ts";
import { diagnosticItem } from "./markdown-diagnostics.ts";
import { code, table } from "./markdown-escape.ts";
import { changesText, errorCodes } from "./plan-text.ts";
import type { Paint, Style } from "./style.ts";
import { displayWidth, pad } from "./text-width.ts";
import { count, FATES, fateOf, summaryParts } from "./words.ts";

/** The line above what one target has to show. */
export function renderHeading(name: string, style: Style): string {
  return `${style.bold(`== ${printable(name)}`)}\n\n`;
}

/** The question before an apply to several targets; anything but the full word is a no. */
export function renderFleetConfirmation(plans: readonly FleetMember[], left: readonly string[]): string {
  const changes = changesText(plans.flatMap(({ document }) => document.changes));
  const names = plans.map(({ name }) => printable(name)).join(", ");
  const without =
    left.length === 0 ? "" : ` Left out, as it stands above: ${left.map(printable).join(", ")}.`;
  return `Apply ${changes} to ${count(plans.length, "target")} (${names})?${without} Only 'yes' is accepted: `;
}

/** One line for each target: how it went, what it has, its exit code. */
export function renderFleetTable({ targets, exit_code }: FleetDocument, style: Style): string {
  const rows = [HEADS, ...targets.map(({ name, document }) => cellsOf(name, document).map(printable))];
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ""))));
  const lines = rows.map((row, i) => {
    const line = row.map((cell, column) => (column < 3 ? pad(cell, widths[column] ?? 0) : cell)).join("  ");
    return paintOf(targets[i - 1]?.document, style)(line.trimEnd());
  });
  const total = `${count(targets.length, "target")}, exit code ${exit_code}.`;
  return `${[...lines, "", total].join("\n")}\n`;
}

const HEADS = ["target", "result", "counts", "exit"] as const;

function cellsOf(name: string, document: Document): readonly string[] {
  return [name, resultOf(document), countsOf(document), String(document.exit_code)];
}

function paintOf(document: Document | undefined, style: Style): Paint {
  if (document === undefined) return style.dim;
  return document.exit_code === 0 || document.exit_code === 2 ? (text) => text : style.error;
}

/** By exit code, where these mean the same for every command. */
const BAD: Readonly<Record<number, string>> = {
  1: "failed",
  3: "applied in part",
  4: "refused",
  5: "stale",
  130: "interrupted",
  143: "interrupted",
};

function resultOf(document: Document): string {
  const { command, exit_code, changes, results = [] } = document;
  const bad = BAD[exit_code];
  if (bad !== undefined) return bad;
  if (command === "validate") return "valid";
  if (command === "apply") return results.length > 0 ? "applied" : "nothing to do";
  if (command === "drift") return changes.length > 0 ? "drift" : "no drift";
  if (command === "plan") return changes.length > 0 ? "changes" : "no changes";
  return "done";
}

function countsOf(document: Document): string {
  const { results = [], owned, digest, summary, diagnostics } = document;
  const fates = [...new Set(results.map(fateOf))];
  const parts = [
    ...fates.map((fate) => `${results.filter((result) => fateOf(result) === fate).length} ${FATES[fate]}`),
    ...(results.length > 0 || digest === null ? [] : summaryParts(summary)),
    ...(owned === undefined || owned === null ? [] : [count(owned.entries.length, "object")]),
  ];
  const problems = [countDiagnostics(diagnostics), errorCodes(document).join(", ")].filter((t) => t !== "");
  return [...parts, problems.join(": ")].filter((text) => text !== "").join(", ");
}

/** The documents as Markdown, a heading each, and the table. Ends with a line break. */
export function renderFleetMarkdown(
  fleet: FleetDocument,
  options: { readonly showRequests?: true } = {},
): string {
  const rows = fleet.targets.map(({ name, document }) => {
    const [, result = "", counts = "", exit = ""] = cellsOf(name, document);
    return [code(name), printable(result), counts === "" ? "" : code(counts), exit];
  });
  const { head, rows: lines } = table([...HEADS], rows);
  const parts = [
    ...fleet.targets.flatMap(({ name, document }) => [`# ${code(name)}`, renderMarkdown(document, options)]),
    "# Targets",
    ...(rows.length === 0 ? [] : [[...head, ...lines].join("\n")]),
    ...fleet.diagnostics.map(diagnosticItem),
    `${count(fleet.targets.length, "target")}, exit code ${fleet.exit_code}.`,
  ];
  return `${parts.map((part) => part.trimEnd()).join("\n\n")}\n`;
}
