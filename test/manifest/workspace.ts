/** Manifests in temporary folders, and what loading them says. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type LoadedManifest, loadManifest } from "../../src/manifest/load.ts";
import type { Diagnostic, Json, Manifest, Resource } from "../../src/model.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface Given {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly vars?: Readonly<Record<string, Json>>;
  readonly root?: string;
  /** What is loaded, relative to the folder; all of it unless told. */
  readonly paths?: readonly string[];
  readonly overlays?: readonly string[];
  readonly partial?: boolean;
}

/** Runs an action in a folder that holds the files, and removes the folder. */
export async function inFolder<T>(files: Files, act: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "hopsync-manifest-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Loads paths of a folder, which is the working folder as well. */
export function loadIn(folder: string, given: Given = {}): Promise<LoadedManifest> {
  const { env = {}, vars = {}, paths = ["."], overlays = [], partial = false, root } = given;
  const named = overlays.map((path) => ({ path, source: { file: "hopsync.yaml", line: 1, column: 1 } }));
  const options = { env, vars, cwd: folder, overlays: named, partial };
  return loadManifest(paths, { ...options, ...(root === undefined ? {} : { root }) });
}

/** Loads files, or the text of one file `m.yaml`. */
export function load(files: Files | string, given: Given = {}): Promise<LoadedManifest> {
  return inFolder(typeof files === "string" ? { "m.yaml": files } : files, (folder) => loadIn(folder, given));
}

/** `12:5 code`, with the file where it is not the only one. */
export function spot({ code, source, severity }: Diagnostic): string {
  const place = source === undefined ? "" : `${source.line}:${source.column} `;
  const file = source === undefined || source.file === "m.yaml" ? "" : `${source.file}:`;
  return `${file}${place}${severity === "warning" ? "warning " : ""}${code}`;
}

/** Everything that loading says, as spots. */
export async function spots(files: Files | string, given: Given = {}): Promise<readonly string[]> {
  return (await load(files, given)).diagnostics.map(spot);
}

/** The manifest of files that must have no error. */
export async function manifestOf(files: Files | string, given: Given = {}): Promise<Manifest> {
  const { manifest, diagnostics } = await load(files, given);
  if (manifest === undefined) throw new Error(diagnostics.map((d) => `${spot(d)} ${d.detail}`).join("\n"));
  return manifest;
}

/** The one resource of a manifest. */
export async function resourceOf(files: Files | string, given: Given = {}): Promise<Resource> {
  const [resource, ...others] = (await manifestOf(files, given)).resources;
  if (resource === undefined || others.length > 0) throw new Error(`${others.length + 1} resources`);
  return resource;
}
