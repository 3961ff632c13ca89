/**
 * How a target is connected to: its values with the environment filled in, each judged where it stands.
 * No message shows what came from the environment.
 */
import { resolve } from "node:path";
import { parseHost } from "../appliance/connection.ts";
import { type Credentials, parseApiKey, parseClientId, parseClientSecret } from "../appliance/credentials.ts";
import { parseFingerprint, readTrust } from "../appliance/trust.ts";
import { hasErrors } from "../diagnostics.ts";
import { HopsyncError } from "../errors.ts";
import { pointer } from "../json.ts";
import { report } from "../manifest/codes.ts";
import { fill, hasPlaceholder, type Outside } from "../manifest/placeholders.ts";
import { readText } from "../manifest/text-file.ts";
import type { Diagnostic } from "../model.ts";
import { openKeyFile } from "./key-file.ts";
import { type ProjectCode, problem, withoutKeys } from "./problems.ts";
import type { Project, ProjectTarget } from "./project.ts";

const SECRET_MEGABYTES = 1;

const CREDENTIALS = ["api_key", "api_key_file", "client_id", "client_secret", "client_secret_file"] as const;
const TEXTS = ["host", ...CREDENTIALS, "fingerprint", "ca_file"] as const;
type TextKey = (typeof TEXTS)[number];

/** Never shown, wherever they come from; each may be in a file. */
const SECRETS = ["api_key", "client_secret"] as const;
type SecretKey = (typeof SECRETS)[number];

/** What a run may take from somewhere else than the target. */
export interface Wanted {
  readonly credentials: boolean;
  readonly trust: boolean;
}

/** A target's connection. A part is absent where the target does not have it, or it is not wanted. */
export interface TargetConnection {
  readonly host: string;
  readonly credentials?: Credentials;
  readonly fingerprint?: string;
  readonly caFile?: string;
  readonly insecure?: boolean;
}

export interface ReadConnection {
  /** Present only where no diagnostic is an error. */
  readonly connection?: TargetConnection;
  readonly diagnostics: readonly Diagnostic[];
}

/** What is wrong with the connection of a target, whatever the environment is. */
export function judgeTarget(target: ProjectTarget): readonly Diagnostic[] {
  return [
    ...SECRETS.flatMap((name) => writtenOut(target, name)),
    ...TEXTS.flatMap((name) => badPlaceholders(target, name)),
    ...TEXTS.flatMap((name) => {
      const text = target[name];
      return text === undefined || hasPlaceholder(text) ? [] : valueProblem(target, name, text);
    }),
  ];
}

function writtenOut(target: ProjectTarget, name: SecretKey): readonly Diagnostic[] {
  const text = target[name];
  if (text === undefined || hasPlaceholder(text)) return [];
  const detail = `Whoever reads the file has it. Write \${env:NAME} and set the variable where hopsync runs, or use ${name}_file.`;
  return [problem("key-in-file", detail, { source: target.at(pointer(name)) }, "warning")];
}

