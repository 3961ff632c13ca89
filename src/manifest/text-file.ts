/** Reading text files that a person named: bounded in size, UTF-8 only, never outside the root. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { type Code, type Finding, failure } from "./codes.ts";

/** Where a file is, what it was asked for as, and what its own files must stay inside. */
export interface FileLocation {
  /** As shown: relative where the person was. */
  readonly shown: string;
  /** The folder in which the names that the file holds are looked up. */
  readonly folder: string;
  readonly roots: readonly string[];
  /** What counts in place of what is in a file, by its real path: a change that is not written yet. */
  readonly texts?: ReadonlyMap<string, string>;
}

/** Text, or what is wrong with the file. */
export type TextResult = { readonly text: string; readonly path: string } | Finding;

const SIZE_UNIT = 1024 * 1024;

/** The text of the file at `path`, without a byte order mark. */
export function readText(
  path: string,
  maxMegabytes: number,
  texts: FileLocation["texts"] = new Map(),
): TextResult {
  try {
    return readReal(realpathSync(path), maxMegabytes, texts);
  } catch (error) {
    return readFailure(error);
  }
}

/** The same of a path that holds no link; what the system refuses is thrown. */
function readReal(real: string, maxMegabytes: number, texts: NonNullable<FileLocation["texts"]>): TextResult {
  const text = texts.get(real);
  if (text !== undefined) return { text, path: real };
  const stat = statSync(real);
  if (!stat.isFile()) return failure("not-a-file", notAFile(stat.isDirectory()));
  if (stat.size > maxMegabytes * SIZE_UNIT) {
    const size = (stat.size / SIZE_UNIT).toFixed(1);
    return failure("file-too-large", `It has ${size} MB; at most ${maxMegabytes} MB are read. Split it.`);
  }
  return decode(readFileSync(real), real);
}

function notAFile(folder: boolean): string {
  return folder
    ? "It is a folder, and a file is needed. Name a file in it."
    : "It is a device, socket or pipe, and a file is needed.";
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Uint8Array, path: string): TextResult {
  if (bytes.includes(0)) {
    return failure(
      "not-utf8",
      "It holds a NUL byte, so it is binary or UTF-16. Save it as UTF-8 text without NUL.",
    );
  }
  try {
    return { text: decoder.decode(bytes), path };
  } catch {
    return failure("not-utf8", "It holds bytes that are not UTF-8. Save it as UTF-8.");
  }
}

/** What an error of the file system means to the person who named the file. */
export function readFailure(error: unknown): Finding {
  const name = (error as NodeJS.ErrnoException | undefined)?.code;
  const codes: Readonly<Record<string, Code>> = { ENOENT: "no-such-file", ENOTDIR: "no-such-file" };
  const code = codes[name ?? ""] ?? "unreadable-file";
  return failure(
    code,
    code === "no-such-file"
      ? "No file has this name. Check the spelling; names in a manifest are relative to its folder."
      : `The system refuses to read it (${name ?? "unknown error"}). Check its permissions.`,
  );
}

/** Reads a file that a manifest names, which must be inside one of the manifest's roots. */
export function readNamedFile(name: string, from: FileLocation, maxMegabytes: number): TextResult {
  if (name.includes("\0")) return failure("no-such-file", "A file's name cannot hold a NUL character.");
  const path = resolve(from.folder, name);
  try {
    // The name is judged before the file is looked for, so that nothing outside can be probed.
    const real = isInside(path, from.roots) ? realpathSync(path) : path;
    if (!isInside(real, from.roots)) return outside(name, isInside(path, from.roots));
    return readReal(real, maxMegabytes, from.texts ?? new Map());
  } catch (error) {
    return readFailure(error);
  }
}

/** What a file that a manifest names is shown as. */
export function shownName(name: string, from: FileLocation): string {
  return isAbsolute(name) ? name : join(dirname(from.shown), name);
}

function outside(name: string, linked: boolean): Finding {
  const how = linked ? "is a link that leads" : "leads";
  return failure(
    "outside-root",
    `${JSON.stringify(name)} ${how} outside the root (the folder of the path given, or of the project file). A manifest reads only files inside it. Move the file, or give a folder that holds both.`,
  );
}

/** Whether a path is one of the folders or below one. */
export function isInside(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => {
    const way = relative(root, path);
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}
