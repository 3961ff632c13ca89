/**
 * A plan as text, for a terminal and for a log. What destroys objects stands first; otherwise the
 * order is the document's. Diagnostics are printed apart from it (diagnostics.ts).
 */
import type { Change, Document } from "../model.ts";
import { renderChange } from "./change-text.ts";
import { printable } from "./clean.ts";
import type { Style } from "./style.ts";
import { join, wrap } from "./text-width.ts";
import { ACTIONS, actionPaint, count, destroyedFirst, destroys, readsText, summaryParts } from "./words.ts";

export interface PlanOptions {
  /** Print each operation, whole. */
  readonly showRequests: boolean;
  /** The word that heads the text and its summary: `Plan`, or `Drift`. */
  readonly verb?: string;
}

/** The plan in a document, or why there is none. Ends with a line break. */
export function renderPlan(document: Document, style: Style, options: PlanOptions): string {
  const verb = options.verb ?? (document.command === "drift" ? "Drift" : "Plan");
  if (document.target === null || document.digest === null) return `${noPlan(document)}\n`;
  const sections = [
    header(document, style, verb),
    ...blocks(document.changes, style, options.showRequests),
    summary(document, style, verb),
    footer(document, style),
  ];
  return `${sections
    .filter((s) => s.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** The question before an apply; anything but the full word is a no. */
export function renderConfirmation(document: Document): string {
  const host = printable(document.target?.host ?? "the appliance");
  return `Apply ${changesText(document.changes)} to ${host}? Only 'yes' is accepted: `;
}

/** `3 changes (1 delete)`. */
export function changesText(changes: readonly Change[]): string {
  const destroyed = ACTIONS.filter(destroys)
    .map((action) => [changes.filter((c) => c.action === action).length, action] as const)
    .filter(([number]) => number > 0)
    .map(([number, action]) => count(number, action));
  const danger = destroyed.length === 0 ? "" : ` (${destroyed.join(", ")})`;
  return `${count(changes.length, "change")}${danger}`;
}

/** Why there is nothing but diagnostics to show. */
export function noPlan(document: Document): string {
  const errors = document.diagnostics.filter((d) => d.severity === "error").length;
  const start = document.command === "drift" ? "It is not known whether there is drift" : "No plan was made";
  return errors === 0 ? `${start}.` : `${start}: ${count(errors, "error")}.`;
}

function header(document: Document, style: Style, verb: string): readonly string[] {
  const { target, owner, command } = document;
  if (target === null) return [];
  const facts = [`${target.platform} ${target.firmware}`, ...(owner === null ? [] : [`owner ${owner}`])];
  const line = `${verb} ${command === "drift" ? "on" : "for"} ${style.bold(printable(target.host))}${style.dim(` · ${facts.map(printable).join(" · ")}`)}`;
  const drifted = command === "drift" && document.changes.length > 0;
  return drifted
    ? [line, style.dim("Left of each arrow: the appliance now. Right: as last applied.")]
    : [line];
}

/** Changes that are one line each stand together; one with details has room around it. */
function blocks(
  changes: readonly Change[],
  style: Style,
  showRequests: boolean,
): readonly (readonly string[])[] {
  const result: (readonly string[])[] = [];
  for (const change of destroyedFirst(changes)) {
    const lines = renderChange(change, style, showRequests);
    const last = result.at(-1);
    const together =
      last !== undefined && lines.length === 1 && last.every((line) => !line.startsWith("      "));
    if (together) result.splice(-1, 1, [...last, ...lines]);
    else result.push(lines);
  }
  return result;
}

/** On one line, or else a line for the actions, one for the links and one for the rest. */
function summary(document: Document, style: Style, verb: string): readonly string[] {
  if (document.changes.length === 0) return wrap(nothingText(document), style.width).map(style.bold);
  const start = `${verb}: `;
  const parts = summaryParts(document.summary);
  const whole = parts.join(" · ");
  const room = style.width - start.length;
  const lines = whole.length <= room ? [whole] : parts.flatMap((part) => join(part.split(", "), ", ", room));
  return lines.map(
    (line, i) => (i === 0 ? style.bold(start) : " ".repeat(start.length)) + painted(line, style),
  );
}

function painted(line: string, style: Style): string {
  return line.replace(/\d+ to (\w+)/g, (part, word: string) => {
    const action = ACTIONS.find((a) => a === word);
    return action === undefined ? part : actionPaint(action, style)(part);
  });
}

/** That nothing differs. */
export function nothingText(document: Document): string {
  const resources = count(document.summary.unchanged, "resource");
  return document.command === "drift"
    ? `No drift. The appliance is as it was last applied (${resources}).`
    : `No changes. The appliance matches the manifest (${resources}).${document.inventory ? " The inventory is brought up to date." : ""}`;
}

function footer(document: Document, style: Style): readonly string[] {
  const codes = errorCodes(document);
  const requests = readsText(document.requests);
  return [
    ...(codes.length === 0
      ? []
      : [style.error(`Refused: apply would not run this plan (${codes.join(", ")}).`)]),
    ...(codes.length === 0 && writesInventory(document) ? ["The inventory is written as well."] : []),
    ...(requests === "" ? [] : [style.dim(`${requests}.`)]),
    ...(document.changes.length === 0 || document.command === "drift"
      ? []
      : [style.dim(`Digest ${document.digest}`)]),
  ];
}

/** The codes of the errors for which a plan is refused, each once. */
export function errorCodes({ diagnostics }: Document): readonly string[] {
  return [...new Set(diagnostics.filter((d) => d.severity === "error").map((d) => d.code))];
}

/** Besides the changes; drift writes nothing. */
export function writesInventory({ command, changes, inventory }: Document): boolean {
  return command !== "drift" && changes.length > 0 && inventory;
}
