/** Bundles the command once per test run, for the tests that start it as a process, and gives all tests one temporary folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { bundle } from "../../scripts/bundle.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The bundled command. */
    hopsync: string;
  }
}

/** The bundle is inside the project, so that it finds its dependencies; both are removed when the run ends. */
export async function setup(project: TestProject): Promise<() => void> {
  const outdir = `node_modules/.cache/hopsync-test-${process.pid}`;
  const folder = fileURLToPath(new URL(`../../${outdir}`, import.meta.url));
  await bundle(outdir);
  project.provide("hopsync", `${folder}/hopsync.js`);
  // Workers inherit it. A run that was killed in a test may leave a file there.
  const temporary = mkdtempSync(join(tmpdir(), "hopsync-tests-"));
  process.env.TMPDIR = temporary;
  return () => {
    for (const path of [folder, temporary]) rmSync(path, { recursive: true, force: true });
  };
}
