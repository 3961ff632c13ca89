/** Manifests without the command line, where more of them is needed than a document tells. */
import { manifestInput, type RunTarget, targetOf } from "../cli/target.ts";
import { hasErrors } from "../diagnostics.ts";
import { type LoadedManifest, loadManifest } from "../manifest/load.ts";
import type { Run } from "./run.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  readonly folder: string;
  /** What `${env:…}` stands for. */
  readonly env: Environment;
  /** Whether the target's connection is read too. */
  readonly connects: boolean;
}

export interface Loaded extends LoadedManifest {
  /** Absent without a project file. */
  readonly chosen?: RunTarget;
}

/** As the command line loads them: the paths given, else those of the target, else the default. */
export async function load({ inputs, flags, io }: Run, options: LoadOptions): Promise<Loaded> {
  const { folder, env, connects } = options;
  const here = { ...io(folder, () => {}), env };
  const { chosen, diagnostics } = await targetOf(flags, connects, here);
  const given = Object.fromEntries(inputs.vars.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  const manifests = manifestInput(inputs.paths, { var: given }, chosen, here);
  const early = [...diagnostics, ...manifests.problems];
  const found = chosen === undefined ? {} : { chosen };
  if (hasErrors(early)) return { ...found, diagnostics: early };
  const loaded = await loadManifest(manifests.paths, manifests.load);
  return { ...found, ...loaded, diagnostics: [...early, ...loaded.diagnostics] };
}
