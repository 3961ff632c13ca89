import type { BenchManifest } from "./manifests.mjs";

export function leastRequests(
  manifest: BenchManifest,
  appliance: {
    readonly devices: readonly Readonly<Record<string, unknown>>[];
    readonly groups: number;
    readonly applications: number;
  },
): number;
