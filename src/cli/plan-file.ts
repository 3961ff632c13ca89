/**
 * Sealed plans as files: written whole or not at all, readable by their owner only, and read back only when
 * not a byte is other than it was written.
 */
import { randomBytes } from "node:crypto";
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { textOfFile } from "../bounded-file.ts";
import { HopsyncError } from "../errors.ts";
import { digest, isObject, parseJson } from "../json.ts";
import { workTree } from "../manifest/files.ts";
import type { InventoryPlace, JsonObject } from "../model.ts";
import { planDigest } from "../reconcile/digest.ts";
import type { SealedPlan } from "../reconcile/sealed.ts";
import { parseSealed, sealedForm } from "../reconcile/sealed-form.ts";
import { VERSION } from "../version.ts";
import { validator } from "./sealed-plan.validator.ts";

const KIND = "hopsync-plan";
const FORMAT = 1;

/** How every plan file begins, so that one that was cut off is still known as one. */
const BEGINNING = /^\s*\{\s*"kind"\s*:\s*"hopsync-plan"/;

const MAX_BYTES = 256 * 1024 * 1024;

/** Whether a path of the command line is a sealed plan and not a manifest. */
export function isPlanFile(path: string, cwd: string): boolean {
  if (!hasEnding(path)) return false;
  const text = readText(resolve(cwd, path));
  return text !== undefined && isPlanText(text);
}

function hasEnding(path: string): boolean {
  return /\.json$/i.test(path);
}

function isPlanText(text: string): boolean {
  if (BEGINNING.test(text)) return true;
  const value = parseJson(text);
  return isObject(value) && value.kind === KIND;
}

/** The text of a file; undefined where there is none that can be read. */
function readText(file: string): string | undefined {
  try {
    return textOfFile(file, MAX_BYTES);
  } catch {
    return undefined;
  }
}

// ---------------------------------------------------------------- writing

/** Throws where a plan cannot be written to this path: it must end in .json and hold a plan if anything. */
export function checkPlanPath(path: string, cwd: string): void {
  if (!hasEnding(path)) {
    throw new HopsyncError("usage", `--out ${path} does not end in .json, by which apply knows a plan.`, {
      hint: "Name the file for instance plan.json.",
    });
  }
  const found = statSync(resolve(cwd, path), { throwIfNoEntry: false });
  if (found === undefined || isPlanFile(path, cwd)) return;
  throw new HopsyncError("plan-file", `${path} exists and is no plan of hopsync, so it is not replaced.`, {
    hint: "Choose another file with --out, or remove this one.",
  });
}

/** Writes the plan; a file that is there is replaced at once. */
export function writePlanFile(path: string, sealed: SealedPlan, cwd: string): void {
  checkPlanPath(path, cwd);
  const text = encode(sealed, cwd);
  decode(text, path, cwd);
  const file = resolve(cwd, path);
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    writeFileSync(temporary, text, { flag: "wx", mode: 0o600 });
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    throw new HopsyncError("plan-file", `The system refuses to write ${path} (${code}).`, {
      hint: "Check that --out names a file in a folder that exists, with write permission.",
      cause,
    });
  }
}

function encode(sealed: SealedPlan, cwd: string): string {
  const manifest = { ...sealed.manifest, inventory: fromTop(sealed.manifest.inventory, cwd) };
  const tool = { name: "hopsync", version: VERSION };
  return print({ kind: KIND, format: FORMAT, tool, ...sealedForm({ ...sealed, manifest }) });
}

function print(content: JsonObject): string {
  return `${JSON.stringify({ ...content, checksum: digest(content) }, null, 2)}\n`;
}

/** The top of the work tree is another folder on another machine. */
function topOf(cwd: string): string {
  const folder = realpathSync(cwd);
  return workTree(folder) ?? folder;
}

function fromTop(place: InventoryPlace, cwd: string): InventoryPlace {
  if (place.kind !== "file") return place;
  return { ...place, root: relative(topOf(cwd), place.root).split(sep).join("/") };
}

function atTop(place: InventoryPlace, cwd: string): InventoryPlace {
  return place.kind === "file" ? { ...place, root: resolve(topOf(cwd), place.root) } : place;
}

// ---------------------------------------------------------------- reading

/** Reads a plan back. Throws unless it is whole, of this format and of a hopsync like this one. */
export function readPlanFile(path: string, cwd: string): SealedPlan {
  const text = readText(resolve(cwd, path));
  if (text === undefined) throw new HopsyncError("plan-file", `${path} cannot be read.`);
  return decode(text, path, cwd);
}

function decode(text: string, path: string, cwd: string): SealedPlan {
  const form = parseJson(text);
  if (!isObject(form)) throw damaged(path, "it is cut off or no JSON");
  checkVersion(form, path);
  const { checksum: _, ...content } = form;
  // The text itself, since also a byte that changes no value shows that somebody edited it.
  if (print(content) !== text) throw damaged(path, "its checksum does not fit, so it was edited by hand");
  if (!validator()(form)) throw damaged(path, "it holds something that hopsync does not write");
  const { kind: _kind, format: _format, tool: _tool, ...rest } = content;
  const { manifest, ...sealed } = parseSealed(rest);
  if (planDigest(sealed.plan.owner, sealed.plan.changes) !== sealed.plan.digest)
    throw damaged(path, "its digest is not that of its changes");
  return { ...sealed, manifest: { ...manifest, inventory: atTop(manifest.inventory, cwd) } };
}

function checkVersion({ format, tool }: JsonObject, path: string): void {
  if (typeof format === "number" && format > FORMAT)
    throw newer(`${path} has format ${format}, and this hopsync reads ${FORMAT}.`);
  const version = isObject(tool) && typeof tool.version === "string" ? tool.version : "";
  if (majorOf(version) !== majorOf(VERSION))
    throw newer(`${path} was made by hopsync ${version || "of no version"}, and this is ${VERSION}.`);
}

function majorOf(version: string): string {
  return version.split(".")[0] ?? "";
}

function newer(message: string): HopsyncError {
  return new HopsyncError("plan-newer", message, {
    hint: "Apply it with the hopsync that made it, or make the plan anew with this one.",
  });
}

function damaged(path: string, why: string): HopsyncError {
  return new HopsyncError("plan-damaged", `${path} is not used: ${why}.`, {
    hint: "Nothing was sent. Make the plan anew with `hopsync plan --out`, and change the manifest instead of the plan.",
  });
}
