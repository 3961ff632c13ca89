/** Options that several commands share, and how their texts become values. Nothing is coerced silently. */
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ConnectionOptions } from "../appliance/connection.ts";
import type { ProxyOptions } from "../appliance/proxy.ts";
import type { TrustOptions } from "../appliance/trust.ts";
import { HopsyncError } from "../errors.ts";
import type { TargetConnection } from "../project/connection.ts";
import { credentialsOf, nonEmpty } from "./credentials.ts";
import type { Io } from "./io.ts";

/** Of a document; the first that a command line which cannot be understood names is the one it asks for. */
export const DOCUMENT_FORMATS = ["json", "markdown", "html"] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];
const FORMATS: readonly Format[] = ["text", ...DOCUMENT_FORMATS];
export type Format = "text" | DocumentFormat;

export interface OutputOptions {
  readonly format: Format;
  readonly color: boolean;
  readonly quiet?: true;
  readonly verbose?: true;
  /** Of plan and apply alone. */
  readonly showRequests?: true;
}

/** Which appliance of which project. */
export interface TargetFlags {
  /** A name; of commands that take several targets, names with commas between them. */
  readonly target?: string;
  readonly project?: string;
  readonly allTargets?: true;
}

export interface ManifestOptions extends TargetFlags {
  readonly var?: Readonly<Record<string, string>>;
}

export interface ConnectionFlags extends TargetFlags {
  readonly host?: string;
  readonly apiKeyFile?: string;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly caFile?: string;
  readonly fingerprint?: string;
  readonly insecure?: true;
  readonly parallelism: number;
  readonly timeout: number;
  readonly deadline: number;
}

export function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Expected a whole number, such as 8.");
  return Number(text);
}

export function positiveInteger(text: string): number {
  const value = integer(text);
  if (value === 0) throw new InvalidArgumentError("Expected a whole number from 1 up.");
  return value;
}

/** Node's timers hold 31 bits of milliseconds; this is the next round figure below. */
const MAX_TIMER_MS = 500 * 3_600_000;

