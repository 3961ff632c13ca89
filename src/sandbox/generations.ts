/**
 * What depends on the firmware: one entry per generation that the sandbox can play. Everything else in
 * this folder asks the generation and never compares version numbers.
 */
import { HopsyncError } from "../errors.ts";
import type { Collection } from "./collections.ts";
import { SCHEMAS, type Schema, SEARCH_TYPES } from "./schemas.ts";

/** How the operand of a filter field is written and compared. */
export type OperandKind = "text" | "pattern" | "address" | "mac" | "number" | "time" | "flag";

export interface Generation {
  /** As GET /extrahop/version answers it. */
  readonly version: string;
  readonly schemas: Readonly<Record<Collection, Schema>>;
  readonly searchTypes: readonly string[];
  /** The fields of a device filter. `pattern` is text that may also be a regular expression. */
  readonly filterFields: Readonly<Record<string, OperandKind>>;
  /** The fields of `filterFields` that only POST /devices/search lists. */
  readonly searchOnlyFields: readonly string[];
}

/** Guide 8.7 "POST /devices/search", and its list of fields whose operand may be a regular expression. */
const FILTER_FIELDS_8_7: Readonly<Record<string, OperandKind>> = {
  name: "pattern",
  discovery_id: "text",
  ipaddr: "address",
  macaddr: "mac",
  vendor: "pattern",
  tag: "pattern",
  activity: "text",
  node: "text",
  vlan: "number",
  discover_time: "time",
  role: "text",
  dns_name: "pattern",
  dhcp_name: "pattern",
  netbios_name: "pattern",
  cdp_name: "pattern",
  custom_name: "pattern",
  software: "pattern",
  model: "pattern",
  is_critical: "flag",
  instance_id: "text",
  instance_name: "text",
  instance_type: "text",
  cloud_account: "text",
  vpc_id: "text",
  subnet_id: "text",
  is_active: "flag",
};

const GENERATIONS: Readonly<Record<string, Generation>> = {
  "8.7": {
    version: "8.7.1.2",
    schemas: SCHEMAS,
    searchTypes: SEARCH_TYPES,
    filterFields: FILTER_FIELDS_8_7,
    searchOnlyFields: ["discovery_id"],
  },
};

/** The generation that a firmware option names, or an error that lists what can be named. */
export function generationOf(firmware: string): Generation {
  const generation = Object.hasOwn(GENERATIONS, firmware) ? GENERATIONS[firmware] : undefined;
  if (generation !== undefined) return generation;
  const known = Object.keys(GENERATIONS).join(", ");
  throw new HopsyncError("sandbox-firmware", `The sandbox cannot play firmware "${firmware}".`, {
    hint: `It knows ${known}.`,
  });
}
