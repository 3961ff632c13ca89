/** One command's run: what it loads, whom it talks to, what it prints, and the exit code it ends with. */
import { resolve } from "node:path";
import type { AppliancePort } from "../appliance/port.ts";
import type { ClientOptions, RequestEvent } from "../appliance/sender.ts";
import { hasErrors } from "../diagnostics.ts";
import { EXIT, errorDiagnostic, HopsyncError } from "../errors.ts";
import type { Command, Diagnostic, Document, Manifest } from "../model.ts";
import { openKeyFile } from "../project/key-file.ts";
import { problem } from "../project/problems.ts";
import { secretsOf } from "../reconcile/secrets.ts";
import { printable } from "../render/clean.ts";
import { renderDiagnostics } from "../render/diagnostics.ts";
import { type DocumentParts, toDocument } from "../render/document.ts";
import { createProgress, type Progress } from "../render/progress.ts";
import { createStyle, type Style, wantsColor } from "../render/style.ts";
import { createMask, type Mask } from "../secret-forms.ts";
import { VERSION } from "../version.ts";
import { documentForms, documentText } from "./document-text.ts";
import type { Io, OutputStream } from "./io.ts";
import {
  type ConnectionFlags,
  type ManifestOptions,
  type OutputOptions,
  resolveConnection,
  type TargetFlags,
} from "./options.ts";
import {
  type ChosenTarget,
  loadInput,
  type ManifestInput,
  manifestInput,
  type RunTarget,
  targetOf,
} from "./target.ts";

/** Where no terminal tells its width, such as in a CI log. */
const PLAIN_WIDTH = 120;

export interface Session {
  readonly io: Io;
  readonly options: OutputOptions;
  readonly style: Style;
  readonly progress: Progress;
  /** The manifests that the command line or the target names. */
  input(paths: readonly string[], options: ManifestOptions): ManifestInput;
  /** Loads the manifest; undefined when it has errors, which `finish` then shows. */
  load(paths: readonly string[], options: ManifestOptions): Promise<Manifest | undefined>;
  /** Takes a sealed manifest with its secrets filled in; undefined where one cannot be, which `finish` shows. */
  refill(sealed: Manifest): Promise<Manifest | undefined>;
  /** Opens the appliance that flags, target and environment name; closed when the command ends. */
  connect(flags: ConnectionFlags): Promise<AppliancePort>;
  /** While a person reads, no time passes. */
  pause(): void;
  /**
   * From now on an interrupt lets calls in flight end instead of cutting them off, and ends only pauses; the
   * deadline counts anew. The signal ends when the time is up.
   */
  startWriting(): AbortSignal;
  /** From now on an interrupt ends no pause either: what was done is to be recorded. */
  startRecording(): void;
  note(diagnostics: readonly Diagnostic[]): void;
  /** Prints these diagnostics and what was noted so far, before a question or a write. */
  tell(diagnostics: readonly Diagnostic[]): void;
  /** Takes secrets out of a text that came from outside. */
  mask(text: string): string;
  /** For people, on stderr; nothing with --quiet. */
  say(text: string): void;
  /** Prints the document, in the format asked for or as `text` renders it, and the diagnostics. */
  finish(parts: Finish): Promise<number>;
}

export interface Finish extends Omit<DocumentParts, "command" | "version" | "diagnostics" | "requests"> {
  readonly text?: (document: Document, style: Style) => string;
}

export type RunOptions = OutputOptions & TargetFlags & Partial<ConnectionFlags>;

/**
 * Runs a command's body; whatever goes wrong becomes a document with diagnostics and an exit code.
 * `choose` says which target the run is for.
 */
export async function runSession(
  command: Command,
  options: RunOptions,
  io: Io,
  body: (session: Session) => Promise<number>,
  choose: () => Promise<ChosenTarget> = () => targetOf(options, connects(command), io),
): Promise<number> {
  const state: State = {
    target: undefined,
    diagnostics: [],
    told: new Set(),
    port: undefined,
    phase: "reading",
    manifest: undefined,
    deadline: createDeadline(),
  };
  const session = createSession(command, options, io, state);
  try {
    const { chosen, diagnostics } = await choose();
    session.note(diagnostics);
    if (hasErrors(diagnostics)) return await session.finish({ exitCode: EXIT.error });
    state.target = chosen;
    return await body(session);
  } catch (error) {
    if (!(error instanceof HopsyncError)) throw error;
    const stopped = interruption(io);
    // A read that was cut off is no news.
    if (stopped === undefined || state.phase !== "reading") {
      const { detail, ...diagnostic } = errorDiagnostic(error);
      session.note([{ ...diagnostic, detail: session.mask(detail) }]);
    }
    return await session.finish({ exitCode: stopped ?? EXIT.error });
  } finally {
    session.progress.done();
    state.deadline.stop();
    await state.port?.close();
  }
}

