// Bundles the command and the library for npm, and the action for GitHub's runners.
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { validators } from "./validators.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

function common() {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  return {
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "node",
    plugins: [validators],
    define: { __HOPSYNC_VERSION__: JSON.stringify(version) },
    logLevel: "warning",
  };
}

/**
 * Writes the command and the library to this folder of the project, which is emptied first. Dependencies stay
 * outside and are loaded when a command needs them, so that `hopsync --version` starts almost as fast as Node.
 */
export async function bundle(outdir) {
  rmSync(`${root}${outdir}`, { recursive: true, force: true });
  await build({
    ...common(),
    entryPoints: { hopsync: "src/cli/main.ts", index: "src/index.ts" },
    outdir,
    splitting: true,
    target: "node20.18",
    packages: "external",
    chunkNames: "chunks/[name]-[hash]",
  });
}

/**
 * The action as one file with everything in it: a runner installs nothing and may have no internet access.
 * Returns the text. Packages that are CommonJS load Node's own modules with require.
 */
export async function bundleAction() {
  const { outputFiles } = await build({
    ...common(),
    entryPoints: { index: "src/action/index.ts" },
    outdir: "dist",
    write: false,
    target: "node20.18",
    minify: true,
    keepNames: true,
    legalComments: "eof",
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
  });
  return outputFiles[0].text;
}
