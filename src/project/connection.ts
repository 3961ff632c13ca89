/**
 * How a target is connected to: its values with the environment filled in, each judged where it stands.
 * No message shows what came from the environment.
 */
import { resolve } from "node:path";
import { parseApiKey, parseHost } from "../appliance/connection.ts";
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

const KEY_MEGABYTES = 1;

const TEXTS = ["host", "api_key", "api_key_file", "fingerprint", "ca_file"] as const;
type TextKey = (typeof TEXTS)[number];

/** What a run may take from somewhere else than the target. */
export interface Wanted {
  readonly key: boolean;
  readonly trust: boolean;
}

/** A target's connection. A part is absent where the target does not have it, or it is not wanted. */
export interface TargetConnection {
  readonly host: string;
  readonly apiKey?: string;
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
  const { api_key: key } = target;
  const written = key !== undefined && !hasPlaceholder(key);
  const detail =
    "Whoever reads the file has the key. Write ${env:NAME} and set the variable where hopsync runs, or use api_key_file.";
  return [
    ...(written ? [problem("key-in-file", detail, { source: target.at("/api_key") }, "warning")] : []),
    ...TEXTS.flatMap((name) => badPlaceholders(target, name)),
    ...TEXTS.flatMap((name) => {
      const text = target[name];
      return text === undefined || hasPlaceholder(text) ? [] : valueProblem(target, name, text);
    }),
  ];
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
    const shown = !hasPlaceholder(written) && name !== "api_key";
    const detail = shown ? wordsOf(error) : words;
    return [problem(code, detail, { source: target.at(pointer(name)) })];
  }
}

function wordsOf({ message, hint }: HopsyncError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

/** The connection of the chosen target, or what is wrong with it. Reads its key file; sends nothing. */
export async function connectionOf(
  { folder }: Pick<Project, "folder">,
  target: ProjectTarget,
  env: Outside["env"],
  wanted: Wanted,
): Promise<ReadConnection> {
  const { values, problems } = fillValues(target, env, wanted);
  const { host = "" } = values;
  const key = values.api_key ?? readKey(target, folder, values.api_key_file);
  const trust = trustOf(values, folder, wanted.trust ? target.insecure : undefined);
  const diagnostics = [
    ...problems,
    ...(typeof key === "object" ? key : keyWarning(target, folder, values.api_key_file)),
    ...(problems.length > 0 ? [] : await trustProblem(target, host, trust)),
  ].map(withoutKeys);
  if (hasErrors(diagnostics)) return { diagnostics };
  const connection = { host, ...(typeof key === "string" ? { apiKey: key } : {}), ...trust };
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

function isWanted(name: TextKey, { key, trust }: Wanted): boolean {
  if (name === "host") return true;
  return name.startsWith("api_key") ? key : trust;
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

function readKey(
  target: ProjectTarget,
  folder: string,
  file: string | undefined,
): string | undefined | readonly Diagnostic[] {
  if (file === undefined) return undefined;
  const read = readText(resolve(folder, file), KEY_MEGABYTES);
  if (!("text" in read)) return [report(read, { source: target.at("/api_key_file") })];
  const problems = valueProblem(target, "api_key", read.text);
  return problems.length > 0
    ? problems.map((found) => ({ ...found, source: target.at("/api_key_file") }))
    : read.text;
}

function keyWarning(target: ProjectTarget, folder: string, file: string | undefined): readonly Diagnostic[] {
  // As it is written, since what came from the environment is not shown.
  const detail =
    file === undefined ? undefined : openKeyFile(resolve(folder, file), target.api_key_file ?? file);
  if (detail === undefined) return [];
  return [problem("key-file-open", detail, { source: target.at("/api_key_file") }, "warning")];
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
