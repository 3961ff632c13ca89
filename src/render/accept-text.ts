/** What `export --drift` says of the drift that it wrote into the manifest files. */
import type { Change, Document } from "../model.ts";
import { printable } from "./clean.ts";
import type { Style } from "./style.ts";
import { count, fieldPath } from "./words.ts";

/** Each accepted entry with what it took over, then the files. */
export function renderAccepted({ target, exported, changes }: Document, style: Style): string {
  if (exported === undefined || exported === null) return "";
  const host = printable(target?.host ?? "");
  if (changes.length === 0) return `Nothing to accept: nothing changed on ${host} since the last apply.\n`;
  const accepted = new Set(exported.accepted);
  const taken = changes.filter(({ address }) => accepted.has(address));
  const lines = taken.map((change) => `  ${printable(change.address)}: ${whatOf(change)}\n`);
  const open = changes.length - taken.length;
  return [
    taken.length === 0 ? "" : `${style.bold(`Accepted from ${host}:`)}\n${lines.join("")}\n`,
    exported.files.length === 0
      ? "No file was changed.\n"
      : `${count(exported.files.length, "file")} edited: ${exported.files.map(printable).join(", ")}.\nReview them with git diff. The next apply records what they say; until then drift tells it again.\n`,
    open === 0
      ? ""
      : `${open} of ${count(changes.length, "difference")} could not be written, or not in full.\n`,
  ].join("");
}

/** An object that is gone would be created anew, so its entry is what went. */
function whatOf({ action, previousName, fields, relations }: Change): string {
  if (action === "create") return "removed";
  const renamed = previousName === undefined ? [] : [`renamed to ${JSON.stringify(printable(previousName))}`];
  const tops = fields.map(({ pointer }) => fieldPath(pointer).replace(/\..*/s, ""));
  return [...renamed, ...new Set(tops), ...relations.map(({ relation }) => relation)].join(", ");
}
