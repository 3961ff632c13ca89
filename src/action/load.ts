/** Manifests without the command line, where more of them is needed than a document tells. */
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { findProject, loadInput, manifestInput, type RunTarget, targetOf } from "../cli/target.ts";
import { hasErrors } from "../diagnostics.ts";
import { HopsyncError } from "../errors.ts";
import type { LoadedManifest } from "../manifest/load.ts";
import { isInside } from "../manifest/text-file.ts";
import type { Run } from "./run.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  readonly folder: string;
  /** What `${env:…}` stands for. */
  readonly env: Environment;
  /** Whether the target's connection is read too. */
  readonly connects: boolean;
  /** The folder that nothing may lead out of, where files are a stranger's. */
  readonly within?: string;
}

export interface Loaded extends Pick<LoadedManifest, "manifest" | "diagnostics"> {
  /** Absent without a project file. */
  readonly chosen?: RunTarget;
}

/** As the command line loads them: the paths given, else those of the target, else the default. */
export async function load({ inputs, flags, io }: Run, options: LoadOptions): Promise<Loaded> {
  const { folder, env, connects, within } = options;
  const here = { ...io(folder, () => {}), env };
  refuseWayOut(folder, [findProject(flags, here) ?? "."], within);
  const { chosen, diagnostics } = await targetOf(flags, connects, here);
  const given = Object.fromEntries(inputs.vars.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  const manifests = manifestInput(inputs.paths, { var: given }, chosen, here);
  const overlays = manifests.load.overlays?.map(({ path }) => path) ?? [];
  refuseWayOut(folder, [...manifests.paths, ...overlays], within);
  const early = [...diagnostics, ...manifests.problems];
  const found = chosen === undefined ? {} : { chosen };
  if (hasErrors(early)) return { ...found, diagnostics: early };
  const loaded = await loadInput(manifests);
  return { ...found, ...loaded, diagnostics: [...early, ...loaded.diagnostics] };
}

/** By a link as the top of its manifests or as its project file, a stranger could have any file shown. */
function refuseWayOut(folder: string, paths: readonly string[], within: string | undefined): void {
  if (within === undefined) return;
  const out = paths.find((path) => {
    const full = resolve(folder, path);
    return existsSync(full) && !isInside(realpathSync(full), [realpathSync(within)]);
  });
  if (out === undefined) return;
  throw new HopsyncError("outside-workspace", `${out} leads outside the files that were checked out.`, {
    hint: "What a pull request without secrets names stays inside them, links too.",
  });
}
