/** For any manifests A and B: apply A, apply B, and there is nothing left to do. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readConnection } from "../../src/appliance/connection.ts";
import { createAppliance } from "../../src/appliance/http.ts";
import { loadManifest } from "../../src/manifest/load.ts";
import type { Manifest } from "../../src/model.ts";
import { applyRun, planRun } from "../../src/reconcile/run.ts";
import type { Quirks } from "../../src/sandbox/quirks.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";
import { arbitraryManifest, type Generation, manifestsUpTo } from "../helpers/arbitrary.ts";
import { folder } from "../helpers/folder.ts";
import { runsOf } from "../helpers/whole.ts";

/** More in a longer search: HOPSYNC_RUNS=1000 npx vitest run test/reconcile/convergence.test.ts */
const RUNS = runsOf("HOPSYNC_RUNS", 60, 12);

const NO_LIMIT = { maxDeletes: 1000 };

async function load(path: string, content: unknown): Promise<Manifest> {
  writeFileSync(path, JSON.stringify(content));
  const { manifest, diagnostics } = await loadManifest([path], { env: {}, vars: {} });
  if (manifest === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return manifest;
}

/** Applies, and returns what a plan right afterwards would still do, after writing nothing but the plan. */
async function applyTwice(sandbox: Sandbox, manifest: Manifest): Promise<unknown> {
  const connection = await readConnection({ host: sandbox.url, apiKey: sandbox.apiKey });
  const port = createAppliance(connection, { userAgent: "test" });
  try {
    const run = await planRun(port, manifest, NO_LIMIT);
    const applied = await applyRun(port, manifest, run, { parallelism: 4, onEvent: () => {}, now: Date.now });
    const problems = [...run.plan.diagnostics, ...run.refusals, ...applied.diagnostics].filter(
      (d) => d.severity === "error",
    );
    const failed = applied.results.filter((r) => r.outcome !== "applied");
    const { plan } = await planRun(port, manifest, NO_LIMIT);
    return { problems, failed, left: plan.changes };
  } finally {
    await port.close();
  }
}

async function converges(
  options: SandboxOptions,
  manifests: fc.Arbitrary<Readonly<Record<string, unknown>>>,
  runs: number,
): Promise<void> {
  const path = join(folder(), "manifest.yaml");
  await fc.assert(
    fc.asyncProperty(manifests, manifests, async (a, b) => {
      const sandbox = await startSandbox({ devices: 60, ...options });
      try {
        expect(await applyTwice(sandbox, await load(path, a))).toEqual(CLEAN);
        expect(await applyTwice(sandbox, await load(path, b))).toEqual(CLEAN);
      } finally {
        await sandbox.close();
      }
    }),
    { numRuns: runs },
  );
}

const CLEAN = { problems: [], failed: [], left: [] };

describe("convergence", () => {
  it.each<Partial<Quirks>>([
    {},
    { emptyDescription: "text", scriptText: "normalised", patchNull: "refuse", duplicateNames: "accept" },
  ])(
    "any two manifests, one after the other, with %j",
    (quirks) => converges({ quirks }, arbitraryManifest, RUNS),
    3_600_000,
  );

  it.each<readonly [string, Generation]>([
    ["5.2", { filters: false, detections: false, hints: false }],
    ["7", { filters: false, detections: false, hints: true }],
    ["9.8", { filters: true, detections: false, hints: true }],
  ])(
    "any two manifests on firmware %s",
    (firmware, generation) => converges({ firmware }, manifestsUpTo(4, generation), Math.ceil(RUNS / 4)),
    3_600_000,
  );
});
