/**
 * The fields that bodies may hold, per collection. Names and values are guide 8.7's ("POST /alerts", …); what is
 * required and what the server fills in is the Swagger's (`*_CREATE`). generations.ts says what differs elsewhere.
 */
import type { Json } from "../model.ts";
import type { Collection } from "./collections.ts";

export type FieldType = "string" | "integer" | "boolean" | "object" | "strings" | "objects";

export interface Field {
  readonly type: FieldType;
  /** The only values it may have. */
  readonly values?: readonly (string | number)[];
  readonly required?: true;
  /** May not be an empty string. */
  readonly filled?: true;
  /** What the server stores when a create leaves it out; null when absent. */
  readonly initial?: Json;
  /** A set: answered in another order than it was sent. */
  readonly unordered?: true;
  /** Not part of the PATCH body. */
  readonly createOnly?: true;
}

export interface Schema {
  readonly fields: Fields;
  /** False where nothing can be created over REST. */
  readonly creatable: boolean;
  readonly deletable: boolean;
  /** Email groups have no mod_time. */
  readonly modTime: boolean;
}

const TEXT: Field = { type: "string" };
const NAME: Field = { type: "string", required: true, filled: true };
const FLAG: Field = { type: "boolean", initial: false };
const REQUIRED_FLAG: Field = { type: "boolean", required: true };

/** The fields of the body of one collection. */
export type Fields = Readonly<Record<string, Field>>;

export type Schemas = Readonly<Record<Collection, Schema>>;

/** The fields that only detection alerts have. */
export const DETECTION_FIELDS: readonly string[] = ["object_type", "protocols", "categories"];

const ALERT: Fields = {
  name: NAME,
  type: { type: "string", values: ["detection", "threshold"], required: true },
  apply_all: REQUIRED_FLAG,
  author: TEXT,
  description: TEXT,
  disabled: FLAG,
  notify_snmp: { type: "boolean", initial: true },
  severity: { type: "integer", values: [0, 1, 2, 3, 4, 5, 6, 7], initial: 3 },
  refire_interval: { type: "integer", values: [300, 600, 900, 1800, 3600, 7200, 14400], initial: 300 },
  cc: { type: "strings", initial: [], unordered: true },
  stat_name: TEXT,
  field_name: TEXT,
  field_name2: TEXT,
  field_op: { type: "string", values: ["/", "null"] },
  operator: { type: "string", values: ["==", ">", "<", ">=", "<="] },
  operand: TEXT,
  param: { type: "object", initial: {} },
  param2: { type: "object", initial: {} },
  interval_length: { type: "integer", values: [30, 60, 120, 300, 600, 900, 1200, 1800], initial: 30 },
  units: { type: "string", values: ["none", "period", "1 sec", "1 min", "1 hr"], initial: "none" },
  object_type: { type: "string", values: ["application", "device"] },
  protocols: { type: "strings", initial: [], unordered: true },
  categories: { type: "strings", initial: [], unordered: true },
};

const TRIGGER: Fields = {
  name: NAME,
  description: TEXT,
  author: TEXT,
  script: { type: "string", required: true },
  event: TEXT,
  events: { type: "strings", required: true, unordered: true },
  disabled: REQUIRED_FLAG,
  debug: REQUIRED_FLAG,
  apply_all: REQUIRED_FLAG,
  hints: { type: "object", initial: {} },
};

/** The values of a group's older `field`, which are also the search types of GET /devices. */
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

const DEVICE_GROUP: Fields = {
  name: NAME,
  description: TEXT,
  dynamic: { type: "boolean", initial: false, createOnly: true },
  field: { type: "string", values: SEARCH_TYPES.filter((type) => type !== "discovery_id") },
  value: TEXT,
  filter: { type: "object" },
  include_custom_devices: { type: "boolean", initial: true },
};

const EMAIL_GROUP: Fields = {
  group_name: NAME,
  email_addresses: { type: "strings", required: true, unordered: true },
  system_notifications: REQUIRED_FLAG,
};

const EXCLUSION_INTERVAL: Fields = {
  name: NAME,
  author: TEXT,
  description: TEXT,
  interval_type: { type: "string", values: ["onetime", "weekly", "daily"], required: true },
  start: { type: "integer", required: true },
  end: { type: "integer", required: true },
  alert_apply_all: REQUIRED_FLAG,
  trend_apply_all: REQUIRED_FLAG,
};

const APPLICATION: Fields = {
  discovery_id: { type: "string", required: true, filled: true, createOnly: true },
  display_name: NAME,
  description: TEXT,
  criteria: { type: "objects", initial: [] },
  node_id: { type: "integer", createOnly: true },
};

/** The roles of the Swagger's `Device_UPDATE`; "" gives the automatic role back. */
const ROLES: readonly string[] = [
  ...["attack_simulator", "db_server", "dhcp_server", "dns_server", "domain_controller", "file_server"],
  ...["firewall", "gateway", "http_server", "ip_camera", "load_balancer", "medical_device", "mobile_device"],
  ...[
    "nat_gateway",
    "other",
    "pc",
    "printer",
    "scanner",
    "voip_phone",
    "vpn_gateway",
    "web_proxy",
    "wifi_ap",
    "",
  ],
];

const DEVICE: Fields = {
  custom_name: TEXT,
  custom_type: { type: "string", values: ROLES },
  custom_criticality: { type: "string", values: ["critical", "not_critical", ""] },
  custom_make: TEXT,
  custom_model: TEXT,
  description: TEXT,
  vendor: TEXT,
  cloud_account: TEXT,
  cloud_instance_id: TEXT,
  cloud_instance_name: TEXT,
  cloud_instance_type: TEXT,
  subnet_id: TEXT,
  vpc_id: TEXT,
};

const MANAGED = { creatable: true, deletable: true, modTime: true };

/** Firmware 8.7. */
export const SCHEMAS: Schemas = {
  tags: { ...MANAGED, fields: { name: NAME } },
  alerts: { ...MANAGED, fields: ALERT },
  triggers: { ...MANAGED, fields: TRIGGER },
  devicegroups: { ...MANAGED, fields: DEVICE_GROUP },
  emailgroups: { ...MANAGED, modTime: false, fields: EMAIL_GROUP },
  exclusionintervals: { ...MANAGED, fields: EXCLUSION_INTERVAL },
  applications: { ...MANAGED, deletable: false, fields: APPLICATION },
  networks: { creatable: false, deletable: false, modTime: true, fields: { name: NAME, description: TEXT } },
  devices: { creatable: false, deletable: false, modTime: true, fields: DEVICE },
};

/** The same collection with some fields added, or described anew. */
export function withFields(schema: Schema, fields: Fields): Schema {
  return { ...schema, fields: { ...schema.fields, ...fields } };
}

/** The same collection without some fields. */
export function withoutFields(schema: Schema, left: readonly string[]): Schema {
  const kept = Object.entries(schema.fields).filter(([key]) => !left.includes(key));
  return { ...schema, fields: Object.fromEntries(kept) };
}

/** The same collection with nothing but some fields. */
export function onlyFields(schema: Schema, kept: readonly string[]): Schema {
  return withoutFields(
    schema,
    Object.keys(schema.fields).filter((key) => !kept.includes(key)),
  );
}
