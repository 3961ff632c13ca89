/** Runs the command line in this process, with its own streams, environment and working folder. */
import { PassThrough } from "node:stream";
import type { Io } from "../../src/cli/io.ts";
import { run } from "../../src/cli/program.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import type { Ended } from "./child.ts";

export interface CliOptions {
  readonly sandbox?: Sandbox;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What is typed; makes stdin a terminal. */
  readonly typed?: string;
  readonly tty?: boolean;
  readonly columns?: number;
  readonly interrupted?: AbortSignal;
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function cli(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (into: string[], listen?: (text: string) => void) => ({
    write: (text: string) => {
      into.push(text);
      listen?.(text);
    },
    isTTY: options.tty ?? false,
    ...(options.columns === undefined ? {} : { columns: options.columns }),
  });
  const stdin = Object.assign(new PassThrough(), { isTTY: options.typed !== undefined });
  stdin.end(options.typed ?? "");
  const { sandbox } = options;
  const connection = sandbox === undefined ? {} : connectionTo(sandbox);
  const io: Io = {
    stdin,
    stdout: stream(out, options.onStdout),
    stderr: stream(err, options.onStderr),
    env: { ...connection, ...options.env },
    cwd: options.cwd ?? process.cwd(),
    interrupted: options.interrupted ?? new AbortController().signal,
  };
  const code = await run(argv, io);
  return { code, stdout: out.join(""), stderr: err.join("") };
}

/** What the sandbox's own lines to copy say. */
function connectionTo({ url, platform, apiKey, client }: Sandbox): CliOptions["env"] {
  return platform === "cloud"
    ? { EXTRAHOP_HOST: url, EXTRAHOP_CLIENT_ID: client.id, EXTRAHOP_CLIENT_SECRET: client.secret }
    : { EXTRAHOP_HOST: url, EXTRAHOP_API_KEY: apiKey };
}

/** The JSON document that a command printed. */
export function documentOf(result: CliResult | Ended): Record<string, unknown> & {
  readonly changes: readonly Record<string, unknown>[];
  readonly diagnostics: readonly {
    readonly code: string;
    readonly severity: string;
    readonly detail: string;
  }[];
  readonly summary: Readonly<Record<string, number>>;
  readonly requests: Readonly<Record<string, number>>;
  readonly inventory: boolean;
} {
  return JSON.parse(result.stdout);
}
