/** Inventories as text: what an owner has, and what a repair or a forget would do or has done to it. */
import type { Document, InventoryEntry, InventoryReport } from "../model.ts";
import { printable } from "./clean.ts";
import type { Style } from "./style.ts";
import { displayWidth, pad, wrap } from "./text-width.ts";
import { count, readsText } from "./words.ts";

type Lines = readonly string[];

/** What `inventory show` says; of an inventory that cannot be read, what is known of it. */
export function renderInventory(document: Document, style: Style): string {
  const { owned } = document;
  if (owned === undefined || owned === null) return "";
  const requests = readsText(document.requests);
  return sections([
    [
      `Inventory of ${style.bold(`owner ${printable(document.owner ?? "")}`)} on ${place(document, style)}`,
      ...wrap(stateOf(owned), style.width),
    ],
    table(owned.entries, style),
    unconfirmed(owned.entries),
    (owned.others ?? []).map(
      ({ owner, objects }) => `Also here: owner ${printable(owner)}, ${count(objects, "object")}.`,
    ),
    requests === "" ? [] : [style.dim(`${requests}.`)],
  ]);
}

function place({ target }: Document, style: Style): string {
  if (target === null) return "no appliance";
  const facts = [target.platform, target.firmware].map(printable).join(" ");
  return `${style.bold(printable(target.host))}${style.dim(` · ${facts}`)}`;
}

function stateOf(report: InventoryReport): string {
  const where = placeText(report);
  if (report.found === "none") return `There is none${report.place === "file" ? ` ${where}` : ""}.`;
  if (report.found === "whole") {
    return `${count(report.entries.length, "object")}, ${appliedText(report)}, kept ${where}.`;
  }
  const what = report.found === "newer" ? "is of a newer hopsync" : "is damaged";
  return `It ${what}, so its objects cannot be told. It is kept ${where}.`;
}

function placeText({ place: kind, keptIn = [] }: InventoryReport): string {
  if (kind === "file") return `in ${keptIn.map(printable).join()}`;
  return `on the appliance (${keptIn.length === 1 ? "id" : "ids"} ${keptIn.join(", ")})`;
}

function appliedText({ appliedAt }: InventoryReport): string {
  if (appliedAt === null) return "the time of the last apply is not known";
  return `last applied ${new Date(appliedAt).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

// ---------------------------------------------------------------- entries

/** Addresses up to this width set the column; a longer one has a line of its own. */
const WIDEST = 48;

const HEADS: readonly string[] = ["address", "id", "adopted", "protected", "file"];

function table(entries: readonly InventoryEntry[], style: Style): Lines {
  if (entries.length === 0) return [];
  const rows = entries.map(cells);
  const widths = HEADS.map((head, i) => {
    const all = [head, ...rows.map((row) => row[i] ?? "")].map(displayWidth);
    return Math.max(...all.filter((width) => i > 0 || width <= WIDEST));
  });
  return [style.dim(line(HEADS, widths)), ...rows.flatMap((row) => rowLines(row, widths))];
}

function cells({ address, id, adopted, preventDestroy, file }: InventoryEntry): Lines {
  return [printable(address), id ?? "?", adopted ? "yes" : "", preventDestroy ? "yes" : "", printable(file)];
}

function rowLines(row: Lines, widths: readonly number[]): Lines {
  const [address = "", ...rest] = row;
  return displayWidth(address) <= (widths[0] ?? 0)
    ? [line(row, widths)]
    : [`  ${address}`, line(["", ...rest], widths)];
}

function line(row: Lines, widths: readonly number[]): string {
  return `  ${row.map((cell, i) => pad(cell, widths[i] ?? 0)).join("  ")}`.trimEnd();
}

function unconfirmed(entries: readonly InventoryEntry[]): Lines {
  return entries.some(({ id }) => id === null)
    ? ["?: announced before its create, which was never confirmed. The next apply looks for it by name."]
    : [];
}

// ---------------------------------------------------------------- repair and forget

/** What a repair would write. */
export function renderRepair(document: Document, style: Style): string {
  const { owned } = document;
  if (owned === undefined || owned === null) return "";
  const { entries, gained = [], givenUp = [] } = owned;
  const title = `Repair of the inventory of ${style.bold(`owner ${printable(document.owner ?? "")}`)} on ${place(document, style)}`;
  return sections([
    [title, ...wrap(beforeText(owned), style.width)],
    group("Becomes owned", gained, "=", style),
    gained.length < entries.length
      ? [`${count(entries.length - gained.length, "object")} owned as before.`]
      : [],
    group("Given up: stays on the appliance, no longer managed", givenUp, "<", style),
    wrap(owned.written || isSame(owned) ? "" : REPAIR_NOTE, style.width),
  ]);
}

const REPAIR_NOTE =
  "Only the inventory is written. Nothing on the appliance is changed or deleted; what differs from the manifest shows in the next plan as drift.";

function beforeText({ found }: InventoryReport): string {
  if (found === "damaged") {
    return "The stored one is damaged. What it had beyond this manifest is not known: such objects stay on the appliance, no longer managed.";
  }
  return found === "none" ? "There is none yet." : "The stored one can be read and is replaced.";
}

function isSame({ found, gained = [], givenUp = [] }: InventoryReport): boolean {
  return found === "whole" && gained.length + givenUp.length === 0;
}

function group(title: string, entries: readonly InventoryEntry[], symbol: string, style: Style): Lines {
  if (entries.length === 0) return [];
  const lines = entries.map((entry) => {
    const facts = [`id ${entry.id ?? "?"}`, printable(entry.file)].join(" · ");
    return `  ${style.moved(symbol)} ${printable(entry.address)}${style.dim(`  ${facts}`)}`;
  });
  return [style.bold(`${title} (${entries.length}):`), ...lines];
}

/** What a forget would release. */
export function renderForget(document: Document, style: Style): string {
  const { owned } = document;
  if (owned === undefined || owned === null) return "";
  const title = `Forget for ${style.bold(`owner ${printable(document.owner ?? "")}`)} on ${place(document, style)}`;
  return sections([
    [title],
    group("Released: stays on the appliance, no longer managed", owned.givenUp ?? [], "<", style),
    wrap(FORGET_NOTE, style.width),
  ]);
}

const FORGET_NOTE =
  "Only the inventory is written. Remove the entry from the manifest afterwards: that deletes nothing any more. While a manifest still declares it, the next apply adopts it again.";

/** What became of the inventory, in one sentence. */
export function renderWritten({ owned }: Document): string {
  if (owned === undefined || owned === null) return "";
  const { written, entries, givenUp = [] } = owned;
  if (!written) return "The inventory was not written.\n";
  const released = givenUp.length === 0 ? "" : `, ${givenUp.length} given up`;
  return `The inventory is written: ${count(entries.length, "object")}${released}.\n`;
}

/** The question before the inventory is written; anything but the full word is a no. */
export function renderInventoryQuestion({ owned, target }: Document): string {
  const givenUp = owned?.givenUp?.length ?? 0;
  const danger = givenUp === 0 ? "" : ` (${count(givenUp, "object")} given up)`;
  const host = printable(target?.host ?? "the appliance");
  return `Write this inventory for ${host}${danger}? Only 'yes' is accepted: `;
}

function sections(all: readonly Lines[]): string {
  const shown = all.map((lines) => lines.filter((text) => text !== "")).filter((lines) => lines.length > 0);
  return `${shown.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
