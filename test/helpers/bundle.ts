/** Bundles the command once per test run, for the tests that start it as a process. */
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { bundle } from "../../scripts/bundle.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The bundled command. */
    hopsync: string;
  }
}

/** Inside the project, so that the bundle finds its dependencies; removed when the run ends. */
export async function setup(project: TestProject): Promise<() => void> {
  const outdir = `node_modules/.cache/hopsync-test-${process.pid}`;
  const folder = fileURLToPath(new URL(`../../${outdir}`, import.meta.url));
  await bundle(outdir);
  project.provide("hopsync", `${folder}/hopsync.js`);
  return () => rmSync(folder, { recursive: true, force: true });
}
