/**
 * The inventory on the appliance itself, so that a run needs no other storage. It is found in the list
 * that a snapshot reads anyway: locating and reading cost no request.
 */
import pLimit from "p-limit";
import type { AppliancePort } from "../appliance/port.ts";
import { HopsyncError } from "../errors.ts";
import {
  INVENTORY_PATH,
  type InventoryObject,
  inventoryName,
  readInventoryObject,
  readLeaseObject,
} from "../kinds/inventory-object.ts";
import type { Diagnostic, Id, Inventory, JsonObject } from "../model.ts";
import { writeInventory } from "./appliance-write.ts";
import { byId } from "./listed.ts";
import { type Located, namedOwner, readHead, readLocated } from "./parts.ts";
import { renamed } from "./problems.ts";
import type { InventoryStore } from "./store.ts";

/** The inventories among the objects of one list. */
export interface LocatedInventories {
  /** What there is of this owner, for its store; undefined where nothing is. Never throws. */
  own(owner: string): Located | undefined;
  /** The inventories of all other owners that can be read. */
  others(owner: string): readonly Inventory[];
  /** A warning for each inventory of another owner that cannot be read. */
  warnings(owner: string): readonly Diagnostic[];
  /** Every object that holds an inventory, a part or a lease: none of them is the user's. */
  readonly ids: ReadonlySet<Id>;
}

/** Finds all inventories in the whole list of INVENTORY_PATH. */
export function locateInventories(wires: readonly JsonObject[]): LocatedInventories {
  const objects = wires.flatMap((wire) => readInventoryObject(wire) ?? []).filter(saysWhose);
  const names = wires.flatMap(({ name }) => (typeof name === "string" ? [name] : []));
  const own = (owner: string): Located | undefined => locate(owner, objects, names);
  const readOthers = (owner: string): readonly (Inventory | Diagnostic)[] => {
    const heads = objects.filter(({ part }) => !part);
    const owners = heads.flatMap((head) => [head.owner, namedOwner(head)]);
    return [...new Set(owners.filter((other) => other !== undefined))]
      .filter((other) => other !== owner)
      .sort()
      .flatMap((other) => readOther(own(other)));
  };
  return {
    own,
    others: (owner) => readOthers(owner).filter((item) => "entries" in item),
    warnings: (owner) => readOthers(owner).filter((item) => "severity" in item),
    ids: new Set([...objects, ...wires.flatMap((wire) => readLeaseObject(wire) ?? [])].map(({ id }) => id)),
  };
}

/** By name or by text: one that was renamed is still an inventory, and a text that only begins like one is not. */
function saysWhose(object: InventoryObject): boolean {
  return object.owner !== undefined || namedOwner(object) !== undefined;
}

function locate(
  owner: string,
  objects: readonly InventoryObject[],
  names: readonly string[],
): Located | undefined {
  const own = inventoryName(owner);
  const taken = new Set(names.filter((name) => name === own || name.startsWith(`${own} (`)));
  const claimed = objects
    .filter((object) => object.owner === owner || namedOwner(object) === owner)
    .sort(byId);
  if (taken.size + claimed.length === 0) return undefined;
  const heads = claimed.filter(({ part }) => !part);
  return {
    owner,
    heads: heads.filter((head) => head.owner === owner),
    strays: heads.filter((head) => head.owner !== owner),
    parts: claimed.filter(({ part }) => part),
    taken,
  };
}

/** One that was renamed still tells what is that owner's. */
function readOther(located: Located | undefined): readonly (Inventory | Diagnostic)[] {
  const head = located?.heads[0] ?? located?.strays[0];
  if (located === undefined || head === undefined) return [];
  try {
    const inventory = readHead(located, head);
    return located.heads.length > 0 ? [inventory] : [inventory, warnRenamed(located)];
  } catch (error) {
    if (!(error instanceof HopsyncError)) throw error;
    const detail = `${error.message} Objects of that owner cannot be told from others until its own runs repair it.`;
    return [
      { severity: "warning", code: error.code, summary: "Another owner's inventory cannot be read", detail },
    ];
  }
}

function warnRenamed({ owner, strays }: Located): Diagnostic {
  const { code, message } = renamed(owner, inventoryName(owner), strays);
  const detail = `${message} What is in it is left alone here all the same.`;
  return { severity: "warning", code, summary: "Another owner's inventory has another name", detail };
}

export interface ApplianceStoreOptions {
  /** What one object's script may have, in bytes. */
  readonly partBytes?: number;
  readonly pause?: AppliancePort["pause"];
}

/** No limit is documented; this is well below what the appliance answers and accepts in one request. */
const PART_BYTES = 256 * 1024;

/** The store of one owner, starting from what `locateInventories` found of it. */
export function createApplianceStore(
  port: AppliancePort,
  owner: string,
  located: Located | undefined,
  options: ApplianceStoreOptions = {},
): InventoryStore {
  const { partBytes = PART_BYTES, pause = port.pause } = options;
  const list = async (): Promise<Located | undefined> =>
    locateInventories(await port.list(INVENTORY_PATH)).own(owner);
  const writer = { port, owner, partBytes, locate: list, pause };
  const oneAtATime = pLimit(1);
  // Undefined after a write that failed: what the appliance holds is then read again.
  let known: { readonly located: Located | undefined } | undefined = { located };
  const current = async (): Promise<Located | undefined> => {
    known ??= { located: await list() };
    return known.located;
  };
  return {
    kind: "appliance",
    read: () =>
      oneAtATime(async () => {
        const held = await current();
        return held === undefined ? undefined : readLocated(held);
      }),
    write: (inventory) =>
      oneAtATime(async () => {
        if (inventory.owner !== owner)
          throw new TypeError(`the inventory of ${inventory.owner}, not ${owner}`);
        const before = await current();
        known = undefined;
        known = { located: await writeInventory(writer, before, inventory) };
      }),
    isStale: (listed) =>
      oneAtATime(async () => contentOf(locateInventories(listed).own(owner)) !== contentOf(await current())),
  };
}

/** All that decides what the inventory says. */
function contentOf(located: Located | undefined): string {
  const objects = [...(located?.heads ?? []), ...(located?.strays ?? []), ...(located?.parts ?? [])];
  return JSON.stringify(objects.map(({ id, name, text }) => [id, name, text]));
}
