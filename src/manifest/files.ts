/**
 * Paths → manifest files. A folder stands for the manifests in it and in its subfolders, without dot
 * folders and node_modules. Each file is read once, however often and by whatever link it is named.
 */
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, parse, relative, resolve, sep } from "node:path";
import type { Diagnostic, Scope } from "../model.ts";
import { failure, report } from "./codes.ts";
import { type FileLocation, isInside, readFailure, readText } from "./text-file.ts";

const MANIFEST_MEGABYTES = 10;
const MANIFEST_NAME = /\.ya?ml$/i;
const SKIPPED = /^\.|^node_modules$/;

export interface ManifestFile extends FileLocation {
  readonly text: string;
  /** As in a `Scope`. */
  readonly path: string;
  /** As the system knows it, links resolved. */
  readonly real: string;
}

export interface FileOptions {
  readonly root?: string;
  readonly cwd?: string;
  /** The real path of a file that is no manifest, though a folder of manifests may hold it. */
  readonly except?: string;
  readonly texts?: FileLocation["texts"];
}

interface Found {
  readonly shown: string;
  readonly real: string;
  readonly root: string;
}

interface Search {
  readonly found: readonly Found[];
  readonly problems: readonly Diagnostic[];
  /** The real path of the folder that was named. */
  readonly folder?: string;
}

export interface ReadManifests {
  readonly files: readonly ManifestFile[];
  /** The folders that are read whole, as in a `Scope`. */
  readonly folders: Scope["folders"];
  readonly problems: readonly Diagnostic[];
}

/** The top of the Git work tree that a folder is in. */
export function workTree(folder: string): string | undefined {
  for (let top = folder; ; top = dirname(top)) {
    if (existsSync(join(top, ".git"))) return top;
    if (top === dirname(top)) return undefined;
  }
}

/**
 * What manifests are named from: one name each, wherever a run starts, so that what was applied from one
 * folder is never taken for what another folder has lost.
 */
function baseOf(folder: string): string {
  return workTree(folder) ?? parse(folder).root;
}

function scopePath(path: string, base: string): string {
  return relative(base, path).split(sep).join("/");
}

/** Every manifest that the paths stand for, sorted by the name it is shown with. */
export function readManifests(paths: readonly string[], options: FileOptions): ReadManifests {
  if (paths.length === 0) {
    return {
      files: [],
      folders: [],
      problems: [report(failure("no-manifests", "No path was given. Name a file or a folder."), {})],
    };
  }
  const searches = paths.map((path) => searchPath(path, options));
  const base = baseOf(realRoot(options) ?? realpathSync(options.cwd ?? process.cwd()));
  const read = unique(searches.flatMap((search) => search.found)).map((item) =>
    readManifest(item, base, options),
  );
  return {
    files: read.flatMap((item) => ("text" in item ? [item] : [])),
    folders: searches.flatMap(({ folder }) => (folder === undefined ? [] : [scopePath(folder, base)])),
    problems: [
      ...searches.flatMap((search) => search.problems),
      ...read.flatMap((item) => ("text" in item ? [] : [item])),
    ],
  };
}

function searchPath(path: string, options: FileOptions): Search {
  if (path.trim() === "") return { found: [], problems: [emptyPath()] };
  try {
    const real = realpathSync(resolve(options.cwd ?? process.cwd(), path));
    const folder = statSync(real).isDirectory();
    const root = realRoot(options) ?? (folder ? real : dirname(real));
    if (!folder) return { found: [{ shown: path, real, root }], problems: [] };
    const search = searchFolder(path, real, {
      boundary: real,
      root,
      visited: new Set(options.except === undefined ? [] : [options.except]),
    });
    return search.found.length + search.problems.length > 0
      ? { ...search, folder: real }
      : { found: [], problems: [noManifests(path)] };
  } catch (error) {
    return { found: [], problems: [unusablePath(path, error)] };
  }
}