export function port(text: string): number {
  const value = integer(text);
  if (value > 65_535) throw new InvalidArgumentError("Expected a port from 0 to 65535.");
  return value;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `30s`, `10m`, `1h` as milliseconds. */
export function durationMs(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  const value = Number(digits) * (UNITS[unit] ?? 0);
  if (value === 0) throw new InvalidArgumentError("Expected a duration above zero, such as 30s or 10m.");
  if (value > MAX_TIMER_MS) throw new InvalidArgumentError("Expected at most 500h.");
  return value;
}

/** A duration, or `0s` for none. */
export function waitMs(text: string): number {
  return /^0(ms|s|m|h)$/.test(text) ? 0 : durationMs(text);
}

/** An option that may be given several times. */
export function repeated(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

function variable(
  text: string,
  previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected name=value.");
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}

/** A plan's digest, as `plan` prints it. */
export function planDigest(text: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(text))
    throw new InvalidArgumentError("Expected the digest of a plan: sha256: and 64 hexadecimal digits.");
  return text;
}

export function addOutputOptions(command: Command): Command {
  return command
    .addOption(new Option("--format <format>", "what to print on stdout").choices(FORMATS).default("text"))
    .option("--no-color", "no colours, also on a terminal (as does NO_COLOR)")
    .option("--quiet", "print errors and the result only")
    .option("--verbose", "print each request to stderr, without headers and bodies");
}

export function addManifestOptions(command: Command): Command {
  return addVarOption(
    addProjectOption(command).option(
      "--target <name>",
      "the target of the project file; needed when it has several",
    ),
  );
}

/** Of the commands that can be run over several targets. */
export function addFleetOptions(command: Command): Command {
  return addVarOption(
    addProjectOption(command)
      .option("--target <names>", "the target of the project file, or several with commas between them")
      .option("--all-targets", "every target of the project file"),
  );
}

function addVarOption(command: Command): Command {
  return command.option("--var <name=value>", "a value for ${var:name}; repeatable", variable);
}

export function addProjectOption(command: Command): Command {
  return command.option("--project <file>", "the project file (default: hopsync.yaml, if there is one)");
}

export function addConnectionOptions(command: Command): Command {
  return command
    .option("--host <host>", "the appliance: name, host:port or https URL (EXTRAHOP_HOST)")
    .option("--api-key-file <file>", "a file with the API key (or EXTRAHOP_API_KEY)")
    .option("--client-id <id>", "of the cloud product, in place of a key (or EXTRAHOP_CLIENT_ID)")
    .option("--client-secret-file <file>", "a file with its secret (or EXTRAHOP_CLIENT_SECRET)")
    .option("--ca-file <file>", "trust certificates of this CA, in PEM")
    .option("--fingerprint <sha256:…>", "trust exactly the certificate with this fingerprint")
    .option("--insecure", "do not check the certificate (EXTRAHOP_INSECURE=true)")
    .option("--parallelism <n>", "requests at once", positiveInteger, 8)
    .addOption(
      new Option("--timeout <duration>", "for one request").argParser(durationMs).default(30_000, "30s"),
    )
    .addOption(
      new Option("--deadline <duration>", "for reading, then for applying")
        .argParser(durationMs)
        .default(600_000, "10m"),
    );
}

/** Of the commands that write to the appliance. */
export function addLeaseOption(command: Command): Command {
  return command.addOption(
    new Option("--lock-timeout <duration>", "wait for another run of the same owner that writes")
      .argParser(waitMs)
      .default(0, "0s"),
  );
}

/** Flags first, then the target, then the variables of the vendor's own command line. */
export async function resolveConnection(
  flags: ConnectionFlags,
  io: Io,
  target?: TargetConnection,
): Promise<ConnectionOptions> {
  const host = flags.host ?? target?.host ?? nonEmpty(io.env.EXTRAHOP_HOST);
  if (host === undefined) {
    throw new HopsyncError("no-host", "Neither the command nor the environment names one.", {
      hint: "Set EXTRAHOP_HOST or use --host eda.example.com. To try hopsync without an appliance: hopsync demo",
    });
  }
  const proxy = proxyOf(io);
  return {
    host,
    ...(await credentialsOf(flags, io, target)),
    ...trustOf(flags, io, target),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

/** The variables of curl, which prefers those in small letters. */
function proxyOf({ env }: Io): ProxyOptions | undefined {
  const variable = ["https_proxy", "HTTPS_PROXY"].find((name) => nonEmpty(env[name]) !== undefined);
  if (variable === undefined) return undefined;
  return { url: env[variable] ?? "", variable, except: env.no_proxy ?? env.NO_PROXY ?? "" };
}

/** A variable that is left over in a shell does not weaken a target. */
function trustOf(
  { caFile, fingerprint, insecure }: ConnectionFlags,
  io: Io,
  target: TargetConnection | undefined,
): TrustOptions {
  const unchecked =
    insecure ??
    target?.insecure ??
    (target === undefined && truth("EXTRAHOP_INSECURE", io.env.EXTRAHOP_INSECURE));
  const ca = caFile === undefined ? target?.caFile : resolve(io.cwd, caFile);
  const pinned = fingerprint ?? target?.fingerprint;
  return {
    ...(ca === undefined ? {} : { caFile: ca }),
    ...(pinned === undefined ? {} : { fingerprint: pinned }),
    ...(unchecked ? { insecure: true } : {}),
  };
}

/** A safety switch is true or false, never "whatever is not empty". */
function truth(name: string, text: string | undefined): boolean {
  const value = (text ?? "").trim().toLowerCase();
  if (["", "0", "false", "no"].includes(value)) return false;
  if (["1", "true", "yes"].includes(value)) return true;
  throw new HopsyncError("bad-variable", `${name} is neither true nor false.`, {
    hint: `Set ${name}=true or unset it.`,
  });
}
