/** What `export` says of the files that it wrote. */
import type { Document } from "../model.ts";
import { printable } from "./clean.ts";
import type { Style } from "./style.ts";
import { count, requestTotal } from "./words.ts";

/** Files named one by one before the rest is only counted. */
const SHOWN = 20;

/** The files, then what is in them. */
export function renderExport({ target, exported, requests }: Document, style: Style): string {
  if (exported === undefined || exported === null) return "";
  const { objects, files } = exported;
  const parts = Object.entries(objects).map(([section, n]) => `${section.replaceAll("_", " ")} ${n}`);
  const total = Object.values(objects).reduce((sum, n) => sum + n, 0);
  if (parts.length === 0) return `Nothing to export from ${printable(target?.host ?? "")}.\n`;
  const shown = files.slice(0, SHOWN).map((file) => `  ${printable(file)}\n`);
  const more = files.length > SHOWN ? `  ${style.dim(`and ${files.length - SHOWN} more`)}\n` : "";
  return [
    style.bold(`Exported from ${printable(target?.host ?? "")}:`),
    "\n",
    ...shown,
    more,
    `\n${count(total, "object")} in ${count(files.length, "file")} (${parts.join(", ")}). ${count(requestTotal(requests), "request")}.\n`,
    "Scripts are as they are on the appliance, secrets included: review before you commit.\n",
  ].join("");
}
