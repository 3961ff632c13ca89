/** The target of a run: which appliance and which manifests the project file names, and what flags replace. */
import { lstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { secretOf } from "../appliance/credentials.ts";
import { hasErrors } from "../diagnostics.ts";
import { HopsyncError } from "../errors.ts";
import type { LoadedManifest, LoadOptions } from "../manifest/load.ts";
import { isInside } from "../manifest/text-file.ts";
import type { Diagnostic } from "../model.ts";
import { chooseTarget, filesOfTarget } from "../project/choose.ts";
import type { ReadConnection, TargetConnection } from "../project/connection.ts";
import type { Project, ProjectTarget } from "../project/project.ts";
import { givesCredentials } from "./credentials.ts";
import type { Io } from "./io.ts";
import type { ConnectionFlags, ManifestOptions, TargetFlags } from "./options.ts";

const PROJECT_FILE = "hopsync.yaml";
const DEFAULT_PATH = "manifests";

/** The target that a run is for. */
export interface RunTarget {
  readonly project: Project;
  readonly target: ProjectTarget;
  /** Absent where the command connects to nobody, or to whom flags say. */
  readonly connection?: TargetConnection;
}

export interface ChosenTarget {
  /** Absent without a project file, or where it has errors. */
  readonly chosen?: RunTarget;
  readonly diagnostics: readonly Diagnostic[];
}

/** The project file of a run; undefined where there is none. */
export function findProject({ project }: TargetFlags, io: Io): string | undefined {
  if (project !== undefined) return project;
  // A link that leads nowhere is there, and an error.
  const found = lstatSync(join(io.cwd, PROJECT_FILE), { throwIfNoEntry: false });
  return found === undefined ? undefined : PROJECT_FILE;
}

export function noProject(what: string, { cwd }: Io): HopsyncError {
  return new HopsyncError("no-project", `${what}, and there is no ${PROJECT_FILE} in ${cwd}.`, {
    hint: "Run hopsync in the folder that holds it, or name it with --project.",
  });
}

/** The target that flags and project file choose. `connects` tells whether the command needs its connection. */
export async function targetOf(
  flags: TargetFlags & Partial<ConnectionFlags>,
  connects: boolean,
  io: Io,
): Promise<ChosenTarget> {
  const file = findProject(flags, io);
  if (file === undefined) {
    if (flags.target === undefined) return { diagnostics: [] };
    throw noProject(`--target ${flags.target} names a target of a project file`, io);
  }
  const { loadProject } = await import("../project/load.ts");
  const { project, diagnostics } = loadProject(file, io.cwd);
  if (project === undefined) return { diagnostics };
  const target = chooseTarget(project, flags.target);
  if ("severity" in target) return { diagnostics: [...diagnostics, target] };
  const { chosen, diagnostics: found } = await chosenTarget(project, target, flags, connects, io);
  return { ...(chosen === undefined ? {} : { chosen }), diagnostics: [...diagnostics, ...found] };
}

/** The target with its connection, if that is needed. */
export async function chosenTarget(
  project: Project,
  target: ProjectTarget,
  flags: Partial<ConnectionFlags>,
  connects: boolean,
  io: Io,
): Promise<ChosenTarget> {
  if (!connects) return { chosen: { project, target }, diagnostics: [] };
  const { connection, diagnostics } = await connect(project, target, flags, io);
  const chosen = { project, target, ...(connection === undefined ? {} : { connection }) };
  return { ...(hasErrors(diagnostics) ? {} : { chosen }), diagnostics };
}

/** The target's connection, without what flags replace; none where they name another host. */
async function connect(
  project: Project,
  target: ProjectTarget,
  flags: Partial<ConnectionFlags>,
  io: Io,
): Promise<ReadConnection> {
  if (flags.host !== undefined) {
    refuseOtherHost(flags, target);
    return { diagnostics: [] };
  }
  const { connectionOf } = await import("../project/connection.ts");
  const wanted = { credentials: !givesCredentials(flags), trust: !givesTrust(flags) };
  const read = await connectionOf(project, target, io.env, wanted);
  const { credentials } = read.connection ?? {};
  if (credentials !== undefined) io.onSecret?.(secretOf(credentials));
  return read;
}

function givesTrust({ fingerprint, caFile, insecure }: Partial<ConnectionFlags>): boolean {
  return [fingerprint, caFile, insecure].some((flag) => flag !== undefined);
}

/** A target's credentials go to its own host only, and where it has some, no others are guessed. */
function refuseOtherHost(flags: Partial<ConnectionFlags>, target: ProjectTarget): void {
  const { name, api_key, api_key_file, client_id } = target;
  if (givesCredentials(flags) || (api_key ?? api_key_file ?? client_id) === undefined) return;
  throw new HopsyncError(
    "other-host",
    `--host ${flags.host} is not where the credentials of target ${name} belong, and no others are given.`,
    {
      hint: `Leave --host out to use ${name}, or give those for that host with --api-key-file, or --client-id and --client-secret-file.`,
    },
  );
}

/** Manifests, and how they are read. */
export interface ManifestInput {
  readonly paths: readonly string[];
  readonly load: LoadOptions;
  readonly problems: readonly Diagnostic[];
  /** The target, where all its manifests are read. */
  readonly target?: ProjectTarget;
}

/** Loads what `manifestInput` has found, without problems. */
export async function loadInput({ paths, load, target }: ManifestInput): Promise<LoadedManifest> {
  const [{ loadManifest }, { unusedVariables }] = await Promise.all([
    import("../manifest/load.ts"),
    import("../project/choose.ts"),
  ]);
  const loaded = await loadManifest(paths, load);
  if (target === undefined || loaded.manifest === undefined) return loaded;
  return { ...loaded, diagnostics: [...loaded.diagnostics, ...unusedVariables(target, loaded.variables)] };
}

/** The manifests of a run: the paths given, else those of the target, else the default. */
export function manifestInput(
  given: readonly string[],
  { var: vars = {} }: ManifestOptions,
  chosen: RunTarget | undefined,
  { env, cwd }: Io,
): ManifestInput {
  const own = { paths: given.length === 0 ? [DEFAULT_PATH] : given, problems: [] };
  if (chosen === undefined) return { ...own, load: { env, vars, cwd } };
  const { project, target } = chosen;
  const named = filesOfTarget(project, target, "paths", cwd);
  const overlays = filesOfTarget(project, target, "overlays", cwd);
  const { paths, problems } =
    given.length > 0 ? own : { paths: named.files.map(({ path }) => path), problems: named.problems };
  // Who names manifests outside the project means their own folders.
  const inside = paths.every((path) => isInside(resolve(cwd, path), [project.folder]));
  return {
    paths,
    problems: [...problems, ...overlays.problems],
    ...(given.length > 0 ? {} : { target }),
    load: {
      env,
      overlays: overlays.files,
      partial: given.length > 0,
      vars: { ...target.vars, ...vars },
      cwd,
      except: project.real,
      ...(inside ? { root: project.folder } : {}),
    },
  };
}
