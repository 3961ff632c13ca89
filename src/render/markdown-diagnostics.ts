/** Diagnostics as items of a Markdown list: what, where, and what to do. */
import type { Diagnostic, Source } from "../model.ts";
import { code, prose } from "./markdown-escape.ts";
import { fieldPath } from "./words.ts";

/** What and where, then the detail with its own lines. */
export function diagnosticItem(diagnostic: Diagnostic): string {
  const details = diagnostic.detail.split(/\r?\n/u).filter((line) => line.trim() !== "");
  const more = (diagnostic.related ?? []).map((place) => `  - see also ${placeText(place)}`);
  return [diagnosticLine(diagnostic), ...details.flatMap(detailLines), ...more].join("\n");
}

/** What and where alone. */
export function diagnosticLine({
  severity,
  summary,
  code: name,
  source,
  address,
  pointer,
}: Diagnostic): string {
  const within = address === undefined ? "" : `, ${code(address)}`;
  const field = address !== undefined && pointer ? `, ${code(fieldPath(pointer))}` : "";
  const place = source === undefined ? "" : `, ${placeText(source)}`;
  return `- **${severity}** ${prose(summary)} (${code(name)})${place}${within}${field}`;
}

function placeText({ file, line, column }: Source): string {
  return code(`${file}:${line}:${column}`);
}

/** An item of a list stays one; what is indented is something to copy. */
function detailLines(line: string): readonly string[] {
  if (/^- +\S/.test(line)) return [`  - ${prose(line.slice(2))}`];
  const shown = line.startsWith(" ") ? code(line.trim()) : prose(line);
  return ["", `  ${shown}`];
}
