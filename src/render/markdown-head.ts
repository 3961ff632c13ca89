/** What stands above and below everything else in Markdown: whom it is about, how it went, the digest. */
import type { Address, Command, Document } from "../model.ts";
import { countDiagnostics } from "./diagnostics.ts";
import { renderWritten } from "./inventory-text.ts";
import { code } from "./markdown-escape.ts";
import { errorCodes, noPlan, nothingText, writesInventory } from "./plan-text.ts";
import { interrupted, reportSentences } from "./report-text.ts";
import { count, readsText, requestEntries, showsDrift, summaryParts } from "./words.ts";

const TITLES: Readonly<Record<Command, readonly [title: string, before: string]>> = {
  validate: ["Validation", "of"],
  plan: ["Plan", "for"],
  apply: ["Apply", "to"],
  drift: ["Drift", "on"],
  export: ["Export", "from"],
  "inventory show": ["Inventory", "on"],
  "inventory repair": ["Inventory repair", "on"],
  forget: ["Forget", "on"],
};

/** A longer name is cut in the head, which has room in any case. */
const MAX_NAME = 200;

function name(text: string): string {
  return code(text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text);
}

/** The heading, whose it is with what else there is to say, and the outcome. */
export function headParts(document: Document, more: readonly string[]): readonly string[] {
  const { command, target, owner } = document;
  const [title, before] = TITLES[command];
  const facts = [
    ...(owner === null ? [] : [`Owner ${name(owner)}`]),
    ...(target === null ? [] : [name(`${target.platform} ${target.firmware}`)]),
    ...more,
  ];
  return [
    `## ${title}${target === null ? "" : ` ${before} ${name(target.host)}`}`,
    ...(facts.length === 0 ? [] : [facts.join(" · ")]),
    ...outcome(document),
  ];
}

/** What is there to know besides. */
export function footParts(document: Document): readonly string[] {
  const { command, changes, digest, requests } = document;
  const sent = requestEntries(requests).map(([method, number]) => `${number} ${method}`);
  const counts = command === "apply" ? sent.join(", ") : readsText(requests);
  const parts = [
    ...(counts === "" ? [] : [command === "apply" ? `Requests: ${counts}` : counts]),
    ...(digest === null || changes.length === 0 || showsDrift(document) ? [] : [`Digest ${code(digest)}`]),
  ];
  return parts.length === 0 ? [] : [parts.join(" · ")];
}

function outcome(document: Document): readonly string[] {
  switch (document.command) {
    case "validate":
      return [validated(document)];
    case "plan":
    case "drift":
      return planned(document);
    case "apply":
      return applied(document);
    case "export":
      return exported(document);
    default:
      return owned(document);
  }
}

/** Bold up to the first full stop or colon. */
function boldStart(sentence: string): string {
  return sentence.replace(/^[^.:]*[.:]/, "**$&**");
}

function validated({ exit_code, diagnostics }: Document): string {
  return exit_code === 0 ? "**The manifest is valid.**" : `**Not valid:** ${countDiagnostics(diagnostics)}.`;
}

function planned(document: Document): readonly string[] {
  const { command, changes, digest, target } = document;
  if (target === null || digest === null) return [boldStart(noPlan(document))];
  if (changes.length === 0) return [boldStart(nothingText(document))];
  const codes = errorCodes(document);
  const drift = command === "drift";
  return [
    `**${drift ? "Drift" : "Plan"}:** ${summaryParts(document.summary).map(warned).join(" · ")}`,
    ...(drift ? [DRIFT_SIDES] : []),
    ...(codes.length === 0 || drift
      ? []
      : [`**Refused:** apply would not run this plan (${codes.map(code).join(", ")}).`]),
    ...(codes.length === 0 && writesInventory(document) ? ["The inventory is written as well."] : []),
  ];
}

/** Deletes and replaces in bold. */
function warned(part: string): string {
  return part.replace(/\d+ to (delete|replace)/g, "**$&**");
}

function applied(document: Document): readonly string[] {
  const { diagnostics, digest, exit_code } = document;
  if (digest !== null) return reportSentences(document).map((line, i) => (i === 0 ? boldStart(line) : line));
  if (interrupted(document)) return ["**Interrupted.**"];
  // Nothing is claimed of what was written: an error may have ended the run at any point.
  return exit_code === 0
    ? ["**Nothing is left to do.**"]
    : [`**Not done:** ${countDiagnostics(diagnostics)}.`];
}

function exported(document: Document): readonly string[] {
  const { diagnostics, exported: done } = document;
  if (done === undefined || done === null)
    return [`**Nothing was exported:** ${countDiagnostics(diagnostics)}.`];
  const { objects, files, manifest } = done;
  if (done.accepted !== undefined) return accepted(document, done.accepted);
  const counts = Object.entries(objects).map(
    ([section, number]) => `${section.replaceAll("_", " ")} ${number}`,
  );
  const total = Object.values(objects).reduce((sum, number) => sum + number, 0);
  if (counts.length === 0) return ["**Nothing to export.**"];
  const into = manifest === undefined ? ` in ${count(files.length, "file")}` : "";
  return [
    `**Exported:** ${count(total, "object")}${into} (${counts.join(", ")}).`,
    "Scripts are as they are on the appliance, secrets included: review before you commit.",
  ];
}

function accepted({ changes }: Document, addresses: readonly Address[]): readonly string[] {
  if (changes.length === 0)
    return ["**Nothing to accept:** nothing changed on the appliance since the last apply."];
  const done = changes.filter(({ address }) => addresses.includes(address)).length;
  return [
    `**Accepted:** the manifests now say what the appliance has, for ${done} of ${count(changes.length, "difference")}. The next apply records it.`,
    DRIFT_SIDES,
  ];
}

const DRIFT_SIDES = "Left of each arrow: the appliance now. Right: as last applied.";

function owned(document: Document): readonly string[] {
  const { command, diagnostics, exit_code, owned: report } = document;
  if (report === undefined || report === null) return [`**Not done:** ${countDiagnostics(diagnostics)}.`];
  if (command === "inventory show") return [];
  const same = command === "inventory repair" && exit_code === 0 && !report.written;
  return [boldStart(same ? NOTHING_TO_REPAIR : renderWritten(document).trimEnd())];
}

const NOTHING_TO_REPAIR = "Nothing to repair: the inventory is what the manifest and the appliance say.";
