// Bundles the command and the library. Dependencies stay outside the bundle and are loaded when a command
// needs them, so that `hopsync --version` starts almost as fast as Node itself.
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Writes the bundle to this folder of the project, which is emptied first. */
export async function bundle(outdir) {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  rmSync(`${root}${outdir}`, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: { hopsync: "src/cli/main.ts", index: "src/index.ts" },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.18",
    packages: "external",
    chunkNames: "chunks/[name]-[hash]",
    define: { __HOPSYNC_VERSION__: JSON.stringify(version) },
    logLevel: "warning",
  });
}