/** `${var:…}` could send a target's key wherever a command line wants. */
const VARIABLE = /(?<!\$)\$\{var:/;

function badPlaceholders(target: ProjectTarget, name: TextKey): readonly Diagnostic[] {
  const text = target[name] ?? "";
  const place = { source: target.at(pointer(name)) };
  if (VARIABLE.test(text)) {
    const detail =
      "A connection takes no ${var:…}, which --var may set: a key must not go where a variable leads. Write the value, or ${env:NAME}.";
    return [problem("placeholder-not-here", detail, place)];
  }
  const filled = fill(text, { env: {}, vars: {} }, true);
  const findings = "text" in filled ? [] : filled;
  return findings.filter(({ code }) => code === "bad-placeholder").map((finding) => report(finding, place));
}

/** The parser of a value, and what to say where the value must not be shown. */
const CHECKS: Readonly<Partial<Record<TextKey, readonly [ProjectCode, (text: string) => unknown, string]>>> =
  {
    host: [
      "host",
      parseHost,
      "What the variable holds is no host. Set it to a name, host:port, [IPv6]:port or an https URL without a path.",
    ],
    api_key: [
      "api-key",
      parseApiKey,
      "The API key is empty or not one word of ASCII; look for a second line or a quote that came with it.",
    ],
    client_id: [
      "client-id",
      parseClientId,
      "What the variable holds is no client id: one word of ASCII without a colon is expected.",
    ],
    client_secret: [
      "client-secret",
      parseClientSecret,
      "The client secret is empty or not one word of ASCII; look for a second line or a quote that came with it.",
    ],
    fingerprint: [
      "fingerprint",
      parseFingerprint,
      'What the variable holds is no fingerprint: "sha256:" and 64 hex digits are expected.',
    ],
  };

/** What is wrong with a value; where it came from the environment, in words without it. */
function valueProblem(target: ProjectTarget, name: TextKey, value: string): readonly Diagnostic[] {
  const [code, parse, words = ""] = CHECKS[name] ?? [];
  if (code === undefined || parse === undefined) return [];
  try {
    parse(value);
    return [];
  } catch (error) {
    if (!(error instanceof HopsyncError)) throw error;
    const written = target[name] ?? "";
    const shown = !hasPlaceholder(written) && !SECRETS.some((secret) => secret === name);
    const detail = shown ? wordsOf(error) : words;
    return [problem(code, detail, { source: target.at(pointer(name)) })];
  }
}

function wordsOf({ message, hint }: HopsyncError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

/** The connection of the chosen target, or what is wrong with it. Reads its files; sends nothing. */
export async function connectionOf(
  { folder }: Pick<Project, "folder">,
  target: ProjectTarget,
  env: Outside["env"],
  wanted: Wanted,
): Promise<ReadConnection> {
  const { values, problems } = fillValues(target, env, wanted);
  const { host = "" } = values;
  const [apiKey, clientSecret] = SECRETS.map((name) => secretOf(target, folder, values, name));
  const trust = trustOf(values, folder, wanted.trust ? target.insecure : undefined);
  const diagnostics = [
    ...problems,
    ...[apiKey, clientSecret].flatMap((found) => (typeof found === "object" ? found : [])),
    ...SECRETS.flatMap((name) => fileWarning(target, folder, values, name)),
    ...(problems.length > 0 ? [] : await trustProblem(target, host, trust)),
  ].map(withoutKeys);
  if (hasErrors(diagnostics)) return { diagnostics };
  const credentials = credentialsOf(values.client_id, apiKey, clientSecret);
  const connection = { host, ...(credentials === undefined ? {} : { credentials }), ...trust };
  return { connection, diagnostics };
}

type Values = Readonly<Partial<Record<TextKey, string>>>;

function fillValues(
  target: ProjectTarget,
  env: Outside["env"],
  wanted: Wanted,
): { readonly values: Values; readonly problems: readonly Diagnostic[] } {
  const names = TEXTS.filter((name) => isWanted(name, wanted) && target[name] !== undefined);
  const filled = names.map((name) => [name, fillValue(target, name, env)] as const);
  return {
    values: Object.fromEntries(filled.filter(([, value]) => typeof value === "string")),
    problems: filled.flatMap(([, value]) => (typeof value === "string" ? [] : value)),
  };
}

function isWanted(name: TextKey, { credentials, trust }: Wanted): boolean {
  if (name === "host") return true;
  return CREDENTIALS.some((credential) => credential === name) ? credentials : trust;
}

function fillValue(
  target: ProjectTarget,
  name: TextKey,
  env: Outside["env"],
): string | readonly Diagnostic[] {
  const filled = fill(target[name] ?? "", { env, vars: {} }, true);
  if (!("text" in filled))
    return filled.map((finding) => report(finding, { source: target.at(pointer(name)) }));
  const problems = valueProblem(target, name, filled.text);
  return problems.length > 0 ? problems : filled.text;
}

/** From the target or its file; undefined where it has none, or it is not wanted. */
function secretOf(
  target: ProjectTarget,
  folder: string,
  values: Values,
  name: SecretKey,
): string | undefined | readonly Diagnostic[] {
  const file = values[`${name}_file`];
  if (file === undefined) return values[name];
  const read = readText(resolve(folder, file), SECRET_MEGABYTES);
  const place = { source: target.at(pointer(`${name}_file`)) };
  if (!("text" in read)) return [report(read, place)];
  const problems = valueProblem(target, name, read.text);
  return problems.length > 0 ? problems.map((found) => ({ ...found, ...place })) : read.text;
}

type Secret = ReturnType<typeof secretOf>;

function credentialsOf(
  clientId: string | undefined,
  apiKey: Secret,
  clientSecret: Secret,
): Credentials | undefined {
  if (typeof apiKey === "string") return { apiKey };
  if (clientId === undefined || typeof clientSecret !== "string") return undefined;
  return { clientId, clientSecret };
}

function fileWarning(
  target: ProjectTarget,
  folder: string,
  values: Values,
  name: SecretKey,
): readonly Diagnostic[] {
  const key = `${name}_file` as const;
  const file = values[key];
  // As it is written, since what came from the environment is not shown.
  const detail = file === undefined ? undefined : openKeyFile(resolve(folder, file), target[key] ?? file);
  if (detail === undefined) return [];
  return [problem("key-file-open", detail, { source: target.at(pointer(key)) }, "warning")];
}

type Trust = Pick<TargetConnection, "fingerprint" | "caFile" | "insecure">;

function trustOf({ fingerprint, ca_file: caFile }: Values, folder: string, insecure?: boolean): Trust {
  return {
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(caFile === undefined ? {} : { caFile: resolve(folder, caFile) }),
    ...(insecure === undefined ? {} : { insecure }),
  };
}

async function trustProblem(
  target: ProjectTarget,
  host: string,
  trust: Trust,
): Promise<readonly Diagnostic[]> {
  try {
    await readTrust(trust, parseHost(host).origin);
    return [];
  } catch (error) {
    if (!(error instanceof HopsyncError)) throw error;
    const [name = "host"] = ["ca_file", "fingerprint"].filter((key) => Object.hasOwn(target, key));
    const code: ProjectCode = error.code === "ca-file" ? "ca-file" : "tls-options";
    const hidden = code === "ca-file" && hasPlaceholder(target.ca_file ?? "");
    const detail = hidden ? "What the variable names is no PEM file with certificates." : wordsOf(error);
    return [problem(code, detail, { source: target.at(pointer(name)) })];
  }
}
