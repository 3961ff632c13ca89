/** Runs the committed action as a runner of GitHub does: variables, event file, output files, one process. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { folder } from "../helpers/folder.ts";
import type { GitHubStandIn } from "../helpers/github/index.ts";

export const BUNDLE: string = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

export const MANIFEST = `version: 1
owner: net
tags: [{name: pci}]
alerts:
  - {name: A, severity: 3, stat_name: s, field_name: f, operator: ">", operand: 1}
`;
export const FILES: Readonly<Record<string, string>> = { "manifests/all.yaml": MANIFEST };

export interface RunnerOptions {
  readonly inputs: Readonly<Record<string, string>>;
  /** The checked-out files. */
  readonly files?: Readonly<Record<string, string>>;
  /** A checkout of an earlier run. */
  readonly workspace?: string;
  readonly sandbox?: Sandbox;
  readonly github?: GitHubStandIn;
  /** Without: the token of the stand-in. */
  readonly token?: string;
  readonly event?: unknown;
  readonly sha?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the action is; without: in this repository. */
  readonly bundle?: string;
}

export interface ActionResult {
  readonly code: number;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly workspace: string;
}

/** One step of a job. */
export async function runAction(options: RunnerOptions): Promise<ActionResult> {
  const { inputs, files = {}, sandbox, github, event = {}, sha = "0".repeat(40) } = options;
  const temp = folder({ "event.json": JSON.stringify(event), output: "", "summary.md": "" });
  // As actions/checkout leaves it: manifests are named from the top of the work tree.
  const workspace = options.workspace ?? folder({ ".git/HEAD": "ref: refs/heads/main\n", ...files });
  const appliance = sandbox === undefined ? {} : { host: sandbox.url, "api-key": sandbox.apiKey };
  const token = options.token ?? github?.token;
  const given = { ...appliance, ...(token === undefined ? {} : { "github-token": token }), ...inputs };
  const env = {
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: github?.repository ?? "acme/network",
    GITHUB_API_URL: github?.apiUrl ?? "http://127.0.0.1:9",
    GITHUB_SERVER_URL: "https://github.example",
    GITHUB_RUN_ID: "4711",
    GITHUB_SHA: sha,
    GITHUB_REF_NAME: "main",
    GITHUB_WORKSPACE: workspace,
    GITHUB_EVENT_PATH: join(temp, "event.json"),
    GITHUB_OUTPUT: join(temp, "output"),
    GITHUB_STEP_SUMMARY: join(temp, "summary.md"),
    RUNNER_TEMP: temp,
    ...Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
    ...options.env,
  };
  const { code, log } = await run(options.bundle ?? BUNDLE, env, workspace);
  const outputs = readOutputs(readFileSync(join(temp, "output"), "utf8"));
  return { code, log, outputs, summary: readFileSync(join(temp, "summary.md"), "utf8"), workspace };
}

function run(
  bundle: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<{ readonly code: number; readonly log: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [bundle],
      { env, cwd, maxBuffer: 64 * 1024 * 1024 },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, log: out + err }),
    );
  });
}

/** `name<<DELIMITER`, the lines, the delimiter. */
function readOutputs(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n?\2$/gm);
  return Object.fromEntries([...found].map(([, name, , value]) => [name, value]));
}

/** The payload of `pull_request`, as far as it is documented and used. */
export function pullRequestEvent(
  request: { readonly number: number; readonly headSha: string },
  details: {
    readonly baseSha?: string;
    readonly fork?: string | null;
    readonly mergeSha?: string;
  } = {},
): unknown {
  const { baseSha = "b".repeat(40), fork, mergeSha } = details;
  const head =
    fork === undefined ? { full_name: "acme/network" } : fork === null ? null : { full_name: fork };
  return {
    action: mergeSha === undefined ? "opened" : "closed",
    number: request.number,
    pull_request: {
      number: request.number,
      merged: mergeSha !== undefined,
      merge_commit_sha: mergeSha ?? null,
      head: { sha: request.headSha, repo: head },
      base: { sha: baseSha, repo: { full_name: "acme/network" } },
    },
  };
}

/** The bodies of the comments that hopsync wrote. */
export function hopsyncComments(github: GitHubStandIn, number: number): readonly string[] {
  const own = github.comments(number).filter(({ by }) => by.endsWith("[bot]"));
  return own.map(({ body }) => body).filter((body) => body.includes("<!-- hopsync:"));
}
