/**
 * Writes an inventory to the appliance, so that whoever reads at any moment finds the old one or the new
 * one, whole:
 *
 *     parts of a new generation ─▶ the head switched by one request ─▶ what the head does not list removed
 *
 * Only the first head of an owner can be created twice, by two runs that begin at once: the lower id wins.
 */
import type { AppliancePort } from "../appliance/port.ts";
import { ApplianceError, HopsyncError } from "../errors.ts";
import {
  INVENTORY_PATH,
  type InventoryObject,
  inventoryCreateBody,
  inventoryName,
  inventoryPatchBody,
  readInventoryObject,
} from "../kinds/inventory-object.ts";
import type { Id, Inventory, JsonObject } from "../model.ts";
import { encodeInventory } from "./codec.ts";
import { lookUntil } from "./listed.ts";
import {
  checkNamed,
  checkReplaceable,
  type Division,
  divide,
  fitsOne,
  headText,
  holds,
  type Located,
  listedParts,
  namedOwner,
  nextGeneration,
  partText,
} from "./parts.ts";
import { conflict } from "./problems.ts";

export interface Writer {
  readonly port: AppliancePort;
  readonly owner: string;
  /** What one object's script may have. */
  readonly partBytes: number;
  /** Lists again. */
  readonly locate: () => Promise<Located | undefined>;
  readonly pause: (ms: number) => Promise<void>;
}

/** Makes this the inventory of the owner, and returns what the appliance then holds of it. */
export async function writeInventory(
  writer: Writer,
  before: Located | undefined,
  inventory: Inventory,
): Promise<Located> {
  const { owner } = writer;
  const old = before ?? { owner, heads: [], strays: [], parts: [], taken: new Set<string>() };
  checkReplaceable(old);
  checkNamed(old);
  const text = encodeInventory(inventory);
  const [head] = old.heads;
  if (head !== undefined && holds(old, text)) {
    const listed = listedParts(head);
    return removeRest(
      writer,
      old,
      head,
      old.parts.filter(({ id }) => listed.includes(id)),
    );
  }
  const division = fitsOne(text, writer.partBytes)
    ? undefined
    : divide(owner, nextGeneration(old), text, writer.partBytes);
  const known = new Set([...old.heads, ...old.strays, ...old.parts].map(({ id }) => id));
  const parts = division === undefined ? [] : await createParts(writer, division, old.taken, known);
  const headContent =
    division === undefined
      ? text
      : headText(
          division,
          parts.map(({ id }) => id),
        );
  const current =
    head === undefined
      ? await createHead(writer, headContent, parts, known)
      : await switchHead(writer, head.id, headContent);
  return removeRest(writer, old, current, parts);
}

// ---------------------------------------------------------------- parts and head

async function createParts(
  writer: Writer,
  division: Division,
  taken: ReadonlySet<string>,
  known: ReadonlySet<Id>,
): Promise<readonly InventoryObject[]> {
  const names = freeNames(writer.owner, taken, division.bodies.length);
  const created: InventoryObject[] = [];
  for (const [i, name] of names.entries()) {
    const text = partText(division, i);
    const id = await create(writer, name, text, created, known);
    created.push({ id, name, owner: writer.owner, part: true, text });
  }
  return created;
}

/** The parts that are in use keep their names until the new ones are, and a name can be refused twice. */
function freeNames(owner: string, taken: ReadonlySet<string>, count: number): readonly string[] {
  const names: string[] = [];
  for (let number = 2; names.length < count; number += 1) {
    const name = inventoryName(owner, number);
    if (!taken.has(name)) names.push(name);
  }
  return names;
}

async function switchHead(writer: Writer, id: Id, text: string): Promise<InventoryObject> {
  const { owner, port } = writer;
  const name = inventoryName(owner);
  await port.patch(`${INVENTORY_PATH}/${id}`, inventoryPatchBody(name, text));
  return { id, name, owner, part: false, text };
}

async function createHead(
  writer: Writer,
  text: string,
  parts: readonly InventoryObject[],
  known: ReadonlySet<Id>,
): Promise<InventoryObject> {
  const { owner } = writer;
  const name = inventoryName(owner);
  const head = { id: await create(writer, name, text, parts, known), name, owner, part: false, text };
  const problem = await findProblem(writer, head);
  if (problem === undefined) return head;
  await removeAll(writer, [head, ...parts]);
  throw problem;
}

