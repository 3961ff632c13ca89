/** Where a run's credentials come from: flags first, then the target, then variables. */
import { resolve } from "node:path";
import { type Credentials, chooseCredentials, type Given } from "../appliance/credentials.ts";
import { readAtMost } from "../bounded-file.ts";
import { HopsyncError } from "../errors.ts";
import type { TargetConnection } from "../project/connection.ts";
import type { Io } from "./io.ts";
import type { ConnectionFlags } from "./options.ts";

/** A variable that is set and empty is none: CI sets those of secrets that there are not. */
export function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text;
}

/** Whole from one source, so that no half of a client meets the other of somebody else. */
export async function credentialsOf(
  flags: ConnectionFlags,
  io: Io,
  target: TargetConnection | undefined,
): Promise<Credentials> {
  const found =
    (await flagCredentials(flags, io)) ??
    target?.credentials ??
    chooseCredentials(ofEnvironment(io), VARIABLES);
  if (found !== undefined) return found;
  throw new HopsyncError("no-api-key", "Neither the command, the target nor the environment has one.", {
    hint: "Set EXTRAHOP_API_KEY, use --api-key-file, or give the target an api_key. Keys are made on the appliance under API Access. The cloud product takes EXTRAHOP_CLIENT_ID and EXTRAHOP_CLIENT_SECRET in place of a key.",
  });
}

const FLAGS = {
  apiKey: "--api-key-file",
  clientId: "--client-id",
  clientSecret: "--client-secret-file",
} as const;
const VARIABLES = {
  apiKey: "EXTRAHOP_API_KEY",
  clientId: "EXTRAHOP_CLIENT_ID",
  clientSecret: "EXTRAHOP_CLIENT_SECRET",
} as const;

function ofEnvironment({ env }: Io): Given<string | undefined> {
  return {
    apiKey: nonEmpty(env[VARIABLES.apiKey]),
    clientId: nonEmpty(env[VARIABLES.clientId]),
    clientSecret: nonEmpty(env[VARIABLES.clientSecret]),
  };
}

/** Whether flags replace the credentials of a target. */
export function givesCredentials(flags: Partial<ConnectionFlags>): boolean {
  const { apiKeyFile, clientId, clientSecretFile } = flags;
  return [apiKeyFile, clientId, clientSecretFile].some((flag) => flag !== undefined);
}

async function flagCredentials(
  { apiKeyFile: apiKey, clientId, clientSecretFile: clientSecret }: ConnectionFlags,
  io: Io,
): Promise<Credentials | undefined> {
  const files = chooseCredentials({ apiKey, clientId, clientSecret }, FLAGS);
  if (files === undefined) return undefined;
  if ("apiKey" in files) return { apiKey: await readSecret(files.apiKey, "API key", io) };
  return { ...files, clientSecret: await readSecret(files.clientSecret, "client secret", io) };
}

async function readSecret(
  file: string,
  what: "API key" | "client secret",
  { cwd, onSecret }: Io,
): Promise<string> {
  const name = what === "API key" ? "api-key" : "client-secret";
  try {
    const secret = await readStart(resolve(cwd, file), what, name);
    onSecret?.(secret);
    return secret;
  } catch (cause) {
    if (cause instanceof HopsyncError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new HopsyncError(`no-${name}`, `The ${what} file ${file} cannot be read (${code}).`, { cause });
  }
}

/** More than any key has: what is longer is another file, or has no end. */
const KEY_BYTES = 64 * 1024;

async function readStart(file: string, what: string, code: string): Promise<string> {
  const bytes = await readAtMost(file, KEY_BYTES);
  if (bytes !== undefined) return bytes.toString("utf8");
  throw new HopsyncError(code, `The ${what} file is larger than 64 KB, so it holds none.`);
}