/** What an interrupt ends: everything, pauses, nothing. */
type Phase = "reading" | "writing" | "recording";

/** Whether the command needs the connection of its target. */
export function connects(command: Command): boolean {
  return command !== "validate";
}

interface State {
  target: RunTarget | undefined;
  diagnostics: readonly Diagnostic[];
  port: AppliancePort | undefined;
  manifest: Manifest | undefined;
  mask?: Mask;
  phase: Phase;
  /** The diagnostics that were printed already. */
  readonly told: Set<Diagnostic>;
  readonly deadline: Deadline;
}

/** The time of a run, without the time in which a person reads the plan. */
interface Deadline {
  start(milliseconds: number): AbortSignal;
  restart(): void;
  stop(): void;
  readonly signal: AbortSignal;
}

function createDeadline(): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let length = 0;
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), length);
    timer.unref();
  };
  return {
    signal: controller.signal,
    start: (milliseconds) => {
      length = milliseconds;
      restart();
      return controller.signal;
    },
    restart,
    stop: () => clearTimeout(timer),
  };
}

/** The exit code of an interrupted run; undefined while nobody interrupts. */
export function interruption(io: Io): number | undefined {
  if (!io.interrupted.aborted) return undefined;
  return io.interrupted.reason === "SIGTERM" ? EXIT.terminated : EXIT.interrupted;
}

export function styleFor(stream: OutputStream, options: Pick<OutputOptions, "color">, io: Io): Style {
  const isTTY = stream.isTTY === true;
  return createStyle({
    color: wantsColor({ isTTY, env: io.env, noColorFlag: !options.color }),
    width: stream.columns ?? PLAIN_WIDTH,
  });
}

/** Whether a line of progress can be rewritten in place. */
export function isRewritable({ stderr, env }: Io, { verbose }: OutputOptions): boolean {
  return stderr.isTTY === true && stderr.collected !== true && env.TERM !== "dumb" && !verbose;
}

function createSession(command: Command, options: OutputOptions, io: Io, state: State): Session {
  const errStyle = styleFor(io.stderr, options, io);
  const err = (text: string): void => {
    io.stderr.write(text);
  };
  const progress = createProgress({
    write: options.quiet ? () => {} : err,
    isTTY: isRewritable(io, options),
    style: errStyle,
  });
  return {
    io,
    options,
    style: errStyle,
    progress,
    input: (paths, given) => manifestInput(paths, given, state.target, io),
    load: async (paths, given) => {
      const input = manifestInput(paths, given, state.target, io);
      state.diagnostics = [...state.diagnostics, ...input.problems];
      if (hasErrors(input.problems)) return undefined;
      const loaded = await loadInput(input);
      state.diagnostics = [...state.diagnostics, ...loaded.diagnostics];
      state.manifest = loaded.manifest;
      return loaded.manifest;
    },
    refill: async (sealed) => {
      const { refill } = await import("../manifest/refill.ts");
      const { manifest, diagnostics } = refill(sealed, io.env);
      state.diagnostics = [...state.diagnostics, ...diagnostics];
      state.manifest = manifest;
      return manifest;
    },
    connect: async (flags) => {
      state.port = await openAppliance(flags, options, io, state, progress, err);
      return state.port;
    },
    pause: () => state.deadline.stop(),
    startWriting: () => {
      state.phase = "writing";
      state.deadline.restart();
      return state.deadline.signal;
    },
    startRecording: () => {
      state.phase = "recording";
    },
    note: (diagnostics) => {
      state.diagnostics = [...state.diagnostics, ...diagnostics];
    },
    tell: (diagnostics) => {
      progress.done();
      const text = untold([...state.diagnostics, ...diagnostics], state, options, io);
      if (text !== "") err(`${text}\n`);
    },
    mask: (text) => maskOf(state, io)(text),
    say: (text) => {
      if (!options.quiet) err(text);
    },
    finish: async (parts) => {
      progress.done();
      const document = documentOf(command, parts, state);
      io.onDocument?.(document);
      const diagnostics = untold(document.diagnostics, state, options, io);
      await printDocument(document, diagnostics, parts, options, io, err);
      return parts.exitCode;
    },
  };
}

/** Knows the secrets as soon as there is a manifest. */
function maskOf(state: State, { env }: Io): Mask {
  if (state.manifest === undefined) return (text) => text;
  state.mask ??= createMask(secretsOf(state.manifest, env));
  return state.mask;
}

