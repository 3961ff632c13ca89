/**
 * What manifests can refer to and not manage: networks, applications and devices. Managed kinds are
 * targets as well, by name.
 */
import { isIP } from "node:net";
import type { DeviceSelector, Json, JsonObject } from "../model.ts";
import type { Lack } from "./dialect.ts";
import { fieldsOf9, NO_FIELD_OF_9 } from "./filter.ts";
import { isWithin, type Span } from "./firmware.ts";

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

/** Firmware that finds devices by a filter; before, they are found by a search type and value. */
export const FILTER_SEARCH: Span = { since: "8" };

/** What the firmware lacks to find devices by this selector; the pointer is into its mapping. */
export function selectorLack(selector: DeviceSelector, firmware: string): Lack | undefined {
  if (selector.by === "filter") return filterLack(selector.filter, firmware);
  if (isWithin(firmware, FILTER_SEARCH)) return undefined;
  if (selector.by !== "search" || selector.type !== "discovery_id") return undefined;
  return {
    pointer: "",
    lacks: `which has no search type discovery_id: firmware has it from ${FILTER_SEARCH.since} on`,
    instead: "Write {discovery_id: …}, which all firmware is asked for in its own way.",
  };
}

function filterLack(filter: JsonObject, firmware: string): Lack | undefined {
  if (!isWithin(firmware, FILTER_SEARCH)) {
    return {
      pointer: "",
      lacks: `which finds no devices by a filter: firmware does so from ${FILTER_SEARCH.since} on`,
      instead: "Select them by ip, mac, name, discovery_id or search, which all firmware knows.",
    };
  }
  const [field] = isWithin(firmware, { before: "9" }) ? fieldsOf9(filter, "/filter") : [];
  if (field === undefined) return undefined;
  const instead = "Use another field, or select the devices in another way for this target.";
  return { pointer: field, lacks: NO_FIELD_OF_9, instead };
}

/** The appliance's own identifier that never changes. Firmware before 8 has only the former name of it. */
export function stableId(wire: JsonObject): string | undefined {
  return [wire.discovery_id, wire.extrahop_id].find(isText);
}

/** Firmware before 8 has no `display_name`: a device goes by the first that it has of the rest. */
const NAME_KEYS = [
  "display_name",
  "custom_name",
  "dns_name",
  "dhcp_name",
  "netbios_name",
  "cdp_name",
  "default_name",
];

/** What the appliance calls a device. */
export function deviceName(wire: JsonObject): string | undefined {
  return NAME_KEYS.map((key) => wire[key]).find(isText);
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}

/** `device/<discovery_id>`, and the label a person knows the device by. */
export function describeDevice(wire: JsonObject): { readonly address: string; readonly label: string } {
  const id = stableId(wire) ?? String(wire.id);
  const name = deviceName(wire) ?? id;
  const ip = [wire.ipaddr4, wire.ipaddr6].filter(isText).find((value) => isIP(value) !== 0);
  return {
    address: `${DEVICE}/${id}`,
    label: ip === undefined || ip === name ? name : `${name} (${ip})`,
  };
}

/** The sensors of a console; `node_id` of what is theirs is one of these ids. */
export const NODES_PATH = "/nodes";

/** What the console calls a sensor. */
export function nodeName(wire: JsonObject): string | undefined {
  return [wire.display_name, wire.nickname, wire.hostname].find(isText);
}

export const referenceTargets: readonly ReferenceTarget[] = [network, application];
