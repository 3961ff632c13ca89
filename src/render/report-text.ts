/** The closing report of an apply: one line when all went well, else also what did not, and why. */
import type { Change, Document, Outcome, Result } from "../model.ts";
import { printable } from "./clean.ts";
import type { Paint, Style } from "./style.ts";
import { join, wrap } from "./text-width.ts";
import { ACTIONS, count, DONE, requestTotal } from "./words.ts";

/** In the order in which a reader needs them. */
const UNDONE: readonly Outcome[] = ["failed", "blocked", "not_tried"];

const OUTCOME: Readonly<Record<Outcome, string>> = {
  applied: "applied",
  failed: "failed",
  blocked: "blocked",
  not_tried: "not tried",
};

const OUTCOME_WIDTH = 9;
const ACTION_WIDTH = 7;
const INDENT = 2;
const ERROR_COLUMN: number = INDENT + OUTCOME_WIDTH + 2;

/** What an apply did. Ends with a line break. */
export function renderReport(document: Document, style: Style): string {
  const undone = UNDONE.flatMap((outcome) => resultsOf(document, outcome));
  const rows = undone.flatMap((result) => resultLines(result, style));
  return `${[...(rows.length === 0 ? [] : [...rows, ""]), ...closing(document, style)].join("\n")}\n`;
}

function resultsOf(document: Document, outcome: Outcome): readonly Result[] {
  return (document.results ?? []).filter((r) => r.outcome === outcome);
}

function resultLines(result: Result, style: Style): readonly string[] {
  const outcome = outcomePaint(result.outcome, style)(OUTCOME[result.outcome].padEnd(OUTCOME_WIDTH));
  const address = printable(result.address);
  const row = `${" ".repeat(INDENT)}${outcome}  ${result.action.padEnd(ACTION_WIDTH)}  ${style.bold(address)}`;
  const reasons = [
    ...(result.error === undefined ? [] : [printable(result.error)]),
    ...(result.blockedBy === undefined ? [] : [`needs ${printable(result.blockedBy)}, which failed`]),
  ];
  const lines = reasons.flatMap((reason) => wrap(reason, style.width - ERROR_COLUMN));
  return [row, ...lines.map((line) => " ".repeat(ERROR_COLUMN) + line)];
}

function outcomePaint(outcome: Outcome, style: Style): Paint {
  if (outcome === "failed") return style.error;
  return outcome === "blocked" ? style.warning : style.dim;
}

/** What was done in one sentence, then what was not. */
function closing(document: Document, style: Style): readonly string[] {
  const results = document.results ?? [];
  const applied = results.filter((r) => r.outcome === "applied");
  const requests = requestTotal(document.requests);
  const sent = requests === 0 ? [] : [`${count(requests, "request")}.`];
  const done = doneText(document.changes, applied);
  const stop = document.exit_code === 130 || document.exit_code === 143 ? ["Interrupted."] : [];
  if (results.length === 0) return sentence([...stop, nothingText(document), ...sent], style);
  if (applied.length === 0)
    return sentence([...stop, "Nothing was applied.", undoneText(document), ...sent], style);
  if (applied.length === results.length) {
    const errors = errorCount(document);
    const start = errors === 0 ? "Applied" : `Applied, but with ${count(errors, "error")}`;
    return sentence([...stop, `${start}: ${done}.`, ...sent], style);
  }
  const part = `Applied ${applied.length} of ${count(results.length, "change")}: ${done}.`;
  return [
    ...sentence([...stop, part, undoneText(document), ...sent], style),
    "Run apply again to go on; what is applied is not done twice.",
  ];
}

function sentence(parts: readonly string[], style: Style): readonly string[] {
  const [first = "", ...rest] = join(parts.join(" ").split(" "), " ", style.width);
  const colon = first.search(/[:.]/) + 1;
  return [style.bold(first.slice(0, colon)) + first.slice(colon), ...rest];
}

function nothingText(document: Document): string {
  const errors = errorCount(document);
  if (errors > 0) return `Nothing was applied: ${count(errors, "error")}.`;
  if (document.changes.length > 0) return "Nothing was applied.";
  return `Nothing to apply. The appliance matches the manifest (${count(document.summary.unchanged, "resource")}).`;
}

function errorCount(document: Document): number {
  return document.diagnostics.filter((d) => d.severity === "error").length;
}

/** `1 created, 2 updated, 3 links added, 1 removed`. */
function doneText(changes: readonly Change[], applied: readonly Result[]): string {
  const actions = ACTIONS.flatMap((action) => {
    const number = applied.filter((r) => r.action === action).length;
    return number === 0 ? [] : [`${number} ${DONE[action]}`];
  });
  const addresses = new Set(applied.map((r) => r.address));
  const relations = changes.filter((c) => addresses.has(c.address)).flatMap((c) => c.relations);
  const added = relations.reduce((sum, r) => sum + r.assign.length, 0);
  const removed = relations.reduce((sum, r) => sum + r.unassign.length, 0);
  const links = [
    ...(added > 0 ? [`${count(added, "link")} added`] : []),
    ...(removed > 0 ? [`${added > 0 ? removed : count(removed, "link")} removed`] : []),
  ];
  return [...actions, ...links].join(", ");
}

/** `1 failed, 2 blocked.` */
function undoneText(document: Document): string {
  const parts = UNDONE.flatMap((outcome) => {
    const number = resultsOf(document, outcome).length;
    return number === 0 ? [] : [`${number} ${OUTCOME[outcome]}`];
  });
  return `${parts.join(", ")}.`;
}
