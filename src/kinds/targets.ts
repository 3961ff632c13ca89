/**
 * What manifests can refer to and not manage: networks, applications and devices. Managed kinds are
 * targets as well, by name.
 */
import { isIP } from "node:net";
import type { JsonObject } from "../model.ts";

export interface ReferenceTarget {
  readonly kind: string;
  /** For people: `a network`. */
  readonly noun: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Answered in pages of 100 unless asked otherwise. */
  readonly paged: boolean;
  readonly nameField: string;
  /** Whether `{discovery_id: …}` can stand in place of a name. */
  readonly byDiscoveryId: boolean;
}

export const network: ReferenceTarget = {
  kind: "network",
  noun: "a network",
  path: "/networks",
  paged: false,
  nameField: "name",
  byDiscoveryId: false,
};

export const application: ReferenceTarget = {
  kind: "application",
  noun: "an application",
  path: "/applications",
  // Otherwise only applications with recent traffic are listed (guide 8.7 "GET /applications").
  query: { active_from: 1 },
  paged: true,
  nameField: "display_name",
  byDiscoveryId: true,
};

/** The target that selectors choose. */
export const DEVICE = "device";

/** What `GET /devices` can search by (guide 8.7 "GET /devices", search_type). */
export const SEARCH_TYPES: readonly string[] = [
  "any",
  "name",
  "discovery_id",
  "ip address",
  "mac address",
  "vendor",
  "type",
  "tag",
  "activity",
  "node",
  "vlan",
  "discover time",
];

/** `device/<discovery_id>`, and the label a person knows the device by. */
export function describeDevice(wire: JsonObject): { readonly address: string; readonly label: string } {
  const text = (key: string): string => (typeof wire[key] === "string" ? (wire[key] as string) : "");
  const name = text("display_name") || text("default_name");
  const ip = [text("ipaddr4"), text("ipaddr6")].find((value) => isIP(value) !== 0) ?? "";
  const id = text("discovery_id") || text("extrahop_id") || String(wire.id);
  return {
    address: `${DEVICE}/${id}`,
    label: ip === "" || ip === name ? name || id : `${name || id} (${ip})`,
  };
}

export const referenceTargets: readonly ReferenceTarget[] = [network, application];
