/** Accepting drift: what was done by hand → texts of the manifest files, proven by a plan of them. Writes nothing. */
import type { AppliancePort } from "../appliance/port.ts";
import { hasErrors, NOT_ACCEPTED } from "../diagnostics.ts";
import { EXIT } from "../errors.ts";
import { type EditedFile, editManifests } from "../manifest/accept.ts";
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
  const { files, refused: unwritable } = editManifests(paths, load, edits);
  const open = [...refused, ...unwritable];
  const done = (
    accepted: readonly Address[],
    problems: readonly Diagnostic[],
    exitCode: number,
  ): AcceptRun => {
    const written = exitCode === EXIT.error ? [] : files;
    return { drift, files: written, accepted, diagnostics: [...found, ...open, ...problems], exitCode };
  };
  const texts = new Map(files.map(({ real, after }) => [real, after]));
  const edited = await loadManifest(paths, { ...load, texts });
  if (edited.manifest === undefined) return done([], edited.diagnostics, EXIT.error);
  const { plan } = await planRun(port, edited.manifest);
  const left = edits.flatMap((edit) => leftOver(edit, plan.changes, open));
  if (left.length > 0) return done([], left, EXIT.error);
  const openAddresses = new Set(open.map(({ address }) => address));
  const accepted = edits.map(({ address }) => address).filter((address) => !openAddresses.has(address));
  const errors = isApplicable(plan) ? [] : plan.diagnostics;
  const whole = !hasErrors([...open, ...errors]);
  const code = whole ? EXIT.done : files.length > 0 ? EXIT.partial : EXIT.error;
  return done([...new Set(accepted)].sort(), errors, code);
}

/** What a plan would still do about a part that was to be accepted: then the text does not say what is live. */
function leftOver(
  { address, name, fields, lists }: EntryEdit,
  changes: readonly Change[],
  open: readonly Diagnostic[],
): readonly Diagnostic[] {
  const now = name === undefined ? address : `${address.slice(0, address.indexOf("/"))}/${name}`;
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
