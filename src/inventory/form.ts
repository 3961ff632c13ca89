/**
 * Inventory ⇄ its stored form, plain JSON of format 1:
 *
 *     {"format": 1, "owner": "network-team", "salt": "…", "applied_at": 1800000000000,
 *      "entries": [{"address": "alert/HTTP errors", "id": "16", "file": "alerts.yaml",
 *                   "fields": {"severity": {"value": 3}, "description": {"hash": "sha256:…"}},
 *                   "relations": {"device_groups": {"value": ["7", "12"]}},
 *                   "prevent_destroy": false, "adopted": true}, …]}
 *
 * An object that an interrupted run was about to replace also has `"replaced": {"name": "Old", "owned": true}`.
 *
 * Whoever reads it back trusts nothing: a key more or less, a wrong type or order is damage.
 */
import { isArray, isObject } from "../json.ts";
import { findKind } from "../kinds/index.ts";
import type { Id, Inventory, InventoryEntry, Json, JsonObject, Recorded } from "../model.ts";
import { damaged, newer } from "./problems.ts";

/** The format that this version writes, and the newest that it reads. */
export const FORMAT = 1;

/** The stored form. What could not be read back is never written: it is a bug, and the old one stays. */
export function inventoryForm({ owner, salt, appliedAt, entries }: Inventory): JsonObject {
  const form = { format: FORMAT, owner, salt, applied_at: appliedAt, entries: entries.map(entryForm) };
  try {
    parseForm(form, "The inventory to write");
  } catch (cause) {
    throw new TypeError("this is no inventory", { cause });
  }
  return form;
}

function entryForm(entry: InventoryEntry): JsonObject {
  const { address, id, file, fields, relations, preventDestroy, adopted, replaced } = entry;
  const form = { address, id, file, fields, relations, prevent_destroy: preventDestroy, adopted };
  return replaced === undefined ? form : { ...form, replaced };
}

/** Reads a stored form back; throws a HopsyncError about `what` unless it is one in every detail. */
export function parseForm(form: Json, what: string): Inventory {
  const root = objectOf(form, what, "it");
  checkFormat(root.format, what);
  checkKeys(root, ["format", "owner", "salt", "applied_at", "entries"], what, "it");
  return {
    owner: textOf(root.owner, what, "owner"),
    salt: textOf(root.salt, what, "salt"),
    appliedAt: timeOf(root.applied_at, what),
    entries: entriesOf(root.entries, what),
  };
}

/** Refuses every format but this one. */
export function checkFormat(format: Json | undefined, what: string): void {
  if (typeof format === "number" && Number.isInteger(format) && format > FORMAT)
    throw newer(what, `its format is ${format}, this one reads ${FORMAT}`);
  if (format !== FORMAT) throw damaged(what, "its format is not a number that hopsync writes");
}

function entriesOf(value: Json | undefined, what: string): readonly InventoryEntry[] {
  if (!isArray(value)) throw damaged(what, "entries is not a list");
  const entries = value.map((item, i) => entryOf(item, what, `entries[${i}]`));
  const wrong = entries.findIndex(({ address }, i) => i > 0 && (entries[i - 1]?.address ?? "") >= address);
  if (wrong !== -1) throw damaged(what, `entries[${wrong}] is out of order or there twice`);
  return entries;
}

function entryOf(value: Json, what: string, at: string): InventoryEntry {
  const entry = objectOf(value, what, at);
  const keys = ["address", "id", "file", "fields", "relations", "prevent_destroy", "adopted"];
  const replaced = Object.hasOwn(entry, "replaced");
  checkKeys(entry, replaced ? [...keys, "replaced"] : keys, what, at);
  return {
    address: addressOf(entry.address, what, `${at}.address`),
    id: idOf(entry.id, what, `${at}.id`),
    file: stringOf(entry.file, what, `${at}.file`),
    fields: recordsOf(entry.fields, what, `${at}.fields`),
    relations: recordsOf(entry.relations, what, `${at}.relations`),
    preventDestroy: flagOf(entry.prevent_destroy, what, `${at}.prevent_destroy`),
    adopted: flagOf(entry.adopted, what, `${at}.adopted`),
    ...(replaced ? { replaced: replacedOf(entry.replaced, what, `${at}.replaced`) } : {}),
  };
}

function replacedOf(
  value: Json | undefined,
  what: string,
  at: string,
): NonNullable<InventoryEntry["replaced"]> {
  const replaced = objectOf(value, what, at);
  checkKeys(replaced, ["name", "owned"], what, at);
  return {
    name: stringOf(replaced.name, what, `${at}.name`),
    owned: flagOf(replaced.owned, what, `${at}.owned`),
  };
}

function recordsOf(value: Json | undefined, what: string, at: string): Readonly<Record<string, Recorded>> {
  const records = objectOf(value, what, at);
  for (const name in records) {
    if (!isRecorded(records[name]))
      throw damaged(what, `${at}.${JSON.stringify(name)} is neither a value nor a hash`);
  }
  return records as Readonly<Record<string, Recorded>>;
}

/** A value or a hash, and nothing else. */
function isRecorded(item: Json | undefined): boolean {
  if (!isObject(item) || Object.keys(item).length !== 1) return false;
  const { value, hash } = item;
  return value !== undefined || (typeof hash === "string" && /^(sha256|scrypt):[0-9a-f]{64}$/.test(hash));
}

function addressOf(value: Json | undefined, what: string, at: string): string {
  const address = textOf(value, what, at);
  const [, kind = ""] = /^([a-z_]+)\/./s.exec(address) ?? [];
  if (kind === "") throw damaged(what, `${at} is not kind/name`);
  if (findKind(kind) === undefined)
    throw newer(what, `it holds ${JSON.stringify(address)}, a kind that this one does not know`);
  return address;
}

function idOf(value: Json | undefined, what: string, at: string): Id | null {
  if (value === null || (typeof value === "string" && /^(0|[1-9]\d*)$/.test(value))) return value;
  throw damaged(what, `${at} is not an id`);
}

function timeOf(value: Json | undefined, what: string): number | null {
  if (value === null || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0))
    return value;
  throw damaged(what, "applied_at is not a time");
}

function objectOf(value: Json | undefined, what: string, at: string): JsonObject {
  if (isObject(value)) return value;
  throw damaged(what, `${at} is not an object`);
}

function stringOf(value: Json | undefined, what: string, at: string): string {
  if (typeof value === "string") return value;
  throw damaged(what, `${at} is not a text`);
}

function textOf(value: Json | undefined, what: string, at: string): string {
  const text = stringOf(value, what, at);
  if (text === "") throw damaged(what, `${at} is empty`);
  return text;
}

function flagOf(value: Json | undefined, what: string, at: string): boolean {
  if (typeof value === "boolean") return value;
  throw damaged(what, `${at} is neither true nor false`);
}

function checkKeys(value: JsonObject, keys: readonly string[], what: string, at: string): void {
  const odd = Object.keys(value).find((key) => !keys.includes(key));
  const missing = keys.find((key) => !Object.hasOwn(value, key));
  if (odd !== undefined)
    throw damaged(what, `${at} holds ${JSON.stringify(odd)}, which hopsync does not write`);
  if (missing !== undefined) throw damaged(what, `${at} has no ${missing}`);
}
