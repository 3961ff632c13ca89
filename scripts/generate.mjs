// Writes schemas/ from the kinds and the document schemas in lib/ (built first by npm run generate).
// With --check, writes nothing and fails when a file is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import "./build.mjs";

const {
  exportSchema,
  faultsSchema,
  fleetSchema,
  inventorySchema,
  manifestSchema,
  overlaySchema,
  planSchema,
  projectSchema,
  reportSchema,
  sealedPlanSchema,
  targetsSchema,
} = await import("../lib/index.js");
const check = process.argv.includes("--check");
const schemas = {
  manifest: manifestSchema(),
  overlay: overlaySchema(),
  project: projectSchema(),
  plan: planSchema,
  report: reportSchema,
  export: exportSchema,
  inventory: inventorySchema,
  "sealed-plan": sealedPlanSchema,
  targets: targetsSchema,
  fleet: fleetSchema,
  faults: faultsSchema(),
};

for (const [name, schema] of Object.entries(schemas)) {
  const file = fileURLToPath(new URL(`../schemas/${name}.schema.json`, import.meta.url));
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    console.error(`schemas/${name}.schema.json is stale: run npm run generate`);
    process.exitCode = 1;
  }
}
