/**
 * What depends on the firmware: one entry per generation that the sandbox can play, from the guide of each and
 * the Swagger of 9.8. Everything else in this folder asks the generation and never compares version numbers.
 */
import { HopsyncError } from "../errors.ts";
import type { Collection } from "./collections.ts";
import { OPTIONS, OPTIONS_7, OPTIONS_9, type Options } from "./hints.ts";
import type { Quirks } from "./quirks.ts";
import type { Query } from "./routes.ts";
import {
  DETECTION_FIELDS,
  onlyFields,
  SCHEMAS,
  type Schemas,
  SEARCH_TYPES,
  withFields,
  withoutFields,
} from "./schemas.ts";

/** How the operand of a filter field is written and compared. */
export type OperandKind = "text" | "pattern" | "address" | "mac" | "number" | "time" | "flag";

/** The keys of an answer, where it does not show all that the appliance keeps of an object. */
export type Shape = { readonly only: readonly string[] } | { readonly without: readonly string[] };

export interface Generation {
  /** As GET /extrahop/version answers it. */
  readonly version: string;
  /** What a sensor calls itself. */
  readonly sensor: "discover" | "extrahop";
  readonly schemas: Schemas;
  readonly shapes: Readonly<Partial<Record<Collection, Shape>>>;
  /** The paths of the sandbox that this firmware does not have. */
  readonly missing: readonly string[];
  /** The query parameters of a GET, where they are not those of routes.ts. */
  readonly parameters: Readonly<Record<string, Query>>;
  readonly searchTypes: readonly string[];
  readonly applicationSearchTypes: readonly string[];
  /** What POST /devices/search may be asked to answer of a device; nothing where it answers all. */
  readonly resultFields: readonly string[];
  /** The fields of a device filter. `pattern` is text that may also be a regular expression. */
  readonly filterFields: Readonly<Record<string, OperandKind>>;
  /** The fields of `filterFields` that only POST /devices/search lists. */
  readonly searchOnlyFields: readonly string[];
  /** Operators that compare with a list, which only POST /devices/search knows. */
  readonly listOperators: readonly string[];
  readonly hints: Options;
  /** A rule makes a new group dynamic by itself; else it must be called dynamic, as the older examples do. */
  readonly ruleIsDynamic: boolean;
  /** How an alert's operand below one is answered: recorded answers of 2018 have `.05`, later ones `0.05`. */
  readonly operandZero: "kept" | "dropped";
  /** Whether device groups come with the system; before, activity groups are a resource of their own. */
  readonly builtInGroups: boolean;
  /** Whether GET /appliances lists the appliance itself. */
  readonly localAppliance: boolean;
  /** Whether this is the cloud product's too. */
  readonly cloud: boolean;
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

/** The example of a device in guides 5.2 and 7 ("Identify objects on the ExtraHop system"). */
const DEVICE_KEYS_7: readonly string[] = [
  ...["mod_time", "node_id", "id", "extrahop_id", "description", "user_mod_time", "discover_time", "vlanid"],
  ...["parent_id", "macaddr", "vendor", "is_l3", "ipaddr4", "ipaddr6", "device_class", "default_name"],
  ...["custom_name", "cdp_name", "dhcp_name", "netbios_name", "dns_name", "custom_type", "analysis_level"],
];

/** The keys of guide 8.7's devices; the Swagger has one more. */
const CLOUD_DESCRIPTION = "cloud_instance_description";

const FIRMWARE_8_7: Generation = {
  version: "8.7.1.2",
  sensor: "discover",
  schemas: SCHEMAS,
  shapes: { devices: { without: [CLOUD_DESCRIPTION] } },
  missing: ["/devices/{}/ipaddrs"],
  parameters: {},
  searchTypes: SEARCH_TYPES,
  applicationSearchTypes: ["any", "name", "node", "discovery_id", "extrahop-id"],
  resultFields: [],
  filterFields: FILTER_FIELDS_8_7,
  searchOnlyFields: ["discovery_id"],
  listOperators: [],
  hints: OPTIONS,
  ruleIsDynamic: true,
  operandZero: "kept",
  builtInGroups: true,
  localAppliance: false,
  cloud: true,
};

/** The Swagger of a 9.8 appliance. Alerts keep the fields of detection alerts, and have no such type any more. */
const FIRMWARE_9_8: Generation = {
  ...FIRMWARE_8_7,
  version: "9.8.0.1417",
  schemas: {
    ...SCHEMAS,
    alerts: withFields(SCHEMAS.alerts, { type: { type: "string", values: ["threshold"], required: true } }),
    devicegroups: withFields(SCHEMAS.devicegroups, {
      editors: { type: "strings", initial: [], unordered: true },
    }),
    devices: withFields(SCHEMAS.devices, { [CLOUD_DESCRIPTION]: { type: "string" } }),
  },
  shapes: {},
  missing: ["/devices/{}/ipaddr"],
  resultFields: [
    ...DEVICE_KEYS_7,
    ...["discovery_id", "display_name", "auto_role", "analysis", "role", "on_watchlist", "last_seen_time"],
    ...["activity", "model", "model_override", "custom_make", "custom_model", "critical"],
    ...["custom_criticality", "cloud_instance_id", "cloud_instance_type", "cloud_instance_name"],
    ...[CLOUD_DESCRIPTION, "cloud_account", "vpc_id", "subnet_id"],
  ],
  filterFields: {
    ...FILTER_FIELDS_8_7,
    software_type: "text",
    analysis: "text",
    network_locality_type: "text",
    network_locality_id: "number",
    id: "number",
  },
  searchOnlyFields: ["discovery_id", "software_type", "analysis"],
  listOperators: ["in", "not_in"],
  hints: OPTIONS_9,
  localAppliance: true,
};

/** What guide 7's table of operations lacks of guide 8.7's. */
const MISSING_7: readonly string[] = [
  "/devices/search",
  "/devices/{}/software",
  "/devices/{}/ipaddr",
  "/devices/{}/ipaddrs",
  "/devices/{}/dnsnames",
  "/extrahop/edition",
];

/** The reads of what reaches an object, of which guide 7 documents no parameter. */
const REACHING: readonly string[] = [
  ...["/applications/{}/alerts", "/networks/{}/alerts", "/devices/{}/alerts", "/devices/{}/triggers"],
  ...["/devicegroups/{}/alerts", "/devicegroups/{}/triggers"],
];

/**
 * The guide documents next to no parameters. `all` is what `type` replaced in 8.7; the window of a device's groups
 * and the criteria of applications are first told there.
 */
const PARAMETERS_7: Generation["parameters"] = {
  ...Object.fromEntries(REACHING.map((path) => [path, {}])),
  "/devicegroups": { since: "moment", all: "boolean", name: "string" },
  "/devices/{}/devicegroups": {},
  "/applications/{}": {},
};

/**
 * Guide 7: groups have `field` and `value`, alerts no detections ("Anomaly alerts" are said to exist, their type
 * and fields are not named, so none can be written). Its device has no `discovery_id` and no `display_name`.
 */
const FIRMWARE_7: Generation = {
  ...FIRMWARE_8_7,
  version: "7.1.0.1843",
  schemas: {
    ...SCHEMAS,
    alerts: withFields(withoutFields(SCHEMAS.alerts, DETECTION_FIELDS), {
      type: { type: "string", values: ["threshold"], required: true },
    }),
    devicegroups: withoutFields(SCHEMAS.devicegroups, ["filter"]),
    applications: withFields(withoutFields(SCHEMAS.applications, ["discovery_id", "criteria"]), {
      extrahop_id: { type: "string", required: true, filled: true, createOnly: true },
    }),
    devices: onlyFields(SCHEMAS.devices, ["custom_name", "custom_type", "description", "vendor"]),
  },
  shapes: {
    devicegroups: { without: ["filter", "built_in"] },
    applications: { without: ["discovery_id", "criteria"] },
    networks: { without: ["appliance_uuid"] },
    devices: { only: DEVICE_KEYS_7 },
  },
  missing: MISSING_7,
  parameters: PARAMETERS_7,
  searchTypes: SEARCH_TYPES.filter((type) => type !== "discovery_id"),
  applicationSearchTypes: ["any", "name", "node", "extrahop-id"],
  filterFields: {},
  hints: OPTIONS_7,
  ruleIsDynamic: false,
  operandZero: "dropped",
  builtInGroups: false,
  cloud: false,
};

/** The ids that 8.7 documents, also on 7 (quirk `discoveryIdOn7`). */
const FIRMWARE_7_WITH_IDS: Generation = {
  ...FIRMWARE_7,
  schemas: { ...FIRMWARE_7.schemas, applications: withoutFields(SCHEMAS.applications, ["criteria"]) },
  shapes: {
    ...FIRMWARE_7.shapes,
    applications: { without: ["criteria"] },
    devices: { only: [...DEVICE_KEYS_7, "discovery_id", "display_name"] },
  },
  searchTypes: SEARCH_TYPES,
  applicationSearchTypes: FIRMWARE_8_7.applicationSearchTypes,
};

/**
 * Guide 5.2 has no table of operations: they are those of guide 7 for the resources that it names. Triggers have
 * one `event`, and times no units.
 */
const FIRMWARE_5_2: Generation = {
  ...FIRMWARE_7,
  version: "5.2.3.1234",
  sensor: "extrahop",
  schemas: {
    ...FIRMWARE_7.schemas,
    triggers: withFields(withoutFields(SCHEMAS.triggers, ["events", "hints"]), {
      event: { type: "string", required: true },
    }),
  },
  shapes: { ...FIRMWARE_7.shapes, triggers: { without: ["events", "hints"] } },
  missing: [...MISSING_7, "/appliances", "/appliances/{}"],
  parameters: {
    ...PARAMETERS_7,
    "/devices": {
      limit: "integer",
      offset: "integer",
      active_from: "offset",
      active_until: "offset",
      search_type: "string",
      value: "string",
    },
    "/devicegroups/{}/devices": {
      limit: "integer",
      offset: "integer",
      active_from: "offset",
      active_until: "offset",
    },
  },
};

/** The hints of guide 7, also on 5.2 (quirk `hintsOn52`). */
const FIRMWARE_5_2_WITH_HINTS: Generation = {
  ...FIRMWARE_5_2,
  schemas: {
    ...FIRMWARE_5_2.schemas,
    triggers: withFields(FIRMWARE_5_2.schemas.triggers, { hints: { type: "object", initial: {} } }),
  },
  shapes: { ...FIRMWARE_5_2.shapes, triggers: { without: ["events"] } },
};

interface Line {
  /** As the option calls it. */
  readonly name: string;
  /** The versions that the generation stands for. */
  readonly covers: RegExp;
  readonly describe: (quirks: Quirks) => Generation;
}

const LINES: readonly Line[] = [
  {
    name: "5.2",
    covers: /^5(?:\.2|$)(?:\.|$)/,
    describe: (quirks) => (quirks.hintsOn52 === "accept" ? FIRMWARE_5_2_WITH_HINTS : FIRMWARE_5_2),
  },
  {
    name: "7",
    covers: /^7(?:\.|$)/,
    describe: (quirks) => (quirks.discoveryIdOn7 === "present" ? FIRMWARE_7_WITH_IDS : FIRMWARE_7),
  },
  { name: "8.7", covers: /^8(?:\.7|$)(?:\.|$)/, describe: () => FIRMWARE_8_7 },
  { name: "9.8", covers: /^(?:9|2[5-9])(?:\.|$)/, describe: () => FIRMWARE_9_8 },
];

/**
 * The generation that a firmware option names, with the version that it says: `7` is the usual one of its line,
 * `9.3.0.1319` or `26.3` is answered as such. Anything else is an error that lists what can be named.
 */
export function generationOf(firmware: string, quirks: Quirks): Generation {
  const line = /^\d{1,4}(?:\.\d{1,6}){0,3}$/.test(firmware)
    ? LINES.find(({ covers }) => covers.test(firmware))
    : undefined;
  if (line !== undefined) {
    const generation = line.describe(quirks);
    return { ...generation, version: versionText(firmware, generation.version) };
  }
  const known = LINES.map(({ name }) => name).join(", ");
  throw new HopsyncError("sandbox-firmware", `The sandbox cannot play firmware "${firmware}".`, {
    hint: `It knows ${known}.`,
  });
}

/** A version has four parts. */
function versionText(firmware: string, usual: string): string {
  if (`${usual}.`.startsWith(`${firmware}.`)) return usual;
  return [...firmware.split("."), "0", "0", "0"].slice(0, 4).join(".");
}
