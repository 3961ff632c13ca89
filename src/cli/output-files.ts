/** Writing a set of files so that either all of them appear or none. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { HopsyncError } from "../errors.ts";

export interface OutputFile {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/**
 * Writes the files into the folder, which is made where it is missing. Files that exist are an error
 * that names them, unless they may be replaced.
 */
export function writeFiles(folder: string, files: readonly OutputFile[], overwrite: boolean): void {
  const made: string[] = [];
  try {
    refuseExisting(folder, files, overwrite);
    const staged = files.map(({ path, text }) => {
      const target = join(folder, path);
      const temporary = `${target}.${process.pid}.tmp`;
      made.push(...makeFolder(dirname(target)), temporary);
      writeFileSync(temporary, text, { flag: "wx" });
      return { target, temporary };
    });
    for (const { target, temporary } of staged) {
      if (!existsSync(target)) made.push(target);
      renameSync(temporary, target);
    }
  } catch (error) {
    for (const path of made.reverse()) rmSync(path, { recursive: true, force: true });
    throw error instanceof HopsyncError ? error : notWritten(error);
  }
}

/** A file whose text was read, and is to be another one. */
export interface ReplacedFile {
  /** As the system knows it. */
  readonly real: string;
  readonly shown: string;
  readonly before: string;
  readonly after: string;
}

/** Replaces files that are still as they were read, all of them or none; each keeps its permissions. */
export function replaceFiles(files: readonly ReplacedFile[]): void {
  const made: string[] = [];
  try {
    const staged = files.map(({ real, shown, before, after }) => {
      if (withoutMark(readFileSync(real, "utf8")) !== before) throw changedMeanwhile(shown);
      const temporary = `${real}.${process.pid}.tmp`;
      made.push(temporary);
      const mark = readFileSync(real, "utf8").startsWith(MARK) ? MARK : "";
      writeFileSync(temporary, mark + after, { flag: "wx", mode: statSync(real).mode });
      return { temporary, real };
    });
    for (const { temporary, real } of staged) renameSync(temporary, real);
  } catch (error) {
    for (const path of made) rmSync(path, { force: true });
    throw error instanceof HopsyncError ? error : notWritten(error);
  }
}

/** The byte order mark, which readers of manifests skip. */
const MARK = "\ufeff";

function withoutMark(text: string): string {
  return text.startsWith(MARK) ? text.slice(1) : text;
}

function changedMeanwhile(shown: string): HopsyncError {
  return new HopsyncError("files-changed", `${shown} was changed while hopsync ran. Nothing was written.`, {
    hint: "Run the command again.",
  });
}

/** The outermost folder that had to be made, if any. */
function makeFolder(path: string): readonly string[] {
  const first = mkdirSync(path, { recursive: true });
  return first === undefined ? [] : [first];
}

/** Paths in a message before the rest is only counted. */
const SHOWN = 10;

function refuseExisting(folder: string, files: readonly OutputFile[], overwrite: boolean): void {
  const inTheWay = files
    .map(({ path }) => path)
    .filter((path) => {
      const found = lstatSync(join(folder, path), { throwIfNoEntry: false });
      return found !== undefined && (!overwrite || found.isDirectory());
    });
  if (inTheWay.length === 0) return;
  const more = inTheWay.length > SHOWN ? ` and ${inTheWay.length - SHOWN} more` : "";
  throw new HopsyncError(
    "files-exist",
    `The folder has ${inTheWay.slice(0, SHOWN).join(", ")}${more} already. Nothing was written.`,
    {
      hint: overwrite
        ? "Folders are not replaced. Remove them, or choose another folder with --out."
        : "Choose another folder with --out, or replace these files with --overwrite.",
    },
  );
}

/** Files of the folder that end alike and are none of these, such as those of an earlier run. */
export function otherFiles(folder: string, files: readonly OutputFile[], ending: RegExp): readonly string[] {
  if (!existsSync(folder)) return [];
  const own = new Set(files.map(({ path }) => path));
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => ending.test(path) && !own.has(path))
    .sort();
}

function notWritten(error: unknown): HopsyncError {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return new HopsyncError(
    "not-written",
    `The system refuses to write ${path ?? "the files"} (${code}). Nothing was written.`,
    {
      hint: "Check the permissions of the folder, and that it has enough room.",
      cause: error,
    },
  );
}
