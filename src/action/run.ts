/** One run of the action: commands of the same pipeline as the command line, and the log that they write. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Io, OutputStream } from "../cli/io.ts";
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
  /** Runs a command of hopsync with the inputs that every command takes, and shows its text in the log. */
  hopsync(command: string, ...options: readonly string[]): Promise<Ran>;
  /** Prints a line for people. */
  say(text: string): void;
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
  return {
    inputs,
    context,
    github,
    target: inputs.target ?? bareHost(inputs.host ?? system.env.EXTRAHOP_HOST) ?? "appliance",
    folder,
    hopsync: async (command, ...options) => {
      let document: Document | undefined;
      const text: string[] = [];
      const stream = { write: (piece: string) => text.push(piece) };
      const io: Io = {
        ...system,
        stdout: stream,
        stderr: stream,
        env: environment(inputs, system.env),
        cwd: folder,
        onDocument: (found) => {
          document = found;
        },
      };
      const exitCode = await runCommand([command, ...commonOptions(command, inputs), ...options], io);
      stdout.write(withoutCommands(text.join("")));
      return { exitCode, document };
    },
    say: (text) => stdout.write(withoutCommands(`${text}\n`)),
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

/** The appliance of the inputs counts for what the workflow's own environment says. */
function environment({ host, apiKey }: Inputs, env: Io["env"]): Io["env"] {
  return {
    ...env,
    NO_COLOR: "1",
    ...(host === undefined ? {} : { EXTRAHOP_HOST: host }),
    ...(apiKey === undefined ? {} : { EXTRAHOP_API_KEY: apiKey }),
  };
}

function commonOptions(
  command: string,
  { paths, vars, connection, maxDeletes, adopt }: Inputs,
): readonly string[] {
  const planned = command === "plan" || command === "apply";
  return [
    ...paths,
    ...vars,
    ...(command === "validate" ? [] : connection),
    ...(planned && maxDeletes !== undefined ? ["--max-deletes", maxDeletes] : []),
    ...(planned && !adopt ? ["--no-adopt"] : []),
  ];
}

/** The runner takes any line that starts with `::` as a command, also one of a script that a plan shows. */
function withoutCommands(text: string): string {
  if (text === "") return "";
  const token = randomUUID();
  return `::stop-commands::${token}\n${text.replace(/\n?$/, "\n")}::${token}::\n`;
}
