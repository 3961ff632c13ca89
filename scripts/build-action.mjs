// Writes dist/index.js, which action.yml points at and which is committed: runners build nothing. With
// --check, writes nothing and fails when it is stale.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleAction } from "./bundle.mjs";

const file = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const text = await bundleAction();
if (!process.argv.includes("--check")) {
  mkdirSync(fileURLToPath(new URL("../dist", import.meta.url)), { recursive: true });
  writeFileSync(file, text);
} else if (readFileSync(file, "utf8") !== text) {
  console.error("dist/index.js is stale: run npm run build:action");
  process.exitCode = 1;
}
