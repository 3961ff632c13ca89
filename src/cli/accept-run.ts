/** Accepting drift: what was done by hand → texts of the manifest files, proven by a plan of them. Writes nothing. */
import type { AppliancePort } from "../appliance/port.ts";
import { hasErrors, NOT_ACCEPTED } from "../diagnostics.ts";
import { EXIT } from "../errors.ts";
import { type EditedFile, type EditedManifests, editManifests } from "../manifest/accept.ts";
import { type LoadOptions, loadManifest } from "../manifest/load.ts";
import type { Address, Change, Diagnostic, EntryEdit, Manifest, Plan } from "../model.ts";
import { acceptDrift } from "../reconcile/accept.ts";
import { driftRun } from "../reconcile/drift-run.ts";
import { isApplicable } from "../reconcile/plan.ts";
import { planRun } from "../reconcile/run.ts";

export interface AcceptRun {
  /** What was found, as `drift` shows it. */
  readonly drift: Plan;
  readonly files: readonly EditedFile[];
  /** The entries whose every difference is in the files. */
  readonly accepted: readonly Address[];
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: number;
}

/** `manifest` is what the paths hold. Sends no request that writes. */
export async function acceptRun(
  port: AppliancePort,
  manifest: Manifest,
  paths: readonly string[],
  load: LoadOptions,
): Promise<AcceptRun> {
  const { plan: drift, snapshot, diagnostics: found } = await driftRun(port, manifest);
  const { edits, refused } = acceptDrift(manifest, drift.changes, snapshot);
  const edited = await editAndLoad(edits, paths, load);
  const open = [...refused, ...edited.refused, ...edited.invalid.map((item) => notValid(item, manifest))];
  const failed = (problems: readonly Diagnostic[]): AcceptRun => {
    return {
      drift,
      files: [],
      accepted: [],
      diagnostics: [...found, ...open, ...problems],
      exitCode: EXIT.error,
    };
  };
  if (edited.manifest === undefined) return failed(edited.problems);
  const { plan } = await planRun(port, edited.manifest);
  const left = edited.edits.flatMap((edit) => leftOver(edit, plan.changes, open));
  if (left.length > 0) return failed(left);
  const openAddresses = new Set(open.map(({ address }) => address));
  const accepted = edited.edits
    .map(({ address }) => address)
    .filter((address) => !openAddresses.has(address));
  const errors = isApplicable(plan) ? [] : plan.diagnostics;
  const { files } = edited;
  const whole = !hasErrors([...open, ...errors]);
  return {
    drift,
    files,
    accepted: [...new Set(accepted)].sort(),
    diagnostics: [...found, ...open, ...errors],
    exitCode: whole ? EXIT.done : files.length > 0 ? EXIT.partial : EXIT.error,
  };
}

interface EditedManifest extends EditedManifests {
  readonly edits: readonly EntryEdit[];
  /** Edits that would not make good entries. */
  readonly invalid: readonly InvalidEdit[];
  /** Absent where the files would not be a manifest. */
  readonly manifest?: Manifest;
  readonly problems: readonly Diagnostic[];
}

/** The files with the edits, without those of entries that would not be good ones. */
async function editAndLoad(
  edits: readonly EntryEdit[],
  paths: readonly string[],
  load: LoadOptions,
): Promise<EditedManifest> {
  const { files, refused } = editManifests(paths, load, edits);
  const texts = new Map(files.map(({ real, after }) => [real, after]));
  const { manifest, diagnostics } = await loadManifest(paths, { ...load, texts });
  if (manifest !== undefined) return { edits, files, refused, invalid: [], manifest, problems: [] };
  const wrong = new Map(diagnostics.flatMap((d) => (d.severity === "error" ? [[d.address, d]] : [])));
  const problemOf = ({ address, name }: EntryEdit): Diagnostic | undefined =>
    wrong.get(name === undefined ? address : withName(address, name));
  const good = edits.filter((edit) => problemOf(edit) === undefined);
  if (good.length === edits.length) return { edits, files, refused, invalid: [], problems: diagnostics };
  const again = await editAndLoad(good, paths, load);
  const bad = edits.flatMap((edit): InvalidEdit[] => {
    const problem = problemOf(edit);
    return problem === undefined ? [] : [{ edit, problem }];
  });
  return { ...again, invalid: [...bad, ...again.invalid] };
}

interface InvalidEdit {
  readonly edit: EntryEdit;
  readonly problem: Diagnostic;
}

function notValid({ edit: { address }, problem }: InvalidEdit, { resources }: Manifest): Diagnostic {
  const source = resources.find((resource) => resource.address === address)?.at("/name");
  return {
    ...NOT_ACCEPTED,
    detail: `What the appliance has would not be a valid entry: ${problem.detail} The entry is left as it is. Edit it by hand, or let apply undo the change.`,
    address,
    ...(source === undefined ? {} : { source }),
  };
}

function withName(address: Address, name: string): Address {
  return `${address.slice(0, address.indexOf("/"))}/${name}`;
}

/** What a plan would still do about a part that was to be accepted: then the text does not say what is live. */
function leftOver(
  { address, name, fields, lists }: EntryEdit,
  changes: readonly Change[],
  open: readonly Diagnostic[],
): readonly Diagnostic[] {
  const now = name === undefined ? address : withName(address, name);
  const change = changes.find((planned) => planned.address === now);
  if (change === undefined) return [];
  const isOpen = (at: string): boolean => open.some((d) => d.address === address && d.pointer === at);
  const parts = [
    ...fields
      .map(({ pointer }) => pointer)
      .filter((at) => change.fields.some(({ pointer }) => pointer === at || pointer.startsWith(`${at}/`))),
    ...lists
      .map(({ relation }) => relation)
      .filter((name) => change.relations.some(({ relation }) => relation === name))
      .map((name) => `/${name}`),
  ].filter((at) => !isOpen(at));
  return parts.map((at) => ({
    ...NOT_ACCEPTED,
    detail: `With the edit, a plan would still change ${at.slice(1)}. Nothing was written. Edit it by hand, and please report this.`,
    address,
    pointer: at,
    ...(change.source === undefined ? {} : { source: change.source }),
  }));
}
