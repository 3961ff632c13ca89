/** What the runner is told to show as `***` in the log, in every later step too. */
import { setSecret } from "@actions/core";
import { secretOf } from "../appliance/credentials.ts";
import { HopsyncError } from "../errors.ts";
import { secretInputs } from "./inputs.ts";
import { type Environment, load } from "./load.ts";
import type { Run } from "./run.ts";

/** A shorter one stands in any log by chance, and the runner would drop every output that holds it. */
const SHORTEST = 4;

/** The keys and the token, before anything is printed. */
export function maskInputs(env: Environment): void {
  mask([...secretInputs(), env.EXTRAHOP_API_KEY ?? "", env.EXTRAHOP_CLIENT_SECRET ?? ""]);
}

/**
 * What the manifests and the project file take from the environment or from a key file: GitHub knows its own
 * secrets, and none that an earlier step fetched elsewhere.
 */
export async function maskManifestSecrets(run: Run, env: Environment): Promise<void> {
  const values = await manifestSecrets(run, env);
  mask(values.filter((value) => value.length >= SHORTEST));
}

/** None where the files cannot be read: the command says why, without values. */
async function manifestSecrets(run: Run, env: Environment): Promise<readonly string[]> {
  const { command, host, apiKey, clientSecret } = run.inputs;
  const connects =
    command !== "validate" && [host, apiKey, clientSecret].every((input) => input === undefined);
  try {
    const { chosen, manifest } = await load(run, { folder: run.folder, env, connects });
    const secrets = (manifest?.resources ?? []).flatMap((resource) => Object.values(resource.secrets));
    const names = new Set(secrets.flatMap((secret) => secret.names));
    const credentials = chosen?.connection?.credentials;
    const values = [...names].map((name) => env[name] ?? "");
    return credentials === undefined ? values : [secretOf(credentials), ...values];
  } catch (error) {
    if (error instanceof HopsyncError) return [];
    throw error;
  }
}

/** Each line as well as the whole, since a log is looked through line by line. */
function mask(given: readonly string[]): void {
  const secrets = given.map((secret) => secret.trim());
  const lines = secrets.flatMap((secret) =>
    secret.split(/[\r\n]+/).filter((line) => line.length >= SHORTEST),
  );
  for (const secret of new Set([...secrets, ...lines])) if (secret !== "") setSecret(secret);
}
