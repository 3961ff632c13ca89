/**
 * An inventory, or the lease of a run that writes, as an object of the API: a disabled trigger whose script
 * is one comment. The only place that knows this; what the comment says is inventory/'s business.
 */
import type { Id, JsonObject } from "../model.ts";
import { writeBody } from "./dialect.ts";
import { trigger } from "./trigger.ts";
import { wireId } from "./wire.ts";

/** The collection below /api/v1 that holds inventories, among the user's own objects. */
export const INVENTORY_PATH: string = trigger.path;

/** The kind whose live objects they are listed with. */
export const INVENTORY_KIND: string = trigger.kind;

/** How the text of an inventory begins, and that of a further part of one. */
export const INVENTORY_TITLE = "hopsync inventory";
export const PART_TITLE = "hopsync inventory part";

/** How the text of a lease begins. */
export const LEASE_TITLE = "hopsync lease";

const PREFIX = "hopsync inventory: ";
const LEASE_PREFIX = "hopsync lease: ";
const BEGINNING = /^\s*\/\*\s*(?=hopsync (?:inventory(?: part)?|lease), format \d)/;

/** An object that holds an inventory or a part of one. */
export interface InventoryObject {
  readonly id: Id;
  readonly name: string;
  /** As the name says; undefined where it is none of an inventory's. */
  readonly owner: string | undefined;
  /** A further part; an inventory's only or main object is its head. */
  readonly part: boolean;
  /** What stands in the comment, with LF line ends. */
  readonly text: string;
}

/** `hopsync inventory: OWNER`, and with a number above 1 the name of a further part. */
export function inventoryName(owner: string, number = 1): string {
  return `${PREFIX}${owner}${number === 1 ? "" : ` (${number})`}`;
}

/**
 * Reads one object of the list. Undefined for one of the user's own, also where its name looks like an
 * inventory's: the script must begin like one.
 */
export function readInventoryObject(wire: JsonObject): InventoryObject | undefined {
  const comment = readComment(wire);
  if (comment === undefined || comment.text.startsWith(LEASE_TITLE)) return undefined;
  const part = comment.text.startsWith(PART_TITLE);
  return { ...comment, owner: ownerIn(comment.name, part), part };
}

/** An object that holds a lease; whose, its text says. */
export type LeaseObject = Pick<InventoryObject, "id" | "name" | "text">;

/** Reads one object of the list; undefined for anything but a lease. */
export function readLeaseObject(wire: JsonObject): LeaseObject | undefined {
  const comment = readComment(wire);
  return comment?.text.startsWith(LEASE_TITLE) ? comment : undefined;
}

function readComment(wire: JsonObject): LeaseObject | undefined {
  const { name, script } = wire;
  if (typeof name !== "string" || typeof script !== "string") return undefined;
  const beginning = BEGINNING.exec(script);
  if (beginning === null) return undefined;
  const end = script.indexOf("*/");
  const text = script.slice(beginning[0].length, end === -1 ? undefined : end);
  return { id: wireId(wire, INVENTORY_PATH), name, text: text.replaceAll("\r\n", "\n").trimEnd() };
}

function ownerIn(name: string, part: boolean): string | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const named = name.slice(PREFIX.length);
  return part ? named.replace(/ \(\d+\)$/, "") : named;
}

/** The script that holds a text, which must not end the comment itself. */
export function inventoryScript(text: string): string {
  if (text.includes("*/")) throw new TypeError("the text of an inventory ends its comment");
  return `/*\n${text}\n*/\n`;
}

/** The body of a create, as this firmware wants it. */
export function inventoryCreateBody(firmware: string, name: string, text: string): JsonObject {
  const description = "What hopsync last applied. Do not edit or delete: hopsync inventory show prints it.";
  return createBody(firmware, name, description, text);
}

/** `hopsync lease: OWNER`. */
export function leaseName(owner: string): string {
  return `${LEASE_PREFIX}${owner}`;
}

export function leaseCreateBody(firmware: string, name: string, text: string): JsonObject {
  return createBody(firmware, name, "A run of hopsync is writing, and removes this when it is done.", text);
}

/**
 * Disabled, and should somebody enable it: SESSION_EXPIRE comes only where other triggers use the session
 * table (guide 8.7 "Advanced trigger options"), and there is no code to run.
 */
function createBody(firmware: string, name: string, description: string, text: string): JsonObject {
  return writeBody(trigger, firmware, {
    name,
    description,
    author: "hopsync",
    script: inventoryScript(text),
    events: ["SESSION_EXPIRE"],
    disabled: true,
    debug: false,
    apply_all: false,
  });
}

/** The body of an update: name and switch as well, in case somebody changed them. */
export function inventoryPatchBody(name: string, text: string): JsonObject {
  return { name, script: inventoryScript(text), disabled: true };
}
