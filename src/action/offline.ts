/** A pull request from a fork has no secrets: its manifests are checked and compared, and no appliance is asked. */
import { setOutput } from "@actions/core";
import { manifestInput, targetOf } from "../cli/target.ts";
import { hasErrors } from "../diagnostics.ts";
import { EXIT } from "../errors.ts";
import { type LoadedManifest, loadManifest } from "../manifest/load.ts";
import { diffManifests } from "../reconcile/manifest-diff.ts";
import { VERSION } from "../version.ts";
import { checkOutBase } from "./base-checkout.ts";
import { comparedDocument } from "./compared.ts";
import { annotate, detailed, setOutputs, setSummary } from "./outputs.ts";
import type { Run } from "./run.ts";
import { summary } from "./summary.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the run is of a pull request that gets no secrets, and has no key. */
export function isOffline({ inputs, context }: Run, env: Environment): boolean {
  const keyless = inputs.apiKey === undefined && (env.EXTRAHOP_API_KEY ?? "") === "";
  const { pullRequest, actor } = context;
  const secretless = pullRequest?.fork === true || (pullRequest !== undefined && actor === "dependabot[bot]");
  return secretless && keyless && ["plan", "validate"].includes(inputs.command);
}

/** The token of such a run may not comment, so the summary and the annotations are all that it leaves. */
export async function offline(run: Run): Promise<Verdict> {
  const { context, inputs } = run;
  const { sha, pullRequest } = context;
  run.say(
    "Pull requests from forks and from Dependabot get no secrets: the manifests are checked, and no appliance is asked.",
  );
  const head = await load(run, run.folder);
  const base = head.manifest === undefined ? undefined : await loadBase(run);
  const difference = head.manifest && base && diffManifests(base.manifest, head.manifest);
  const exitCode = head.manifest === undefined ? EXIT.error : EXIT.done;
  const { diagnostics, manifest } = head;
  const parts = { exitCode, version: VERSION, owner: manifest?.owner, diagnostics };
  const document = comparedDocument(parts, difference);
  setOutputs(document, detailed(exitCode, document));
  setOutput("plan-file", "");
  annotate(diagnostics, context, inputs.folder);
  const compared = base === undefined ? {} : { base: pullRequest?.baseSha };
  setSummary(summary(document, { target: run.target, sha, compared }), context);
  return verdictOf("The validation", exitCode, document, [EXIT.done]);
}

/** Undefined where the base branch has no manifest that can be read. */
async function loadBase(run: Run): Promise<Required<Pick<LoadedManifest, "manifest">> | undefined> {
  const { github, context } = run;
  if (github === undefined || context.pullRequest === undefined) return undefined;
  const folder = await checkOutBase(github, context, context.pullRequest.baseSha, run.inputs.folder);
  if (folder === undefined) return undefined;
  const { manifest } = await load(run, folder);
  return manifest && { manifest };
}

/** The manifest under the first stand-in that its fields take; else what is wrong with it under the first of all. */
async function load(run: Run, folder: string): Promise<LoadedManifest> {
  const [first, ...others] = STAND_INS;
  const loaded = await loadWith(first, run, folder);
  for (const standIn of loaded.manifest === undefined ? others : []) {
    const other = await loadWith(standIn, run, folder);
    if (other.manifest !== undefined) return other;
  }
  return loaded;
}

/** As the command line loads them: the paths given, else those of the target, else the default. */
async function loadWith(
  standIn: string,
  { inputs, flags, io }: Run,
  folder: string,
): Promise<LoadedManifest> {
  const here = { ...io(folder, () => {}), env: everyVariable(standIn) };
  const { chosen, diagnostics } = await targetOf(flags, false, here);
  const given = Object.fromEntries(inputs.vars.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  const { paths, load: options, problems } = manifestInput(inputs.paths, { var: given }, chosen, here);
  const early = [...diagnostics, ...problems];
  if (hasErrors(early)) return { diagnostics: early };
  const loaded = await loadManifest(paths, options);
  return { ...loaded, diagnostics: [...early, ...loaded.diagnostics] };
}

/** For texts, for numbers, for addresses. What is compared and shown is `${env:NAME}`, never these. */
const STAND_INS = ["set where there are secrets", "1", "secret@example.com"] as const;

/** Which variables there are is the business of runs that have secrets: here each is set. */
function everyVariable(value: string): Environment {
  return new Proxy<Record<string, string>>(
    {},
    {
      get: () => value,
      getOwnPropertyDescriptor: () => ({ value, configurable: true, enumerable: false }),
    },
  );
}
