/** `hopsync sandbox`: a simulated appliance in the foreground, until interrupted. */
import { EXIT } from "../../errors.ts";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import type { Io } from "../io.ts";
import { fromCwd } from "../session.ts";

export interface SandboxFlags {
  readonly port: number;
  readonly firmware: string;
  readonly tls?: true;
  readonly devices: number;
  readonly seed: number;
  readonly state?: string;
}

export async function sandbox(flags: SandboxFlags, io: Io): Promise<number> {
  const { state, ...options } = flags;
  const stateFile = state === undefined ? {} : { stateFile: fromCwd(io, state) };
  const running = await startSandbox({ ...options, ...stateFile });
  io.stdout.write(introduction(running, flags));
  if (!io.interrupted.aborted) await once(io.interrupted);
  await running.close();
  return EXIT.done;
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** The lines to copy into the shell where hopsync is to talk to it. */
function introduction(running: Sandbox, flags: SandboxFlags): string {
  const trust = running.fingerprint === undefined ? "" : ` --fingerprint ${running.fingerprint}`;
  return `${[
    `A simulated ExtraHop appliance, firmware ${flags.firmware}, with ${flags.devices} devices, is running. In another shell:`,
    "",
    `  export EXTRAHOP_HOST=${running.url}`,
    `  export EXTRAHOP_API_KEY=${running.apiKey}`,
    `  hopsync plan${trust}`,
    "",
    `A key that may only read: ${running.limitedApiKey}`,
    "Ctrl-C ends it.",
  ].join("\n")}\n`;
}
