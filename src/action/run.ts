/** One run of the action: commands of the same pipeline as the command line, and the log that they write. */
import { randomUUID } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Io, OutputStream } from "../cli/io.ts";
import type { TargetFlags } from "../cli/options.ts";
import { run as runCommand } from "../cli/program.ts";
import type { Document } from "../model.ts";
import type { Context } from "./context.ts";
import type { Inputs } from "./inputs.ts";
import type { GitHub } from "./port.ts";

/** What a command ended with. */
export interface Ran {
  readonly exitCode: number;
  /** Absent where the command line itself was refused. */
  readonly document: Document | undefined;
}

export interface Run {
  readonly inputs: Inputs;
  readonly context: Context;
  /** Undefined without a token. */
  readonly github: GitHub | undefined;
  /** What comments and issues are told apart by: the target's name, else its host. */
  readonly target: string;
  /** That paths are relative to. */
  readonly folder: string;
  /** Of the project file, where there is one. */
  readonly flags: TargetFlags;
  /** What a command sees of the process, with its text in the log. */
  io(cwd: string, hear: (text: string) => void): Io;
  /** Runs a command of hopsync with the inputs that every command takes, and shows its text in the log. */
  hopsync(command: string, ...options: readonly string[]): Promise<Ran>;
  /** Prints a line for people. */
  say(text: string): void;
  /** Takes the key or secret off the disk. */
  end(): void;
}

/** What a run needs of the process. */
export interface Process {
  readonly stdin: Io["stdin"];
  readonly stdout: OutputStream;
  readonly env: Io["env"];
  readonly interrupted: AbortSignal;
}

/** A run over this process. */
export function createRun(
  inputs: Inputs,
  context: Context,
  github: GitHub | undefined,
  system: Process,
): Run {
  const { stdout } = system;
  const folder = join(context.workspace, inputs.folder);
  const flags = targetFlags(inputs, folder);
  const project = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  const connection = connectionOptions(inputs, context);
  const io: Run["io"] = (cwd, write) => {
    const { stdin, env, interrupted } = system;
    return { stdin, stdout: { write }, stderr: { write }, env: { ...env, NO_COLOR: "1" }, cwd, interrupted };
  };
  return {
    inputs,
    context,
    github,
    target: inputs.target ?? bareHost(inputs.host ?? system.env.EXTRAHOP_HOST) ?? "appliance",
    folder,
    flags,
    io,
    hopsync: async (command, ...options) => {
      let document: Document | undefined;
      const hear = (found: Document): void => {
        document = found;
      };
      const argv = [
        command,
        ...inputs.paths,
        ...inputs.vars.flatMap((line) => ["--var", line]),
        ...project,
        ...(command === "validate" ? [] : connection),
        ...planOptions(command, inputs),
        ...options,
      ];
      const log = createLog(stdout);
      try {
        const exitCode = await runCommand(argv, { ...io(folder, log.write), onDocument: hear });
        return { exitCode, document };
      } finally {
        log.end();
      }
    },
    end: () => {
      for (const file of [keyFile(context), secretFile(context)]) rmSync(file, { force: true });
    },
    say: (text) => {
      const log = createLog(stdout);
      log.write(text);
      log.end();
    },
  };
}

function bareHost(host: string | undefined): string | undefined {
  return (
    host
      ?.trim()
      .replace(/^https?:\/\//, "")
      .replace(/\/.*$/, "") || undefined
  );
}

/** Without a project file the target is only a name for comments and issues. */
function targetFlags({ target, project }: Inputs, folder: string): TargetFlags {
  const found = project !== undefined || existsSync(join(folder, "hopsync.yaml"));
  return {
    ...(project === undefined ? {} : { project }),
    ...(target === undefined || !found ? {} : { target }),
  };
}

/** As flags, since inputs count for what a project file or the workflow's environment says. */
function connectionOptions(inputs: Inputs, context: Context): readonly string[] {
  const { connection, host, apiKey, clientId, clientSecret } = inputs;
  return [
    ...connection,
    ...(host === undefined ? [] : ["--host", host]),
    ...(apiKey === undefined ? [] : ["--api-key-file", handOn(keyFile(context), apiKey)]),
    ...(clientId === undefined ? [] : ["--client-id", clientId]),
    ...(clientSecret === undefined
      ? []
      : ["--client-secret-file", handOn(secretFile(context), clientSecret)]),
  ];
}

/** No command line holds a secret: others on the machine can read these. */
function handOn(file: string, secret: string): string {
  writeFileSync(file, secret, { mode: 0o600 });
  return file;
}

function keyFile({ temp }: Context): string {
  return join(temp, "key");
}

function secretFile({ temp }: Context): string {
  return join(temp, "client-secret");
}

function planOptions(command: string, { maxDeletes, lockTimeout, adopt }: Inputs): readonly string[] {
  if (command !== "plan" && command !== "apply") return [];
  return [
    ...(maxDeletes === undefined ? [] : ["--max-deletes", maxDeletes]),
    ...(command === "plan" || lockTimeout === undefined ? [] : ["--lock-timeout", lockTimeout]),
    ...(adopt ? [] : ["--no-adopt"]),
  ];
}

/** The runner takes any line that starts with `::` as a command, also one of a script that a plan shows. */
function createLog(stdout: OutputStream): {
  readonly write: (text: string) => void;
  readonly end: () => void;
} {
  const token = randomUUID();
  let last = "";
  return {
    write: (text) => {
      if (last === "" && text !== "") stdout.write(`::stop-commands::${token}\n`);
      stdout.write(text);
      last = text.at(-1) ?? last;
    },
    end: () => {
      if (last !== "") stdout.write(`${last === "\n" ? "" : "\n"}::${token}::\n`);
    },
  };
}
