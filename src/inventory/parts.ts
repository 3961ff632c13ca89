/**
 * One inventory in one or several objects of the appliance.
 *
 *     fits one:    head ─ the inventory's text
 *     otherwise:   head ─ the text's header, generation, ids ──▶ part 1 ─ lines of its body
 *                                                           ├─▶ part 2 ─ …
 *
 * The head alone decides what is true: a part that it does not list is left over from a run that ended
 * early, or not in use yet.
 */
import {
  INVENTORY_TITLE,
  type InventoryObject,
  inventoryName,
  inventoryScript,
  PART_TITLE,
} from "../kinds/inventory-object.ts";
import type { Id, Inventory } from "../model.ts";
import { decodeInventory, encodeInventory } from "./codec.ts";
import { checkFormat, FORMAT } from "./form.ts";
import { blocked, damaged, renamed } from "./problems.ts";
import { type Header, quote, quoted, readHeader } from "./text.ts";

/** What the appliance holds of one owner. */
export interface Located {
  readonly owner: string;
  /** The inventory is the first one's. More are copies, or left by two runs that began at once. */
  readonly heads: readonly InventoryObject[];
  /** By their texts the owner's, by their names not: copies where there are heads, else one that was renamed. */
  readonly strays: readonly InventoryObject[];
  readonly parts: readonly InventoryObject[];
  /** Names that begin like the owner's objects, whoever has them. */
  readonly taken: ReadonlySet<string>;
}

/** The inventory, or undefined where the owner has none yet; throws a HopsyncError when it is no use. */
export function readLocated(located: Located): Inventory | undefined {
  checkNamed(located);
  const [head] = located.heads;
  return head === undefined ? undefined : readHead(located, head);
}

/** The inventory in one head, whatever that is called; throws a HopsyncError when it is no use. */
export function readHead(located: Located, head: InventoryObject): Inventory {
  const what = describe(located, head);
  const inventory = decodeInventory(wholeText(located, head, what), what);
  if (inventory.owner === located.owner) return inventory;
  const wrong = `it is named for owner ${JSON.stringify(located.owner)} and holds what ${JSON.stringify(inventory.owner)} applied`;
  throw damaged(what, wrong);
}

/** Whether this text is what is stored; what is damaged holds nothing. */
export function holds(located: Located, text: string): boolean {
  try {
    const stored = readLocated(located);
    return stored !== undefined && encodeInventory(stored) === text;
  } catch {
    return false;
  }
}

/** Throws where nothing has the inventory's name but another object, or the inventory another name: neither is a first run. */
export function checkNamed({ owner, heads, strays, taken }: Located): void {
  const name = inventoryName(owner);
  if (heads.length > 0) return;
  if (taken.has(name)) throw blocked(owner, name);
  if (strays.length > 0) throw renamed(owner, name, strays);
}

/** Throws where the head is of a format that this version must not write over. */
export function checkReplaceable(located: Located): void {
  const [head] = located.heads;
  const format = head === undefined ? undefined : readHeader(head.text, INVENTORY_TITLE)?.format;
  if (head !== undefined && format !== undefined && format > FORMAT)
    checkFormat(format, describe(located, head));
}

/** The owner that a text names, as far as it can be read. */
export function namedOwner({ part, text }: InventoryObject): string | undefined {
  return quoted(readHeader(text, part ? PART_TITLE : INVENTORY_TITLE), "owner");
}

/** The ids of the parts that the head lists; none where one object holds all. */
export function listedParts(head: InventoryObject): readonly Id[] {
  return partIds(readHeader(head.text, INVENTORY_TITLE));
}

/** One more than any generation that is stored, so that parts of two are never mixed. */
export function nextGeneration({ heads, parts }: Pick<Located, "heads" | "parts">): number {
  const seen = [...heads, ...parts].map(({ part, text }) =>
    Number(readHeader(text, part ? PART_TITLE : INVENTORY_TITLE)?.values.get("generation") ?? 0),
  );
  return Math.max(0, ...seen.filter(Number.isSafeInteger)) + 1;
}

function describe({ owner }: Located, head: InventoryObject): string {
  return `The inventory of owner ${JSON.stringify(owner)} on the appliance (object ${head.id}, ${JSON.stringify(head.name)})`;
}

// ---------------------------------------------------------------- reading

/** The text as if one object held all of it. */
function wholeText(located: Located, head: InventoryObject, what: string): string {
  const header = readHeader(head.text, INVENTORY_TITLE);
  const ids = partIds(header);
  if (header === undefined || ids.length === 0) return head.text;
  checkFormat(header.format, what);
  const bodies = ids.map((id, i) => partBody(located, header, id, `${i + 1} of ${ids.length}`, what));
  return [head.text, "", ...bodies].join("\n");
}

function partIds(header: Header | undefined): readonly Id[] {
  const ids = header?.values.get("parts") ?? "";
  return /^\d+( \d+)*$/.test(ids) ? ids.split(" ") : [];
}

function partBody(located: Located, head: Header, id: Id, place: string, what: string): string {
  const part = located.parts.find((candidate) => candidate.id === id);
  if (part === undefined)
    throw damaged(what, `its part ${place} (object ${id}) is missing, or not listed yet since it is new`);
  const header = readHeader(part.text, PART_TITLE);
  const fits =
    header?.format === head.format &&
    quoted(header, "owner") === quoted(head, "owner") &&
    header.values.get("generation") === head.values.get("generation") &&
    header.values.get("part") === place;
  if (!fits) throw damaged(what, `object ${id} (${JSON.stringify(part.name)}) is not its part ${place}`);
  return header.body;
}

// ---------------------------------------------------------------- writing

/** Whether one object holds the text. */
export function fitsOne(text: string, maxBytes: number): boolean {
  return inventoryScript(text).length <= maxBytes;
}

/** A text in parts, and what they have in common. */
export interface Division {
  readonly owner: string;
  readonly generation: number;
  /** Of the text; the head keeps it. */
  readonly header: string;
  /** Of the text, part by part. */
  readonly bodies: readonly string[];
}

/** Divides a text at line ends, so that each part's script has at most so many bytes (one line at least). */
export function divide(owner: string, generation: number, text: string, maxBytes: number): Division {
  const [header = "", body = ""] = text.split("\n\n");
  const empty = partText({ owner, generation, header, bodies: [] }, 0);
  // The place, `1 of 1`, can have some more digits.
  const room = maxBytes - inventoryScript(empty).length - 20;
  const bodies: string[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const line of body.split("\n")) {
    if (used + line.length > room) {
      bodies.push([]);
      used = 0;
    }
    bodies.at(-1)?.push(line);
    used += line.length + 1;
  }
  return { owner, generation, header, bodies: bodies.map((lines) => lines.join("\n")) };
}

export function partText({ owner, generation, bodies }: Division, index: number): string {
  return [
    `${PART_TITLE}, format ${FORMAT}`,
    `owner: ${quote(owner)}`,
    `generation: ${generation}`,
    `part: ${index + 1} of ${bodies.length}`,
    `It belongs to ${quote(inventoryName(owner))}; do not edit or delete it.`,
    "",
    bodies[index] ?? "",
  ].join("\n");
}

/** The text of a head that lists parts: the header alone. */
export function headText({ header, generation }: Division, ids: readonly Id[]): string {
  return [header, `generation: ${generation}`, `parts: ${ids.join(" ")}`].join("\n");
}
