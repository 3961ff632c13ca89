/**
 * The devices of a new appliance: some fixed ones that examples name, then as many as asked, drawn from the
 * profiles. Learned names that are missing are "", what a user could have set is null, as on real systems.
 */
import type { JsonObject } from "../model.ts";
import type { WireObject } from "./collections.ts";
import { type NameSource, PROFILES, type Profile, profileOf } from "./device-profiles.ts";
import { wideId } from "./platforms.ts";
import { createRandom, type Random } from "./random.ts";

export interface DevicePopulation {
  readonly devices: readonly WireObject[];
  readonly software: Readonly<Record<string, readonly JsonObject[]>>;
}

export interface DeviceOptions {
  readonly seed: number;
  readonly count: number;
  readonly now: number;
  /** The sensors of a console that find the devices, by site; none where the system finds them itself. */
  readonly nodes: readonly number[];
}

/** What of a device is not drawn. */
interface Plan {
  readonly profile: Profile;
  readonly ipaddr4: string | null;
  readonly ipaddr6: string | null;
  readonly name: string;
  readonly macaddr: string;
  readonly discoveryId: string;
  readonly parent: number | null;
  readonly idleDays: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HEX = "0123456789ABCDEF";

/** Devices that examples and the documentation name; all are active. */
const FIXED: readonly (Partial<Plan> & { readonly role: string })[] = [
  { role: "load_balancer", name: "pay-gw-01", ipaddr4: "10.20.0.10" },
  { role: "http_server", name: "web-01", ipaddr4: "10.20.0.11" },
  { role: "gateway", name: "core-gw", ipaddr4: "10.1.0.1", macaddr: "00:05:93:FF:FC:28" },
  { role: "pc", name: "jump-01", ipaddr4: "10.1.0.6", discoveryId: "c12vf90qpg290000" },
  { role: "pc", name: "jump-02", ipaddr4: "10.1.0.7" },
];

export function populateDevices(options: DeviceOptions): DevicePopulation {
  const random = createRandom(options.seed);
  const devices: WireObject[] = [];
  const software: Record<string, readonly JsonObject[]> = {};
  const number = numbering(options.nodes);
  const add = (plan: Plan): number => {
    const node = nodeOf(options.nodes, plan);
    const id = number(node);
    devices.push(createDevice(options, random, { id, node }, plan));
    if (plan.profile.software !== undefined && plan.ipaddr4 !== null)
      software[String(id)] = [plan.profile.software];
    return id;
  };
  for (const { role, ...fixed } of FIXED)
    add({ ...drawPlan(random, profileOf(role), 0), ipaddr6: null, idleDays: 0, ...fixed });
  for (let number = 1; devices.length < options.count; number += 1) {
    const plan = drawPlan(random, drawProfile(random), number);
    const doubled = random.oneIn(5) && devices.length + 2 <= options.count;
    add(doubled ? { ...plan, parent: add(parentOf(random, plan)) } : plan);
  }
  return { devices: devices.sort((a, b) => a.id - b.id), software };
}

/** Each sensor numbers what it finds from 1. */
function numbering(nodes: readonly number[]): (node: number | null) => number {
  const counts = new Map<number | null, number>(nodes.map((node) => [node, 0]));
  return (node) => {
    const next = (counts.get(node) ?? 0) + 1;
    counts.set(node, next);
    return wideId(node, next);
  };
}

/** The first sensor watches the data center and its core, the next one the other sites. */
function nodeOf(nodes: readonly number[], { profile }: Plan): number | null {
  const near = ["dc", "core"].includes(profile.site.code);
  return (near ? nodes[0] : (nodes[1] ?? nodes[0])) ?? null;
}

function drawProfile(random: Random): Profile {
  let left = random.below(PROFILES.reduce((sum, { share }) => sum + share, 0));
  for (const profile of PROFILES) {
    left -= profile.share;
    if (left < 0) return profile;
  }
  return profileOf("other");
}

/** About one device in ten has been away for weeks, and one in twenty for some hours. */
function drawPlan(random: Random, profile: Profile, number: number): Plan {
  const { site } = profile;
  const [, oui] = random.pick(profile.vendors);
  const pair = (): string => random.text(2, HEX);
  const away = random.below(20);
  return {
    profile,
    ipaddr4: `${site.network}.${1 + Math.floor(number / 250)}.${2 + (number % 250)}`,
    ipaddr6:
      site.network6 !== undefined && random.oneIn(2) ? `${site.network6}::${number.toString(16)}` : null,
    name: nameFor(profile, number),
    macaddr: `${oui}:${pair()}:${pair()}:${pair()}`,
    discoveryId: `${random.text(12, "0123456789abcdefghijklmnopqrstuvwxyz")}${String(site.vlan).padStart(4, "0")}`,
    parent: null,
    idleDays: away < 2 ? 14 + random.below(30) : away === 2 ? (1 + random.below(20)) / 24 : 0,
  };
}

function nameFor({ prefix, shared, site }: Profile, number: number): string {
  return shared ? prefix : `${prefix}-${site.code}-${String(number).padStart(4, "0")}`;
}

/** The layer 2 device of the same network card: one MAC address, no IP address, no name. */
function parentOf(random: Random, plan: Plan): Plan {
  const profile: Profile = { ...plan.profile, names: "none", activity: ["net"] };
  const discoveryId = drawPlan(random, profile, 0).discoveryId;
  return { ...plan, profile, ipaddr4: null, ipaddr6: null, discoveryId, parent: null };
}

function createDevice(
  options: DeviceOptions,
  random: Random,
  { id, node }: { readonly id: number; readonly node: number | null },
  plan: Plan,
): WireObject {
  const { profile } = plan;
  const vendor = profile.vendors.find(([, oui]) => plan.macaddr.startsWith(oui))?.[0] ?? null;
  const defaultName = `${vendor ?? "Device"} ${plan.macaddr.slice(9).replaceAll(":", "")}`;
  const discovered = options.now - DAY * (60 + random.below(300)) - random.below(DAY);
  const seen =
    plan.idleDays === 0 ? null : options.now - Math.round(plan.idleDays * DAY) - random.below(HOUR);
  const advanced = random.oneIn(4);
  const critical = plan.ipaddr4 !== null && ["db_server", "domain_controller"].includes(profile.role);
  return {
    id,
    node_id: node,
    parent_id: plan.parent,
    discovery_id: plan.discoveryId,
    extrahop_id: plan.discoveryId,
    ...names(plan, defaultName),
    description: null,
    ipaddr4: plan.ipaddr4,
    ipaddr6: plan.ipaddr6,
    macaddr: plan.macaddr,
    vlanid: profile.site.vlan,
    is_l3: plan.ipaddr4 !== null,
    device_class: "node",
    role: plan.ipaddr4 === null ? "other" : profile.role,
    auto_role: plan.ipaddr4 === null ? "other" : profile.role,
    custom_type: "",
    vendor,
    model: profile.model ?? null,
    model_override: null,
    custom_make: null,
    custom_model: null,
    analysis: advanced ? "advanced" : "standard",
    analysis_level: advanced ? 1 : 2,
    on_watchlist: random.oneIn(50),
    critical,
    custom_criticality: null,
    ...cloud(random, profile),
    activity: profile.activity.map((name) => `extrahop.device.${name}`),
    discover_time: discovered,
    last_seen_time: seen,
    mod_time: (seen ?? options.now) - random.below(HOUR),
    user_mod_time: discovered,
  };
}

/** Learned from one source, and shown as learned. A fixed name is learned from DHCP, so that it is shown whole. */
function names({ profile, name, ipaddr4 }: Plan, defaultName: string): JsonObject {
  const fixed = FIXED.some((device) => device.name === name);
  const source = ipaddr4 === null ? "none" : fixed ? "dhcp" : profile.names;
  const learned = learnedName(source, name);
  return {
    display_name: learned === "" ? defaultName : learned,
    default_name: defaultName,
    custom_name: null,
    dns_name: source === "dns" ? learned : "",
    dhcp_name: source === "dhcp" ? learned : "",
    netbios_name: source === "netbios" ? learned : "",
    cdp_name: source === "cdp" ? learned : "",
  };
}

function learnedName(source: NameSource, name: string): string {
  if (source === "none") return "";
  if (source === "dns") return `${name}.example.com`;
  return source === "netbios" ? name.toUpperCase().slice(0, 15) : name;
}

function cloud(random: Random, profile: Profile): JsonObject {
  const hosted = profile.role === "http_server" && random.oneIn(10);
  return {
    cloud_account: hosted ? "210987654321" : null,
    cloud_instance_description: null,
    cloud_instance_id: hosted ? `i-0${random.text(16, "0123456789abcdef")}` : null,
    cloud_instance_name: hosted ? "shop" : null,
    cloud_instance_type: hosted ? random.pick(["t3.large", "m5.xlarge"]) : null,
    vpc_id: hosted ? "vpc-0a1b2c3d" : null,
    subnet_id: hosted ? "subnet-4e5f6a7b" : null,
  };
}
