/** The closing report of an apply: one line when all went well, else also what did not, and why. */
import type { Address, Change, Document, Result } from "../model.ts";
import { printable } from "./clean.ts";
import type { Paint, Style } from "./style.ts";
import { join, wrap } from "./text-width.ts";
import { ACTIONS, count, DONE, FATES, type Fate, fateOf, requestTotal } from "./words.ts";

const UNDONE: readonly Fate[] = ["unknown", "failed", "blocked", "not_tried"];

/** The exit code of a run that has done some operations and not all. */
const EXIT_PARTIAL = 3;
const FATE_WIDTH = 9;
const ACTION_WIDTH = 7;
const INDENT = 2;
const ERROR_COLUMN: number = INDENT + FATE_WIDTH + 2;

/** What an apply did. Ends with a line break. */
export function renderReport(document: Document, style: Style): string {
  const rows = undoneResults(document).flatMap((result) => resultLines(result, document, style));
  return `${[...(rows.length === 0 ? [] : [...rows, ""]), ...closing(document, style)].join("\n")}\n`;
}

/** What is not applied, in the order in which a reader needs it. */
export function undoneResults(document: Document): readonly Result[] {
  return UNDONE.flatMap((fate) => resultsOf(document, fate));
}

function resultsOf(document: Document, fate: Fate): readonly Result[] {
  return (document.results ?? []).filter((r) => fateOf(r) === fate);
}

function resultLines(result: Result, document: Document, style: Style): readonly string[] {
  const fate = fateOf(result);
  const word = fatePaint(fate, style)(FATES[fate].padEnd(FATE_WIDTH));
  const address = printable(result.address);
  const row = `${" ".repeat(INDENT)}${word}  ${result.action.padEnd(ACTION_WIDTH)}  ${style.bold(address)}`;
  const { error, blockedBy } = result;
  const reasons = [
    ...(error === undefined ? [] : [printable(error)]),
    ...(blockedBy === undefined
      ? []
      : [`needs ${printable(blockedBy)}, ${blockerText(blockedBy, document)}`]),
  ];
  const lines = reasons.flatMap((reason) => wrap(reason, style.width - ERROR_COLUMN));
  return [row, ...lines.map((line) => " ".repeat(ERROR_COLUMN) + line)];
}

/** What became of the change that another one needs. */
export function blockerText(by: Address, document: Document): string {
  const unknown = resultsOf(document, "unknown").some(({ address }) => address === by);
  return unknown ? "and nobody knows whether it was applied" : "which failed";
}

function fatePaint(fate: Fate, style: Style): Paint {
  if (fate === "failed" || fate === "unknown") return style.error;
  return fate === "blocked" ? style.warning : style.dim;
}

/** What was done in one sentence, then what was not; on a line of its own, how to go on. */
export function reportSentences(document: Document): readonly string[] {
  const results = document.results ?? [];
  const applied = results.filter((r) => r.outcome === "applied");
  const requests = requestTotal(document.requests);
  const sent = requests === 0 ? [] : [`${count(requests, "request")}.`];
  const done = doneText(document.changes, applied);
  const stop = interrupted(document) ? ["Interrupted."] : [];
  const sentence = (...parts: readonly string[]): string => [...stop, ...parts, ...sent].join(" ");
  if (results.length === 0) return [sentence(nothingText(document))];
  const unknown = unknownText(document);
  const undone = [...unknown, ...undoneText(document)];
  if (applied.length === 0 && !leftTraces(document)) return [sentence("Nothing was applied.", ...undone)];
  if (applied.length === results.length) {
    const errors = errorCount(document);
    const start = errors === 0 ? "Applied" : `Applied, but with ${count(errors, "error")}`;
    return [sentence(`${start}: ${done}.`)];
  }
  const noneWhole = unknown.length > 0 ? [] : ["No change was applied whole."];
  const part =
    applied.length === 0
      ? noneWhole
      : [`Applied ${applied.length} of ${count(results.length, "change")}: ${done}.`];
  return [sentence(...part, ...undone), "Run apply again to go on; what is applied is not done twice."];
}

/** Whether a signal ended the run. */
export function interrupted({ exit_code }: Document): boolean {
  return exit_code === 130 || exit_code === 143;
}

/** Whether the appliance may differ although no change is applied: one is unknown, or was done in part. */
function leftTraces(document: Document): boolean {
  const cutOff = interrupted(document) && resultsOf(document, "failed").length > 0;
  return document.exit_code === EXIT_PARTIAL || cutOff || resultsOf(document, "unknown").length > 0;
}

function unknownText(document: Document): readonly string[] {
  const number = resultsOf(document, "unknown").length;
  return number === 0 ? [] : [`${number} may have been applied: nobody knows.`];
}

function closing(document: Document, style: Style): readonly string[] {
  const [done = "", ...rest] = reportSentences(document);
  const [first = "", ...wrapped] = join(done.split(" "), " ", style.width);
  const colon = first.search(/[:.]/) + 1;
  return [style.bold(first.slice(0, colon)) + first.slice(colon), ...wrapped, ...rest];
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

/** `1 failed, 2 blocked.`, without what is unknown. */
function undoneText(document: Document): readonly string[] {
  const parts = UNDONE.flatMap((fate) => {
    const number = fate === "unknown" ? 0 : resultsOf(document, fate).length;
    return number === 0 ? [] : [`${number} ${FATES[fate]}`];
  });
  return parts.length === 0 ? [] : [`${parts.join(", ")}.`];
}
