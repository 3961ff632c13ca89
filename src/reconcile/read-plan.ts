/** Manifest + appliance → snapshot and plan. Sends no request that writes. */
import type { AppliancePort } from "../appliance/port.ts";
import type { Manifest } from "../model.ts";
import { layGroundwork } from "./groundwork.ts";
import { type PlannedManifest, planManifest } from "./plan.ts";
import { inSlices } from "./slices.ts";
import { type Snapshot, type SnapshotOptions, startReading } from "./snapshot.ts";

export interface ReadPlan extends PlannedManifest {
  readonly snapshot: Snapshot;
}

/** Reads the appliance, and plans what it can while links are still coming. */
export async function readAndPlan(
  port: AppliancePort,
  manifest: Manifest,
  options: SnapshotOptions = {},
): Promise<ReadPlan> {
  const reading = startReading(port, manifest, options);
  const [snapshot, groundwork] = await Promise.all([
    reading.snapshot,
    reading.matched.then((matched) => inSlices(layGroundwork(manifest, matched))),
  ]);
  return { snapshot, ...planManifest(manifest, snapshot, groundwork) };
}
