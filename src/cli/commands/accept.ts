/** `hopsync export --drift`: what was done by hand on the appliance, written into the manifest files. */
import { EXIT, HopsyncError } from "../../errors.ts";
import { findKind, kinds } from "../../kinds/index.ts";
import type { Address } from "../../model.ts";
import { renderAccepted } from "../../render/accept-text.ts";
import { acceptRun } from "../accept-run.ts";
import type { Io } from "../io.ts";
import type { ManifestOptions } from "../options.ts";
import { replaceFiles } from "../output-files.ts";
import { interruption, runSession } from "../session.ts";
import type { ExportFlags } from "./export.ts";

export interface AcceptFlags extends ExportFlags, ManifestOptions {}

export async function accept(paths: readonly string[], options: AcceptFlags, io: Io): Promise<number> {
  return runSession("export", options, io, async (session) => {
    refuseOthers(options);
    const manifest = await session.load(paths, options);
    if (manifest === undefined) return session.finish({ exitCode: EXIT.error });
    const port = await session.connect(options);
    const input = session.input(paths, options);
    const run = await acceptRun(port, manifest, input.paths, input.load);
    session.note(run.diagnostics);
    const stopped = interruption(io);
    if (stopped !== undefined) return session.finish({ exitCode: stopped, plan: run.drift });
    replaceFiles(run.files);
    const files = run.files.map(({ shown }) => shown.replaceAll("\\", "/"));
    return session.finish({
      exitCode: run.exitCode,
      plan: run.drift,
      exported: { objects: countSections(run.accepted), files, accepted: run.accepted },
      text: renderAccepted,
    });
  });
}

/** What these options choose is chosen by the drift and the manifests that are there. */
function refuseOthers({ out, kind, oneFilePer, builtIns, overwrite, owner }: ExportFlags): void {
  const given = Object.entries({
    out,
    kind,
    "one-file-per": oneFilePer,
    "built-ins": builtIns,
    overwrite,
    owner,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `--${name}`);
  if (given.length === 0) return;
  throw new HopsyncError("usage", `${given.join(", ")} cannot stand beside --drift.`, {
    hint: "--drift edits the manifest files that declare what drifted. Name these, and nothing else.",
  });
}

function countSections(addresses: readonly Address[]): Readonly<Record<string, number>> {
  const sections = addresses.map((address) => findKind(address.slice(0, address.indexOf("/")))?.section);
  const counts = kinds.map(({ section }): [string, number] => [
    section,
    sections.filter((other) => other === section).length,
  ]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
