/** Runs of one owner in tests: applied as a whole, or ended in their middle. */
import { writeFileSync } from "node:fs";
import { expect } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import type { AppliancePort } from "../../src/appliance/port.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import type { Manifest } from "../../src/model.ts";
import { applyRun, planRun } from "../../src/reconcile/run.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";
import { kill } from "../inventory/appliance.ts";

type Entry = Readonly<Record<string, unknown>>;

export const INVENTORY_FILE = "inventory.json";
export const guards = { maxDeletes: 1000 };

/** Lives on an appliance of its own, through a port of its own; both are closed then. */
export async function onSandbox(
  options: SandboxOptions,
  live: (box: Sandbox, port: AppliancePort) => Promise<void>,
): Promise<void> {
  const box = await startSandbox({ devices: 40, ...options });
  const connection = await readConnection({ host: box.url, apiKey: box.apiKey });
  const port = createAppliance(connection, { userAgent: "test" });
  try {
    await live(box, port);
  } finally {
    await port.close();
    await box.close();
  }
}

export async function load(path: string, content: Entry): Promise<Manifest> {
  writeFileSync(path, JSON.stringify(content));
  const { manifest, diagnostics } = await loadManifest([path], { env: {}, vars: {} });
  if (manifest === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return manifest;
}

/** Applies one manifest, which must succeed as a whole, and returns what plans it again. */
export async function apply(
  port: AppliancePort,
  path: string,
  content: Entry,
): Promise<() => Promise<readonly unknown[]>> {
  const manifest = await load(path, content);
  const run = await planRun(port, manifest, guards);
  expect([run.plan.diagnostics.filter((d) => d.severity === "error"), run.refusals]).toEqual([[], []]);
  const options = { parallelism: 4, onEvent: () => {}, now: Date.now };
  const applied = await applyRun(port, manifest, run, options);
  const failed = applied.results.filter(({ outcome }) => outcome !== "applied");
  expect([applied.exitCode, failed, applied.diagnostics]).toEqual([0, [], []]);
  return async () => {
    const { plan } = await planRun(port, manifest, guards);
    return [plan.changes, plan.inventory];
  };
}

export interface Interruption {
  /** The write that it ends with, and whether the appliance carries that out. */
  readonly nth: number;
  readonly done: boolean;
}

/** An apply whose process ends with one of its writes. */
export async function interrupt(
  port: AppliancePort,
  path: string,
  content: Entry,
  { nth, done }: Interruption,
): Promise<void> {
  const killer = kill(port, nth, done);
  await apply(killer.port, path, content).catch((error: unknown) => {
    if (!killer.killed()) throw error;
  });
}
