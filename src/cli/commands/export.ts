/** `hopsync export`: what the appliance has, as manifests. */
import { join } from "node:path";
import { EXIT, HopsyncError } from "../../errors.ts";
import { kinds } from "../../kinds/index.ts";
import { INVENTORY_KIND, INVENTORY_PATH } from "../../kinds/inventory-object.ts";
import { fitEntries } from "../../manifest/fit.ts";
import { type FileScope, layOutManifests } from "../../manifest/layout.ts";
import { writeManifest } from "../../manifest/write.ts";
import type { Diagnostic, ExportedEntry } from "../../model.ts";
import { exportLive } from "../../reconcile/export.ts";
import { notExported } from "../../reconcile/inventory.ts";
import { renderExport } from "../../render/export-text.ts";
import type { Io } from "../io.ts";
import type { ConnectionFlags, OutputOptions } from "../options.ts";
import { otherFiles, writeFiles } from "../output-files.ts";
import { fromCwd, runSession } from "../session.ts";

export interface ExportFlags extends OutputOptions, ConnectionFlags {
  readonly out?: string;
  /** Sections. */
  readonly kind?: readonly string[];
  readonly oneFilePer?: FileScope;
  readonly builtIns?: true;
  readonly overwrite?: true;
  /** Whose objects: those of all other owners are left out. */
  readonly owner?: string;
}

export async function exportManifests(
  given: readonly string[],
  options: ExportFlags,
  io: Io,
): Promise<number> {
  return runSession("export", options, io, async (session) => {
    refusePaths(given);
    refuseWithoutFolder(options);
    const port = await session.connect(options);
    const wanted = kinds.filter(({ section }) => options.kind?.includes(section) ?? true);
    // Other owners' objects of any kind are told by the inventories alone.
    const listed = options.owner === undefined ? undefined : await port.list(INVENTORY_PATH);
    const live = await exportLive(port, {
      kinds: wanted.map(({ kind }) => kind),
      builtIns: options.builtIns ?? false,
      leaveOut: (objects) => {
        const own = objects.get(INVENTORY_KIND) ?? [];
        return notExported(listed ?? own.map(({ fields }) => fields), options.owner);
      },
    });
    const { entries, diagnostics } = fitEntries(live.entries);
    session.note([...live.diagnostics, ...diagnostics]);
    const finish = { exitCode: EXIT.done, target: live.target };
    const objects = countSections(entries);
    if (options.out === undefined) {
      const manifest = writeManifest(entries);
      return session.finish({ ...finish, exported: { objects, files: [], manifest }, text: () => manifest });
    }
    const { out } = options;
    const files = layOutManifests(entries, options.oneFilePer ?? "kind");
    const folder = fromCwd(io, out);
    writeFiles(folder, files, options.overwrite === true);
    session.note(othersInFolder(out, otherFiles(folder, files, /\.ya?ml$/i)));
    const paths = files.map(({ path }) => join(out, path).replaceAll("\\", "/"));
    return session.finish({ ...finish, exported: { objects, files: paths }, text: renderExport });
  });
}

/** An export reads no manifest; who names some may mean where to write. */
function refusePaths(paths: readonly string[]): void {
  if (paths.length === 0) return;
  throw new HopsyncError("usage", `export reads no manifests, and ${paths[0]} was given.`, {
    hint: "Name the folder to write into with --out. --drift edits manifests that are there.",
  });
}

/** What these options say is lost on stdout. */
function refuseWithoutFolder({ out, oneFilePer, overwrite }: ExportFlags): void {
  const given = oneFilePer !== undefined ? "--one-file-per" : overwrite === true ? "--overwrite" : undefined;
  if (out !== undefined || given === undefined) return;
  throw new HopsyncError("needs-out", `${given} is about files, and without --out none are written.`, {
    hint: "Name a folder with --out, or leave the option out.",
  });
}

/** They would be read together with the export: what is gone from the appliance would be made again. */
function othersInFolder(out: string, others: readonly string[]): readonly Diagnostic[] {
  if (others.length === 0) return [];
  const detail = `${out} holds other manifests, which a plan of the folder reads as well: ${others.join(", ")}. Remove them if they are from an earlier export.`;
  return [
    { severity: "warning", code: "other-manifests", summary: "The folder holds other manifests", detail },
  ];
}

function countSections(entries: readonly ExportedEntry[]): Readonly<Record<string, number>> {
  const counts = kinds.map(({ kind, section }): [string, number] => {
    return [section, entries.filter((entry) => entry.kind === kind).length];
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
