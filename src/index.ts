/** The library: the same pipeline as the command line, as functions over values. */

export { readConnection } from "./appliance/connection.ts";
export { createAppliance } from "./appliance/http.ts";
export type { AppliancePort } from "./appliance/port.ts";
export { faultsSchema } from "./cli/fault-schema.ts";
export { ApplianceError, EXIT, HopsyncError } from "./errors.ts";
export { type Fitted, fitEntries } from "./manifest/fit.ts";
export { type FileScope, layOutManifests, type ManifestText } from "./manifest/layout.ts";
export { loadManifest } from "./manifest/load.ts";
export { overlaySchema } from "./manifest/overlay-schema.ts";
export { manifestSchema } from "./manifest/schema.ts";
export { writeManifest } from "./manifest/write.ts";
export type * from "./model.ts";
export { projectSchema } from "./project/schema.ts";
export { type DriftRun, driftRun } from "./reconcile/drift-run.ts";
export { type ExportOptions, exportLive, type LiveExport } from "./reconcile/export.ts";
export { applyRun, planRun } from "./reconcile/run.ts";
export { renderJson, toDocument } from "./render/document.ts";
export { exportSchema, planSchema, reportSchema } from "./render/document-schema.ts";
export { fleetSchema } from "./render/fleet-schema.ts";
export { inventorySchema } from "./render/inventory-document.ts";
export { type MarkdownOptions, renderMarkdown } from "./render/markdown.ts";
export { sealedPlanSchema } from "./render/sealed-schema.ts";
export { targetsSchema } from "./render/targets-document.ts";
export type { Fault, FaultEffect, FaultEvent } from "./sandbox/faults.ts";
export { type Sandbox, type SandboxOptions, startSandbox } from "./sandbox/sandbox.ts";
