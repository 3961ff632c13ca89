/** `hopsync sandbox`: a simulated appliance in the foreground, until interrupted. */
import { EXIT } from "../../errors.ts";
import type { Diagnostic } from "../../model.ts";
import { renderDiagnostics } from "../../render/diagnostics.ts";
import type { Platform } from "../../sandbox/platforms.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/sandbox.ts";
import type { LoadedFaults } from "../fault-file.ts";
import { faultLine } from "../fault-text.ts";
import type { Io } from "../io.ts";
import { fromCwd, styleFor } from "../session.ts";

export interface SandboxFlags {
  readonly port: number;
  readonly firmware: string;
  readonly platform: Platform;
  readonly tls?: true;
  readonly devices: number;
  readonly seed: number;
  readonly state?: string;
  /** A fault file. */
  readonly faults?: string;
}

export async function sandbox(flags: SandboxFlags, io: Io): Promise<number> {
  const { state, faults: file, ...options } = flags;
  const loaded = await load(file, io);
  if (loaded.diagnostics.length > 0) tell(loaded.diagnostics, io);
  if (loaded.script === undefined) return EXIT.error;
  const stateFile = state === undefined ? {} : { stateFile: fromCwd(io, state) };
  const hits = new Set<number>();
  const running = await startSandbox({ ...options, ...stateFile, ...scripted(loaded.script, io, hits) });
  io.stdout.write(introduction(running, flags, loaded.script.faults.length));
  if (!io.interrupted.aborted) await once(io.interrupted);
  await running.close();
  io.stderr.write(missed(loaded.script, hits));
  return EXIT.done;
}

async function load(file: string | undefined, io: Io): Promise<LoadedFaults> {
  if (file === undefined) return { script: { faults: [], seed: 1 }, diagnostics: [] };
  const { loadFaults } = await import("../fault-file.ts");
  return loadFaults(file, io.cwd);
}

function tell(diagnostics: readonly Diagnostic[], io: Io): void {
  io.stderr.write(renderDiagnostics(diagnostics, styleFor(io.stderr, { color: true }, io)));
}

type Script = NonNullable<LoadedFaults["script"]>;

/** Each request that a fault hits is told, so that a rehearsal can be followed, and noted in `hits`. */
function scripted({ faults, seed }: Script, io: Io, hits: Set<number>): SandboxOptions {
  return {
    faults,
    faultSeed: seed,
    onFault: (event) => {
      hits.add(event.number);
      io.stderr.write(`${faultLine(event)}\n`);
    },
  };
}

/** A rehearsal that did not go where a fault waits is none of it. */
function missed({ faults }: Script, hits: ReadonlySet<number>): string {
  const numbers = faults.map((_fault, i) => i + 1).filter((number) => !hits.has(number));
  return numbers.length === 0 ? "" : `Faults that hit no request: ${numbers.join(", ")}.\n`;
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

const WHAT: Readonly<Record<Platform, string>> = {
  sensor: "A simulated ExtraHop appliance",
  console: "A simulated ExtraHop console with two sensors",
  cloud: "A simulated ExtraHop cloud product with two sensors",
};

/** The lines to copy into the shell where hopsync is to talk to it. */
function introduction(running: Sandbox, flags: SandboxFlags, faults: number): string {
  const trust = running.fingerprint === undefined ? "" : ` --fingerprint ${running.fingerprint}`;
  return `${[
    `${WHAT[flags.platform]}, firmware ${flags.firmware}, with ${flags.devices} devices, is running. In another shell:`,
    "",
    `  export EXTRAHOP_HOST=${running.url}`,
    ...(flags.platform === "cloud" ? clientLines(running.client) : keyLines(running)),
    `  hopsync plan${trust}`,
    "",
    ...(flags.platform === "cloud"
      ? ["A client that may only read:", ...clientLines(running.limitedClient)]
      : [`A key that may only read: ${running.limitedApiKey}`]),
    ...(faults === 0 ? [] : [`Faults in its script: ${faults}; each request that one hits is told here.`]),
    "Ctrl-C ends it.",
  ].join("\n")}\n`;
}

function keyLines({ apiKey }: Sandbox): readonly string[] {
  return [`  export EXTRAHOP_API_KEY=${apiKey}`];
}

function clientLines({ id, secret }: Sandbox["client"]): readonly string[] {
  return [`  export EXTRAHOP_CLIENT_ID=${id}`, `  export EXTRAHOP_CLIENT_SECRET=${secret}`];
}
