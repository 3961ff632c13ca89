/**
 * Inventory ⇄ text that can stand in a comment: a header for people, and the stored form as gzip in base64.
 * The checksum is over the form, so that any change of the text that changes the inventory shows.
 */
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { HopsyncError } from "../errors.ts";
import { canonicalJson, parseJson } from "../json.ts";
import { INVENTORY_TITLE } from "../kinds/inventory-object.ts";
import type { Inventory, Json } from "../model.ts";
import { checkFormat, FORMAT, inventoryForm, parseForm } from "./form.ts";
import { damaged } from "./problems.ts";
import { quote, quoted, readHeader } from "./text.ts";

/** What a text may unpack to: several times what a full appliance needs, and no danger to a small runner. */
export const MAX_FORM_BYTES: number = 64 * 1024 * 1024;

const LINES = /.{1,100}/g;

/** The inventory as text; the same one gives the same text. */
export function encodeInventory(inventory: Inventory): string {
  const form = Buffer.from(canonicalJson(inventoryForm(inventory)));
  if (form.length > MAX_FORM_BYTES) throw tooLarge(inventory, form.length);
  const body = zip(form).toString("base64").match(LINES) ?? [];
  return [...headerLines(inventory, checksum(form)), "", ...body].join("\n");
}

function headerLines({ owner, entries }: Inventory, sha256: string): readonly string[] {
  const objects = `${entries.length} ${entries.length === 1 ? "object" : "objects"}`;
  return [
    `${INVENTORY_TITLE}, format ${FORMAT}`,
    `owner: ${quote(owner)}`,
    `What hopsync last applied here for this owner: ${objects}.`,
    "Do not edit it. `hopsync inventory show` prints it, `hopsync inventory repair` makes it anew.",
    `sha256: ${sha256}`,
  ];
}

function checksum(form: Uint8Array): string {
  return createHash("sha256").update(form).digest("hex");
}

function zip(form: Uint8Array): Buffer {
  const zipped = gzipSync(form, { level: 9 });
  // RFC 1952: the tenth byte names the operating system; 255 is "unknown", the same everywhere.
  zipped[9] = 255;
  return zipped;
}

/**
 * Reads a text back. Throws a HopsyncError "inventory-damaged" or "inventory-newer" unless it is whole;
 * `what` begins its message.
 */
export function decodeInventory(text: string, what = "The inventory"): Inventory {
  const header = readHeader(text.replaceAll("\r\n", "\n"), INVENTORY_TITLE);
  if (header === undefined) throw damaged(what, "it does not begin like an inventory");
  checkFormat(header.format, what);
  const form = unzip(header.body, what);
  if (checksum(form) !== header.values.get("sha256"))
    throw damaged(what, "its checksum does not fit, so it was changed or mixed up with another");
  const inventory = parseForm(readForm(form, what), what);
  if (quoted(header, "owner") !== inventory.owner) throw damaged(what, "its header names another owner");
  return inventory;
}

function unzip(body: string, what: string): Buffer {
  const base64 = body.replace(/\s+/g, "");
  // Buffer.from leaves out what is not base64; here that is damage.
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw damaged(what, "it was cut off or changed");
  try {
    return gunzipSync(Buffer.from(base64, "base64"), { maxOutputLength: MAX_FORM_BYTES });
  } catch (error) {
    const large = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw damaged(what, large ? "it unpacks to more than any inventory" : "it was cut off or changed", error);
  }
}

function readForm(form: Buffer, what: string): Json {
  const value = parseJson(form);
  if (value === undefined) throw damaged(what, "what it holds is not JSON of an inventory");
  return value;
}

function tooLarge({ owner, entries }: Inventory, bytes: number): HopsyncError {
  return new HopsyncError(
    "inventory-too-large",
    `The inventory of owner ${JSON.stringify(owner)} would have ${Math.ceil(bytes / 2 ** 20)} MB for ${entries.length} objects, and at most ${MAX_FORM_BYTES / 2 ** 20} MB are kept.`,
    { hint: "Divide the resources among several owners." },
  );
}