function realRoot({ root, cwd }: FileOptions): string | undefined {
  if (root === undefined) return undefined;
  const path = resolve(cwd ?? process.cwd(), root);
  return existsSync(path) ? realpathSync(path) : path;
}

interface Bounds {
  /** What links in a folder must not leave: the folder that was named. */
  readonly boundary: string;
  readonly root: string;
  /** What is not searched, by real path: folders that were, since links may lead round, and what is no manifest. */
  readonly visited: Set<string>;
}

function searchFolder(shown: string, real: string, bounds: Bounds): Search {
  bounds.visited.add(real);
  const searches = readdirSync(real)
    .filter((name) => !SKIPPED.test(name))
    .sort()
    .map((name) => searchEntry(join(shown, name), join(real, name), bounds));
  return { found: searches.flatMap((s) => s.found), problems: searches.flatMap((s) => s.problems) };
}

function searchEntry(shown: string, path: string, bounds: Bounds): Search {
  const nothing: Search = { found: [], problems: [] };
  const manifest = MANIFEST_NAME.test(path);
  try {
    const real = realpathSync(path);
    const folder = statSync(real).isDirectory();
    if ((!folder && !manifest) || bounds.visited.has(real)) return nothing;
    if (!isInside(real, [bounds.boundary, bounds.root]))
      return { found: [], problems: [linkedOutside(shown)] };
    return folder
      ? searchFolder(shown, real, bounds)
      : { found: [{ shown, real, root: bounds.root }], problems: [] };
  } catch (error) {
    // What cannot be looked into may be a folder of manifests, and must not count as an empty one.
    return { found: [], problems: [unusablePath(shown, error)] };
  }
}

function linkedOutside(shown: string): Diagnostic {
  const detail = `${shown} is a link that leads outside the folder given. Give its target as a path of its own, or remove the link.`;
  return report(failure("outside-root", detail), { source: { file: shown, line: 1, column: 1 } });
}

/** What an unset variable of a shell leaves; taken as a path it would be the working folder. */
function emptyPath(): Diagnostic {
  const detail =
    "A path is empty. Name a file or a folder, `.` for this one; in a script, check the variable that should hold the path.";
  return report(failure("no-such-path", detail), {});
}

function noManifests(path: string): Diagnostic {
  const detail = `${path} and its subfolders hold no *.yaml or *.yml file. An empty folder is not taken as "nothing is declared"; check the path.`;
  return report(failure("no-manifests", detail), {});
}

function unusablePath(path: string, error: unknown): Diagnostic {
  const finding = readFailure(error);
  if (finding.code !== "no-such-file") {
    return report({ ...finding, detail: `${path}: ${finding.detail}` }, {});
  }
  const glob = /[*?]/.test(path) ? " Patterns are not expanded here; give the folder." : "";
  return report(
    failure("no-such-path", `${path} is neither a file nor a folder.${glob} Check the spelling.`),
    {},
  );
}

/** One of each real file, with every root it was found under. */
function unique(found: readonly Found[]): readonly (Omit<Found, "root"> & { roots: readonly string[] })[] {
  const first = new Map<string, { shown: string; real: string; roots: readonly string[] }>();
  for (const { shown, real, root } of found) {
    const known = first.get(real);
    first.set(
      real,
      known === undefined ? { shown, real, roots: [root] } : { ...known, roots: [...known.roots, root] },
    );
  }
  return [...first.values()].sort((a, b) => (a.shown < b.shown ? -1 : 1));
}

function readManifest(
  { shown, real, roots }: { shown: string; real: string; roots: readonly string[] },
  base: string,
  { texts = new Map() }: FileOptions,
): ManifestFile | Diagnostic {
  const result = readText(real, MANIFEST_MEGABYTES, texts);
  return "text" in result
    ? { shown, path: scopePath(real, base), real, folder: dirname(real), roots, text: result.text, texts }
    : report(result, { source: { file: shown, line: 1, column: 1 } });
}