function documentOf(command: Command, { text: _, ...parts }: Finish, state: State): Document {
  return toDocument({
    command,
    version: VERSION,
    owner: state.manifest?.owner,
    manifest: state.manifest,
    ...parts,
    diagnostics: state.diagnostics,
    requests: state.port?.requests() ?? {},
  });
}

/** The diagnostics that were not printed yet, as text; from now on they were. */
function untold(diagnostics: readonly Diagnostic[], state: State, options: OutputOptions, io: Io): string {
  const fresh = diagnostics.filter((diagnostic) => !state.told.has(diagnostic));
  for (const diagnostic of fresh) state.told.add(diagnostic);
  const shown = options.quiet ? fresh.filter((d) => d.severity === "error") : fresh;
  return renderDiagnostics(shown, styleFor(io.stderr, options, io));
}

async function printDocument(
  document: Document,
  diagnostics: string,
  { text }: Finish,
  options: OutputOptions,
  io: Io,
  err: (text: string) => void,
): Promise<void> {
  if (options.format !== "text") {
    if (diagnostics !== "") err(diagnostics);
    io.stdout.write(await documentText(options.format, documentForms(document, options)));
    return;
  }
  const body = text?.(document, styleFor(io.stdout, options, io)) ?? "";
  if (body !== "") io.stdout.write(body);
  if (diagnostics !== "") err(body === "" ? diagnostics : `\n${diagnostics}`);
}

async function openAppliance(
  flags: ConnectionFlags,
  options: OutputOptions,
  io: Io,
  state: State,
  progress: Progress,
  err: (text: string) => void,
): Promise<AppliancePort> {
  const [{ readConnection }, { createAppliance }, { insecureWarning }] = await Promise.all([
    import("../appliance/connection.ts"),
    import("../appliance/http.ts"),
    import("../appliance/trust.ts"),
  ]);
  const connection = await readConnection(await resolveConnection(flags, io, state.target?.connection));
  state.diagnostics = [...state.diagnostics, ...keyWarning(flags, io)];
  if (connection.trust.by === "insecure") {
    // Before the key is sent, not after.
    const warning = insecureDiagnostic(insecureWarning(connection));
    state.diagnostics = [...state.diagnostics, warning];
    const told = untold([warning], state, options, io);
    if (told !== "") (io.stderr.now ?? err)(told);
  }
  const interrupts = interruptsOf(io, state, () => {
    progress.done();
    if (!options.quiet) err("Interrupted: what is under way ends first, then comes the report.\n");
  });
  let sent = 0;
  return createAppliance(connection, {
    userAgent: `hopsync/${VERSION}`,
    timeoutMs: flags.timeout,
    parallelism: flags.parallelism,
    deadline: state.deadline.start(flags.deadline),
    ...interrupts,
    mask: (text) => maskOf(state, io)(text),
    onRequest: (event) => {
      sent += 1;
      if (options.verbose) err(requestLine(event));
      else if (state.phase === "reading") progress.reading(sent);
    },
  });
}

/** Reads are cut off at once; once something is being written, calls in flight end first. */
function interruptsOf(io: Io, state: State, onLater: () => void): Pick<ClientOptions, "signal" | "stop"> {
  const all = new AbortController();
  const pauses = new AbortController();
  const interrupt = (): void => {
    if (state.phase === "reading") all.abort(io.interrupted.reason);
    else onLater();
    if (state.phase === "writing") pauses.abort(io.interrupted.reason);
  };
  if (io.interrupted.aborted) interrupt();
  io.interrupted.addEventListener("abort", interrupt, { once: true });
  return { signal: all.signal, stop: pauses.signal };
}

function keyWarning({ apiKeyFile, clientSecretFile }: ConnectionFlags, io: Io): readonly Diagnostic[] {
  const file = apiKeyFile ?? clientSecretFile;
  const detail = file === undefined ? undefined : openKeyFile(fromCwd(io, file), file);
  return detail === undefined ? [] : [problem("key-file-open", detail, {}, "warning")];
}

function insecureDiagnostic(detail: string): Diagnostic {
  return { severity: "warning", code: "insecure", summary: "The certificate is not checked", detail };
}

function requestLine({ method, path, status, error, attempt, ms }: RequestEvent): string {
  const again = attempt > 1 ? ` (attempt ${attempt})` : "";
  return `${printable(`${method} ${path}`)} ${status ?? error ?? ""} ${Math.round(ms)} ms${again}\n`;
}

/** A path as the process that runs the command means it. */
export function fromCwd(io: Io, path: string): string {
  return resolve(io.cwd, path);
}
