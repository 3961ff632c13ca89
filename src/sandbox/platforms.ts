/**
 * What the sandbox can be: one sensor, a console of two sensors, or the cloud product, which is a console that
 * authenticates by OAuth. On both of the latter the ids of devices, networks and applications hold their sensor's.
 */
import { HopsyncError } from "../errors.ts";
import type { Json } from "../model.ts";
import type { Generation } from "./generations.ts";

export const PLATFORMS = ["sensor", "console", "cloud"] as const;

export type Platform = (typeof PLATFORMS)[number];

/** A sensor that a console knows. */
export interface SensorNode {
  /** The id of GET /nodes and `node_id` of what is its. */
  readonly id: number;
  readonly uuid: string;
  readonly hostname: string;
  readonly name: string;
  /** Of its capture interface; a hand of a network's name. */
  readonly mac: string;
}

/** The sensor that the sandbox is by default. */
export const SENSOR: Omit<SensorNode, "id"> = {
  uuid: "3f1c8a52-7d0e-4b6a-9c41-0050568340d5",
  hostname: "extrahop-sandbox",
  name: "extrahop-sandbox",
  mac: "00:50:56:83:40:D5",
};

const NODES: readonly SensorNode[] = [
  { ...SENSOR, id: 6, hostname: "eda-dc", name: "Data center" },
  {
    id: 7,
    uuid: "b8d2f6c0-15aa-4e39-8f2b-00505683417e",
    hostname: "eda-hq",
    name: "Headquarters",
    mac: "00:50:56:83:41:7E",
  },
];

export function nodesOf(platform: Platform): readonly SensorNode[] {
  return platform === "sensor" ? [] : NODES;
}

const NODE_SPAN = 2 ** 32;

/** The id on a console of what a sensor numbers itself. */
export function wideId(node: number | null, id: number): number {
  return node === null ? id : node * NODE_SPAN + id;
}

/** Whether an id is of a node, or of the system itself. */
export function isOfNode(node: number | null, id: number): boolean {
  return Math.floor(id / NODE_SPAN) === (node ?? 0);
}

/** The sensor of an object's `node_id`. */
export function uuidOf(node: Json | undefined): string {
  if (node === null || node === undefined) return SENSOR.uuid;
  return NODES.find(({ id }) => id === node)?.uuid ?? "";
}

/** What GET /extrahop/platform answers; no document says what the cloud product calls itself. */
export function platformName(platform: Platform, generation: Generation): string {
  return platform === "sensor" ? generation.sensor : "command";
}

/** Refuses what is no platform, and a cloud product older than the cloud product is. */
export function checkPlatform(platform: string, generation: Generation): void {
  if (!(PLATFORMS as readonly string[]).includes(platform)) {
    throw new HopsyncError("sandbox-platform", `The sandbox cannot play the platform "${platform}".`, {
      hint: `It knows ${PLATFORMS.join(", ")}.`,
    });
  }
  if (platform === "cloud" && !generation.cloud) {
    throw new HopsyncError(
      "sandbox-platform",
      `The cloud product never had firmware ${generation.version}.`,
      {
        hint: "Choose 8.7 or 9.8.",
      },
    );
  }
}
