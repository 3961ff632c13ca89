/** Who may have changed an object on the appliance, and when, on the line under a change's heading. */
import type { Attribution, Change } from "../model.ts";
import { printable } from "./clean.ts";
import type { Style } from "./style.ts";
import { wrapAll } from "./text-width.ts";

/** More candidates than this are counted. */
const MAX_SHOWN = 5;

/** Empty where nothing is known. Indented by so many columns. */
export function attributionLines(change: Change, indent: number, style: Style): readonly string[] {
  const lines = wrapAll(attributionTexts(change), ", ", style.width - indent);
  return lines.map((line) => " ".repeat(indent) + style.dim(line));
}

function attributionTexts({ attribution = [], id }: Change): readonly string[] {
  const [first, second] = attribution;
  if (first === undefined) return [];
  if (first.from === "mod_time") return [`last modified ${timeText(first.time)}`];
  const verb = id === null ? "deleted" : "changed";
  if (second === undefined) return [`${verb} ${timeText(first.time)}${byText(first)} (audit log)`];
  const shown = attribution.slice(0, MAX_SHOWN).map((one) => `${timeText(one.time)}${byText(one)}`);
  const more = attribution.length > MAX_SHOWN ? [`${attribution.length - MAX_SHOWN} earlier`] : [];
  const all = [...shown, ...more];
  return all.map((text, i) => {
    const start = i === 0 ? `${verb}, one of: ` : "";
    return `${start}${text}${i === all.length - 1 ? " (audit log)" : ""}`;
  });
}

function byText({ user, operation }: Attribution): string {
  const who = user === null ? "" : ` by ${printable(user)}`;
  return operation === null ? who : `${who}: ${printable(operation)}`;
}

/** `2026-11-22 07:31 UTC`. */
export function timeText(time: string): string {
  return `${printable(time.slice(0, 10))} ${printable(time.slice(11, 16))} UTC`;
}
