/**
 * The inventory in a file, plain JSON so that a repository shows what changed. A write replaces the file
 * as a whole; a file that was edited or merged by hand no longer fits its checksum.
 */
import { randomBytes } from "node:crypto";
import { lstat, mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import pLimit from "p-limit";
import { HopsyncError } from "../errors.ts";
import { canonicalJson, digest, isObject, parseJson } from "../json.ts";
import type { Inventory, Json } from "../model.ts";
import { MAX_FORM_BYTES } from "./codec.ts";
import { checkFormat, inventoryForm, parseForm } from "./form.ts";
import { damaged } from "./problems.ts";
import type { InventoryStore } from "./store.ts";

const ABOUT =
  "What hopsync last applied. Do not edit it: `hopsync inventory show` prints it, `hopsync inventory repair` makes it anew.";

/** Two targets that are applied to at once may both have found no file; the second must see what the first wrote. */
const inTurn = pLimit(1);

/** Whose inventory, and where: `path` is relative to the root and stays inside it. */
export interface FilePlace {
  readonly path: string;
  readonly root: string;
  readonly owner: string;
  /** The appliance's host. Ids mean other objects on another appliance. */
  readonly target: string;
}

/** The store of one owner on one appliance in a file. */
export function createFileStore({ path, root, owner, target }: FilePlace): InventoryStore {
  let known: string | undefined;
  return {
    kind: "file",
    async read() {
      known = await readText(await locate(path, root), path);
      return known === undefined ? undefined : decode(known, path, { owner, target });
    },
    async write(inventory) {
      if (inventory.owner !== owner) throw new TypeError(`the inventory of ${inventory.owner}, not ${owner}`);
      const file = await locate(path, root);
      const text = encode(inventory, target);
      await inTurn(async () => {
        const before = await readText(file, path);
        if (before !== undefined) checkTarget(parseJson(before), target, describe(path));
        if (before !== text) await replaceFile(file, text, path);
      });
      known = text;
    },
    isStale: async () => (await readText(await locate(path, root), path)) !== known,
  };
}

// ---------------------------------------------------------------- content

/** The checksum leaves the target out, so that a person can give an appliance its new name. */
function encode(inventory: Inventory, target: string): string {
  const form = inventoryForm(inventory);
  const sorted: Json = JSON.parse(canonicalJson({ about: ABOUT, target, ...form, checksum: digest(form) }));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

function describe(path: string): string {
  return `The inventory file ${path}`;
}

function decode(text: string, path: string, own: Pick<FilePlace, "owner" | "target">): Inventory {
  const what = describe(path);
  const file = parseFile(text, what);
  const { about: _about, target: _target, checksum, ...form } = file;
  checkOwner(form.owner, own.owner, what);
  checkTarget(file, own.target, what);
  checkFormat(form.format, what);
  if (digest(form) !== checksum)
    throw damaged(what, "its checksum does not fit, so it was edited by hand or merged from two versions");
  return parseForm(form, what);
}

/** Before anything else is said of it: another owner's inventory is not repaired, whatever its state is. */
function checkOwner(owner: Json | undefined, own: string, what: string): void {
  if (typeof owner !== "string" || owner === own) return;
  throw new HopsyncError("inventory-other-owner", `${what} is that of owner ${JSON.stringify(owner)}.`, {
    hint: `Each owner needs a file of its own: name another one under \`inventory\` for owner ${JSON.stringify(own)}.`,
  });
}

/** What was applied to one appliance says nothing of another. Files of earlier versions name none. */
function checkTarget(file: Json | undefined, own: string, what: string): void {
  const target = isObject(file) ? file.target : undefined;
  if (typeof target !== "string" || target === own) return;
  throw new HopsyncError(
    "inventory-other-target",
    `${what} tells what was applied to ${target}, and this run is for ${own}. Its ids would mean other objects here.`,
    {
      hint: `Each appliance needs a file of its own, such as \`inventory: {file: "inventory-\${var:site}.json"}\`, or no file: \`inventory: appliance\`. If it is the same appliance under another name, write that as "target" in the file.`,
    },
  );
}

function parseFile(text: string, what: string): Readonly<Record<string, Json>> {
  const value = parseJson(text);
  if (isObject(value)) return value;
  if (value === undefined) throw damaged(what, text.trim() === "" ? "it is empty" : "it is not JSON");
  throw damaged(what, "it is not an object");
}

async function readText(file: string, path: string): Promise<string | undefined> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw unusable(path, "it is not a file");
    if (found.size > 2 * MAX_FORM_BYTES) throw damaged(describe(path), "it is larger than any inventory");
    return await readFile(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error instanceof HopsyncError ? error : unusable(path, systemWords(error), error);
  }
}

// ---------------------------------------------------------------- place

/** The real path, links followed, of a file that need not exist yet. */
async function locate(path: string, root: string): Promise<string> {
  const boundary = await realPlace(resolve(root), path);
  const named = resolve(boundary, path);
  if (isAbsolute(path) || !isBelow(named, boundary))
    throw unusable(path, "it is not a path inside the root that manifests are read from");
  const real = await realPlace(named, path);
  if (!isBelow(real, boundary))
    throw unusable(path, "it is a link that leads outside the root, or is in one");
  return real;
}

/** The real place of a path whose last segments may not exist yet. A link to nothing is not such a one. */
async function realPlace(named: string, path: string): Promise<string> {
  try {
    return await realpath(named);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw unusable(path, systemWords(error), error);
  }
  if (await isLink(named)) throw unusable(path, "it is, or is below, a link that leads nowhere");
  return join(await realPlace(dirname(named), path), basename(named));
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

// ---------------------------------------------------------------- writing

/** A reader, or a run after a crash, sees the old file or the new one. */
async function replaceFile(file: string, text: string, path: string): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeSynced(temporary, text);
    await rename(temporary, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw unusable(path, systemWords(error), error);
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The new name is on disk as well, where the system lets a folder be synced (Windows does not). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function unusable(path: string, why: string, cause?: unknown): HopsyncError {
  return new HopsyncError(
    "inventory-file",
    `The inventory file ${JSON.stringify(path)} cannot be used: ${why}.`,
    {
      hint: "Check `inventory` in the manifest: {file: PATH}, relative to the root, with one file for each owner and target.",
      cause,
    },
  );
}

function systemWords(error: unknown): string {
  return `the system refuses it (${errorCode(error) ?? String(error)})`;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
