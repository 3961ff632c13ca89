/** A pull request from a fork has no secrets: its manifests are checked and compared, and no appliance is asked. */
import { setOutput } from "@actions/core";
import { EXIT, HopsyncError } from "../errors.ts";
import type { LoadedManifest } from "../manifest/load.ts";
import { diffManifests } from "../reconcile/manifest-diff.ts";
import { VERSION } from "../version.ts";
import { checkOutBase } from "./base-checkout.ts";
import { comparedDocument } from "./compared.ts";
import { type Environment, type Loaded, load } from "./load.ts";
import { annotate, detailed, setOutputs, setSummary } from "./outputs.ts";
import type { Run } from "./run.ts";
import { summary } from "./summary.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/**
 * Whether the run may use no secret: the files are a stranger's, and could send a key anywhere. An event like
 * `pull_request_target` has secrets even then. Dependabot's pull requests have those that it was given.
 */
export function isOffline({ inputs, context }: Pick<Run, "inputs" | "context">, env: Environment): boolean {
  const { pullRequest, actor } = context;
  if (pullRequest === undefined) return false;
  const reads = inputs.command === "plan" || inputs.command === "validate";
  if (pullRequest.fork) {
    if (!reads && pullRequest.mergeSha === undefined) throw refusal(inputs.command);
    return reads;
  }
  const secrets = [inputs.apiKey, inputs.clientSecret, env.EXTRAHOP_API_KEY, env.EXTRAHOP_CLIENT_SECRET];
  const keyless = secrets.every((secret) => (secret ?? "") === "");
  return reads && keyless && actor === "dependabot[bot]";
}

function refusal(command: string): HopsyncError {
  return new HopsyncError("fork", `${command} does not run on a pull request from a fork.`, {
    hint: "Only plan and validate do, without an appliance. Run apply and drift on the branch that it is merged into.",
  });
}

/** The token of such a run may not comment, so the summary and the annotations are all that it leaves. */
export async function offline(run: Run): Promise<Verdict> {
  const { context, inputs } = run;
  const { sha, pullRequest } = context;
  run.say(
    "A pull request from a fork or from Dependabot is planned without secrets: the manifests are checked, and no appliance is asked.",
  );
  const head = await loadAnyhow(run, run.folder, context.workspace);
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
  const { baseSha } = context.pullRequest;
  const base = await checkOutBase(github, context, baseSha, run.inputs.folder);
  if (base === undefined) return undefined;
  try {
    const { manifest } = await loadAnyhow(run, base.folder, base.top);
    return manifest && { manifest };
  } catch (error) {
    // As where the base has no project file, or not this target.
    if (error instanceof HopsyncError) return undefined;
    throw error;
  }
}

/** The manifest under the first stand-in that its fields take; else what is wrong with it under the first of all. */
async function loadAnyhow(run: Run, folder: string, within: string): Promise<Loaded> {
  const loadWith = (value: string) =>
    load(run, { folder, env: everyVariable(value), connects: false, within });
  const [first, ...others] = STAND_INS;
  const loaded = await loadWith(first);
  for (const standIn of loaded.manifest === undefined ? others : []) {
    const other = await loadWith(standIn);
    if (other.manifest !== undefined) return other;
  }
  return loaded;
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
