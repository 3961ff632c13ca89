/** The action: inputs and the event in, the verdict out. Secrets are masked before anything is printed. */
import { info, setFailed } from "@actions/core";
import { bugReport } from "../cli/bug-report.ts";
import { errorDiagnostic, HopsyncError } from "../errors.ts";
import { apply } from "./apply.ts";
import { readContext } from "./context.ts";
import { drift } from "./drift.ts";
import { createGitHub } from "./github.ts";
import type { Pause } from "./github-wait.ts";
import { type ActionCommand, type Inputs, readInputs } from "./inputs.ts";
import { maskInputs, maskManifestSecrets } from "./masks.ts";
import { isOffline, offline } from "./offline.ts";
import { plan } from "./plan.ts";
import { createRun, type Process, type Run } from "./run.ts";
import { validate } from "./validate.ts";
import type { Verdict } from "./verdict.ts";

const FLOWS: Readonly<Record<ActionCommand, (run: Run) => Promise<Verdict>>> = {
  validate,
  plan,
  apply,
  drift,
};

/** One step of a job. Also what tools that stand in for a runner call. */
export async function run(): Promise<void> {
  try {
    const { failure } = await perform();
    if (failure !== undefined) setFailed(failure);
  } catch (error) {
    setFailed(explained(error));
  }
}

async function perform(): Promise<Verdict> {
  const { env } = process;
  maskInputs(env);
  const inputs = readInputs();
  const context = readContext(env);
  const { token } = inputs;
  const { apiUrl, repository } = context;
  const github = token === undefined ? undefined : createGitHub({ apiUrl, repository, token, onWait });
  const keyless = isOffline({ inputs, context }, env);
  const given = keyless ? withoutCredentials(inputs) : inputs;
  const created = createRun(given, context, github, processOf(env));
  try {
    if (keyless) return await offline(created);
    await maskManifestSecrets(created, env);
    return await FLOWS[inputs.command](created);
  } finally {
    created.end();
  }
}

function withoutCredentials(inputs: Inputs): Inputs {
  return { ...inputs, apiKey: undefined, clientId: undefined, clientSecret: undefined };
}

/** A job that seems to hang is cancelled. */
function onWait({ reason, milliseconds }: Pause, request: string): void {
  const why = reason === "no-answer" ? "gave no answer" : "takes no more requests for now";
  info(`GitHub ${why}: ${request} is sent again in ${Math.ceil(milliseconds / 1000)} s.`);
}

function explained(error: unknown): string {
  if (!(error instanceof HopsyncError)) return bugReport(error, process.env);
  const { summary, detail } = errorDiagnostic(error);
  return `${summary}. ${detail}${error.code === "github-permission" ? `\n${NEEDED}` : ""}`;
}

/** GitHub names what one request lacks, and the next request may lack more. */
const NEEDED =
  "In all, plan and apply need `contents: read` and `pull-requests: write`; drift needs `issues: write` for its issue, and `contents: write` with `pull-requests: write` for its pull request.";

function processOf(env: NodeJS.ProcessEnv): Process {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => controller.abort(signal));
  return { stdin: process.stdin, stdout: process.stdout, env, interrupted: controller.signal };
}