/** Creates one object. One refused since another run was quicker takes back what was created before. */
async function create(
  writer: Writer,
  name: string,
  text: string,
  before: readonly InventoryObject[],
  known: ReadonlySet<Id>,
): Promise<Id> {
  // Where the answer is lost, another run's object of this name is told from ours by its text: that has a
  // salt of its own.
  const isNew = (wire: JsonObject): boolean => {
    const found = readInventoryObject(wire);
    return found?.name === name && found.text === text.trimEnd() && !known.has(found.id);
  };
  try {
    const { firmware } = await writer.port.target();
    return await writer.port.create(INVENTORY_PATH, inventoryCreateBody(firmware, name, text), { isNew });
  } catch (error) {
    if (!(error instanceof ApplianceError) || error.code !== "refused" || error.unknownOutcome) throw error;
    const now = await writer.locate();
    if (![...(now?.heads ?? []), ...(now?.parts ?? [])].some((object) => object.name === name)) throw error;
    await removeAll(writer, before);
    throw conflict(writer.owner, error);
  }
}

/** Why a new head cannot stay. */
async function findProblem(writer: Writer, head: InventoryObject): Promise<HopsyncError | undefined> {
  const at = (heads: readonly InventoryObject[]): InventoryObject | undefined =>
    heads.find(({ id }) => id === head.id);
  const look = async (): Promise<readonly InventoryObject[]> => (await writer.locate())?.heads ?? [];
  const heads = await lookUntil(look, (found) => at(found) !== undefined, writer.pause);
  if (heads === undefined) return notKept("does not list it");
  if (heads[0]?.id !== head.id) return conflict(writer.owner);
  return at(heads)?.text === head.text ? undefined : notKept("returns it with another text");
}

function notKept(what: string): HopsyncError {
  return new HopsyncError(
    "inventory-not-kept",
    `The appliance accepted the inventory and ${what}, so the next run could not read it. It was removed again, and nothing else was written.`,
    { hint: "Run again; if this stays so, keep the inventory in a file: `inventory: {file: PATH}`." },
  );
}

// ---------------------------------------------------------------- removing

/** Removes what the head does not list; what cannot be removed now is so by the next write. */
async function removeRest(
  writer: Writer,
  old: Located,
  head: InventoryObject,
  parts: readonly InventoryObject[],
): Promise<Located> {
  const used = new Set([head, ...parts].map(({ id }) => id));
  const rest = [...old.heads, ...old.parts].filter(({ id }) => !used.has(id));
  const before = new Set(old.heads.slice(0, 1).flatMap(listedParts));
  const removed = await removeAll(
    writer,
    rest.filter((object) => isOwn(object, writer.owner) || before.has(object.id)),
  );
  const kept = rest.filter(({ id }) => !removed.has(id));
  const gone = new Set(rest.filter(({ id }) => removed.has(id)).map(({ name }) => name));
  return {
    owner: writer.owner,
    heads: [head, ...kept.filter(({ part }) => !part)],
    strays: old.strays,
    parts: [...parts, ...kept.filter(({ part }) => part)],
    taken: new Set([
      ...[...old.taken].filter((name) => !gone.has(name)),
      ...[head, ...parts].map((o) => o.name),
    ]),
  };
}

/** By name and text; anything else that the inventory does not list is a copy that somebody made by hand. */
function isOwn(object: InventoryObject, owner: string): boolean {
  return object.owner === owner && (namedOwner(object) ?? owner) === owner;
}

/** The ids of those that are gone. The first that cannot be removed ends it: the rest would not either. */
async function removeAll(writer: Writer, objects: readonly InventoryObject[]): Promise<ReadonlySet<Id>> {
  const removed = new Set<Id>();
  for (const { id } of objects) {
    try {
      await writer.port.remove(`${INVENTORY_PATH}/${id}`);
    } catch (error) {
      if (!(error instanceof ApplianceError) || error.status !== 404) return removed;
    }
    removed.add(id);
  }
  return removed;
}
