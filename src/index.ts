/** The library: the same pipeline as the command line, as functions over values. */

export { readConnection } from "./appliance/connection.ts";
export { createAppliance } from "./appliance/http.ts";
export type { AppliancePort } from "./appliance/port.ts";
export { ApplianceError, EXIT, HopsyncError } from "./errors.ts";
export { loadManifest } from "./manifest/load.ts";
export { manifestSchema } from "./manifest/schema.ts";
export type * from "./model.ts";
export { applyRun, planRun } from "./reconcile/run.ts";
export { renderJson, toDocument } from "./render/document.ts";
export { planSchema, reportSchema } from "./render/document-schema.ts";
export { startSandbox } from "./sandbox/sandbox.ts";
