/** The objects that an appliance has before anybody configures it. */
import type { JsonObject } from "../model.ts";
import type { WireObject } from "./collections.ts";
import type { Generation } from "./generations.ts";
import { completeHints } from "./hints.ts";
import { SENSOR, type SensorNode, wideId } from "./platforms.ts";
import { operandText } from "./rules.ts";

const VENDOR = "ExtraHop";

/** Ids 11 to 19, as on recorded systems: one source per three ids, from bad to worse. */
export function builtInAlerts(time: number, generation: Generation): readonly WireObject[] {
  const sources = [
    ["Web", "http"],
    ["DB", "db"],
    ["DNS", "dns"],
  ] as const;
  const levels = [
    ["Red", "0.05", 1],
    ["Orange", "0.01", 3],
    ["Yellow", "0.001", 5],
  ] as const;
  return sources.flatMap(([label, protocol], i) =>
    levels.map(([colour, operand, severity], j) => ({
      ...RATIO_ALERT,
      id: 11 + i * levels.length + j,
      mod_time: time,
      name: `${label} Error Ratio - ${colour}`,
      description: `Alert triggered when ratio of ${label} errors is greater than ${Number(operand) * 100}%.`,
      stat_name: `extrahop.application.${protocol}`,
      operand: operandText(generation, operand),
      severity,
      disabled: colour === "Red",
    })),
  );
}

const RATIO_ALERT: JsonObject = {
  author: VENDOR,
  type: "threshold",
  field_name: "rsp_error",
  field_op: "/",
  field_name2: "rsp",
  operator: ">",
  units: "none",
  interval_length: 30,
  refire_interval: 300,
  param: {},
  param2: {},
  cc: [],
  apply_all: false,
  notify_snmp: false,
};

/** Name, event and script of the triggers that come with the system. */
const TRIGGERS = [
  ["Device Discovery Notes", "NEW_DEVICE", "// Notes each new device.\nlog(Discover.device.id);\n"],
  ["HTTP Slow Responses", "HTTP_RESPONSE", "if (HTTP.processingTime > 5000) {\n  debug(HTTP.uri);\n}\n"],
  ["Session Expiry Counter", "SESSION_EXPIRE", "debug(Session.expiredKeys.length);\n"],
] as const;

export function builtInTriggers(time: number, { hints }: Generation): readonly WireObject[] {
  return TRIGGERS.map(([name, event, script], i) => ({
    id: i + 1,
    mod_time: time,
    name,
    author: VENDOR,
    description: null,
    script,
    event,
    events: [event],
    hints: completeHints(hints, {}),
    apply_all: false,
    debug: false,
    disabled: true,
  }));
}

/** Name and rule: a role, or an activity where the rule has a category. */
const GROUPS: readonly (readonly [name: string, field: "role" | "activity", operand: string])[] = [
  ["HTTP Servers", "role", "http_server"],
  ["Database Servers", "role", "db_server"],
  ["DNS Servers", "role", "dns_server"],
  ["DHCP Servers", "role", "dhcp_server"],
  ["Domain Controllers", "role", "domain_controller"],
  ["File Servers", "role", "file_server"],
  ["Load Balancers", "role", "load_balancer"],
  ["Firewalls", "role", "firewall"],
  ["Gateways", "role", "gateway"],
  ["NAT Gateways", "role", "nat_gateway"],
  ["VPN Gateways", "role", "vpn_gateway"],
  ["Web Proxy Servers", "role", "web_proxy"],
  ["Wi-Fi Access Points", "role", "wifi_ap"],
  ["PCs", "role", "pc"],
  ["Mobile Devices", "role", "mobile_device"],
  ["Printers", "role", "printer"],
  ["IP Cameras", "role", "ip_camera"],
  ["VoIP Phones", "role", "voip_phone"],
  ["Medical Devices", "role", "medical_device"],
  ["Vulnerability Scanners", "role", "scanner"],
  ["HTTP Clients", "activity", "http_client"],
  ["DNS Clients", "activity", "dns_client"],
  ["SSL Servers", "activity", "ssl_server"],
  ["LDAP Servers", "activity", "ldap_server"],
  ["SIP Clients", "activity", "sip_client"],
];

export function builtInGroups(time: number, generation: Generation): readonly WireObject[] {
  if (!generation.builtInGroups) return [];
  return GROUPS.map(([name, field, operand], i) => ({
    id: i + 1,
    mod_time: time,
    name,
    description: null,
    built_in: true,
    dynamic: true,
    field: null,
    value: null,
    filter: { field, operand, operator: "=" },
    include_custom_devices: true,
  }));
}

export const DEFAULT_EMAIL_GROUP: WireObject = {
  id: 1,
  group_name: "Default",
  email_addresses: ["admin@example.com"],
  system_notifications: true,
};

/** A sensor whose objects are made; without an id it is the system itself. */
type Owner = Omit<SensorNode, "id"> & { readonly id: number | null };

function ownersOf(nodes: readonly SensorNode[]): readonly Owner[] {
  return nodes.length === 0 ? [{ ...SENSOR, id: null }] : nodes;
}

/** The capture interfaces; a sensor's first has id 0. On a console two sensors share some names. */
export function builtInNetworks(time: number, nodes: readonly SensorNode[]): readonly WireObject[] {
  return ownersOf(nodes).flatMap(({ id: node, uuid, mac }) =>
    [`Capture ${mac}`, "Core span", "Clinic span"].map((name, id) => ({
      id: wideId(node, id),
      mod_time: time,
      node_id: node,
      appliance_uuid: uuid,
      name,
      description: null,
      idle: id === 2,
    })),
  );
}

const APPLICATIONS = [
  ["All Activity", "_capture"],
  ["Online Shop", "online-shop"],
  ["Payments", "payments"],
  ["Intranet", "intranet"],
] as const;

/** Each sensor has the one that collects everything; the user's own are the first sensor's. */
export function builtInApplications(time: number, nodes: readonly SensorNode[]): readonly WireObject[] {
  return ownersOf(nodes).flatMap(({ id: node }, i) =>
    APPLICATIONS.slice(0, i === 0 ? APPLICATIONS.length : 1).map(([name, discoveryId], j) => ({
      id: wideId(node, j + 1),
      mod_time: time,
      user_mod_time: time,
      node_id: node,
      discovery_id: discoveryId,
      extrahop_id: discoveryId,
      display_name: name,
      description: null,
      criteria: [],
    })),
  );
}
